/** group edit: changes a message of yours. */
import type { Command } from "../../command.ts";
import { readEventId } from "../../given.ts";
import { groupAct } from "./act.ts";

export const groupEdit: Command = groupAct({
  name: "edit",
  operands: "<message> <text>",
  examples: ["subrosa group edit friends note1… 'Good morning, all' --account alice --passphrase-file passphrase.txt"],
  sentence: "Changed.",
  act: (groups, id, given) => groups.edit(id, readEventId(given.operand(1)), given.operand(2)),
});
