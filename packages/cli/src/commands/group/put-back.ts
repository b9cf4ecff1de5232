/** group put-back: keeps somebody who said that he leaves (GROUP-17). */
import type { Command } from "../../command.ts";
import { groupAct, personAt } from "./act.ts";

export const groupPutBack: Command = groupAct({
  name: "put-back",
  operands: "<person>",
  examples: ["subrosa group put-back friends npub1… --account alice --passphrase-file passphrase.txt"],
  sentence: "Back in.",
  act: (groups, id, given, tools) => groups.putBack(id, personAt(1, given, tools)),
});
