/** channel react: an emoji, or +, to a message. */
import type { Command } from "../../command.ts";
import { readEventId } from "../../given.ts";
import { channelAct } from "./act.ts";

export const channelReact: Command = channelAct({
  name: "react",
  operands: "<message> <reaction>",
  examples: ["subrosa channel react garden note1… + --account alice --passphrase-file passphrase.txt"],
  sentence: "Sent.",
  act: (channels, id, given) => channels.react(id, readEventId(given.operand(1)), given.operand(2)),
});
