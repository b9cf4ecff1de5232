/** channel list: every channel that is here, and those you are invited to. */
import { partOf, SESSION_OPTIONS, withSession } from "../../account/session.ts";
import type { Command } from "../../command.ts";
import { watched } from "../../watch.ts";
import { WATCH } from "../group/look.ts";
import { showSummary } from "./show-channel.ts";

export const channelList: Command = {
  options: [WATCH, ...SESSION_OPTIONS],
  examples: ["subrosa channel list --account alice --passphrase-file passphrase.txt"],
  run: (given, tools) =>
    withSession(given, tools, "channel list", (opened) =>
      watched(partOf(opened, "channels").list, given, tools, (channels) => {
        for (const [id, each] of channels) showSummary(id, each, tools.screen);
        if (channels.size === 0) tools.screen.note("There is none yet: subrosa channel create NAME makes one.");
      }),
    ),
};
