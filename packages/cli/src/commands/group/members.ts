/** group members: who is in it, by rank. */
import type { Command } from "../../command.ts";
import { npubOf } from "../../names.ts";
import { watched } from "../../watch.ts";
import { groupLook, WATCH } from "./look.ts";

export const groupMembers: Command = groupLook({
  name: "members",
  options: [WATCH],
  examples: ["subrosa group members friends --account alice --passphrase-file passphrase.txt"],
  look: (live, id, given, tools) =>
    watched(live, given, tools, (view) => {
      for (const { person, role, rank, isLeaving } of view?.members ?? []) {
        tools.screen.result(
          { type: "member", group: id, person, npub: npubOf(person), role, rank, leaving: isLeaving },
          `${npubOf(person)}  ${role}${isLeaving ? ", leaving" : ""}`,
        );
      }
    }),
});
