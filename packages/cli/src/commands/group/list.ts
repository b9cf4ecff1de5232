/** group list: every group that is here. */
import { partOf, SESSION_OPTIONS, withSession } from "../../account/session.ts";
import type { Command } from "../../command.ts";
import { watched } from "../../watch.ts";
import { WATCH } from "./look.ts";
import { showSummary } from "./show-group.ts";

export const groupList: Command = {
  options: [WATCH, ...SESSION_OPTIONS],
  examples: ["subrosa group list --account alice --passphrase-file passphrase.txt"],
  run: (given, tools) =>
    withSession(given, tools, "group list", (opened) =>
      watched(partOf(opened, "groups").list, given, tools, (groups) => {
        for (const [id, each] of groups) showSummary(id, each, tools.screen);
        if (groups.size === 0) tools.screen.note("There is none yet: subrosa group create NAME makes one.");
      }),
    ),
};
