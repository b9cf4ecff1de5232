/** channel follow: of several moves that contradict each other, the one to follow. */
import type { Command } from "../../command.ts";
import { readEventId } from "../../given.ts";
import { channelAct } from "./act.ts";

export const channelFollow: Command = channelAct({
  name: "follow",
  operands: "<channel-id>",
  examples: ["subrosa channel follow garden note1… --account alice --passphrase-file passphrase.txt"],
  sentence: "Followed.",
  act: (channels, id, given) => channels.follow(id, readEventId(given.operand(1))),
});
