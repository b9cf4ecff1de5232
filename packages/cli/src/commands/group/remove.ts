/** group remove: changes the key so that somebody reads no more of what comes. */
import type { Command } from "../../command.ts";
import { groupAct, personAt } from "./act.ts";

export const groupRemove: Command = groupAct({
  name: "remove",
  operands: "<person>",
  examples: ["subrosa group remove friends npub1… --account alice --passphrase-file passphrase.txt"],
  sentence: "Removed.",
  act: (groups, id, given, tools) => groups.remove(id, personAt(1, given, tools)),
});
