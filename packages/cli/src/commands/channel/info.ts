/** channel info: what it is, whose it is, who has spoken, what goes on. */
import type { Command } from "../../command.ts";
import { watched } from "../../watch.ts";
import { WATCH } from "../group/look.ts";
import { channelLook } from "./look.ts";
import { showView } from "./show-channel.ts";

export const channelInfo: Command = channelLook({
  name: "info",
  options: [WATCH],
  examples: ["subrosa channel info garden --account alice --passphrase-file passphrase.txt"],
  look: (live, _id, given, tools) =>
    watched(live, given, tools, (view) => {
      if (view !== undefined) showView(view, tools.screen);
    }),
});
