/** group delete: takes a message of yours back; whoever has read it has read it. */
import type { Command } from "../../command.ts";
import { readEventId } from "../../given.ts";
import { groupAct } from "./act.ts";

export const groupDelete: Command = groupAct({
  name: "delete",
  operands: "<message>",
  examples: ["subrosa group delete friends note1… --account alice --passphrase-file passphrase.txt"],
  sentence: "Taken back.",
  act: (groups, id, given) => groups.delete(id, readEventId(given.operand(1))),
});
