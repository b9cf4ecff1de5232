/** group messages: what was said, oldest first. */
import type { Command } from "../../command.ts";
import { followed } from "../../watch.ts";
import { groupLook, WATCH } from "./look.ts";
import { showEntry } from "./show-group.ts";

export const groupMessages: Command = groupLook({
  name: "messages",
  options: [WATCH, { flags: "-n, --last <number>", about: "the last so many" }],
  examples: ["subrosa group messages friends --last 20 --account alice --passphrase-file passphrase.txt"],
  look: (live, group, given, tools) => {
    const last = given.integer("last", { min: 1 });
    let isFirst = true;
    return followed(live, given, tools, {
      items: (view) => {
        const entries = view?.entries ?? [];
        const shown = isFirst && last !== undefined ? entries.slice(-last) : entries;
        isFirst = false;
        return shown;
      },
      // An edited message is shown again.
      idOf: ({ id, edited, text }) => (edited ? `${id} ${text}` : id),
      show: (entry) => showEntry(group, entry, tools.screen),
    });
  },
});
