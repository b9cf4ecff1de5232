/** channel messages: what was said, oldest first, across all its moves. */
import type { Command } from "../../command.ts";
import { followed } from "../../watch.ts";
import { WATCH } from "../group/look.ts";
import { channelLook } from "./look.ts";
import { showEntry } from "./show-channel.ts";

export const channelMessages: Command = channelLook({
  name: "messages",
  options: [WATCH],
  examples: ["subrosa channel messages garden --account alice --passphrase-file passphrase.txt"],
  look: (live, channel, given, tools) =>
    followed(live, given, tools, {
      items: (view) => view?.entries ?? [],
      idOf: ({ id }) => id,
      show: (entry) => showEntry(channel, entry, tools.screen),
    }),
});
