/** channel accept: takes the ownership that was offered to you, and moves the channel. */
import type { Command } from "../../command.ts";
import { channelAct } from "./act.ts";

export const channelAccept: Command = channelAct({
  name: "accept",
  examples: ["subrosa channel accept garden --account alice --passphrase-file passphrase.txt"],
  sentence: "It is yours.",
  act: (channels, id) => channels.accept(id),
});
