/** group requests: who asks to be let in. */
import type { Command } from "../../command.ts";
import { npubOf } from "../../names.ts";
import { oneLine } from "../../printable.ts";
import { followed } from "../../watch.ts";
import { groupLook, WATCH } from "./look.ts";
import { requestOf } from "./show-group.ts";

export const groupRequests: Command = groupLook({
  name: "requests",
  options: [WATCH],
  examples: ["subrosa group requests friends --account alice --passphrase-file passphrase.txt"],
  look: (live, group, given, tools) =>
    followed(live, given, tools, {
      items: (view) => view?.requests ?? [],
      idOf: ({ id }) => id,
      show: (request) =>
        tools.screen.result(
          { type: "request", group, npub: npubOf(request.person), ...requestOf(request) },
          `${npubOf(request.person)}  “${oneLine(request.words)}”${request.isSeen ? "  (seen)" : ""}`,
        ),
    }),
});
