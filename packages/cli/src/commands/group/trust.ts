/** group trust: takes somebody who has let you in for the owner (GROUP-22). */
import type { Command } from "../../command.ts";
import { groupAct, personAt } from "./act.ts";

export const groupTrust: Command = groupAct({
  name: "trust",
  operands: "<person>",
  examples: ["subrosa group trust friends npub1… --account alice --passphrase-file passphrase.txt"],
  sentence: "Trusted.",
  act: (groups, id, given, tools) => groups.trust(id, personAt(1, given, tools)),
});
