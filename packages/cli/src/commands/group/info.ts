/** group info: what it is, who is in it, what goes on. */
import type { Command } from "../../command.ts";
import { watched } from "../../watch.ts";
import { groupLook, WATCH } from "./look.ts";
import { showView } from "./show-group.ts";

export const groupInfo: Command = groupLook({
  name: "info",
  options: [WATCH],
  examples: ["subrosa group info friends --account alice --passphrase-file passphrase.txt"],
  look: (live, _id, given, tools) =>
    watched(live, given, tools, (view) => {
      if (view !== undefined) showView(view, tools.screen);
    }),
});
