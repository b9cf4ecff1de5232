/** group transfer: makes another member the owner. */
import type { Command } from "../../command.ts";
import { groupAct, personAt } from "./act.ts";

export const groupTransfer: Command = groupAct({
  name: "transfer",
  operands: "<person>",
  examples: ["subrosa group transfer friends npub1… --account alice --passphrase-file passphrase.txt"],
  sentence: "Handed over.",
  act: (groups, id, given, tools) => groups.transfer(id, personAt(1, given, tools)),
});
