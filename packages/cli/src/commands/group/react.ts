/** group react: an emoji, or +, to a message. */
import type { Command } from "../../command.ts";
import { readEventId } from "../../given.ts";
import { groupAct } from "./act.ts";

export const groupReact: Command = groupAct({
  name: "react",
  operands: "<message> <reaction>",
  examples: ["subrosa group react friends note1… + --account alice --passphrase-file passphrase.txt"],
  sentence: "Sent.",
  act: (groups, id, given) => groups.react(id, readEventId(given.operand(1)), given.operand(2)),
});
