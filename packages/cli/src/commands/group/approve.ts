/** group approve: lets somebody in who asks. */
import type { Command } from "../../command.ts";
import { groupAct, personAt } from "./act.ts";

export const groupApprove: Command = groupAct({
  name: "approve",
  operands: "<person>",
  examples: ["subrosa group approve friends npub1… --account alice --passphrase-file passphrase.txt"],
  sentence: "Let in.",
  act: (groups, id, given, tools) => groups.approve(id, personAt(1, given, tools)),
});
