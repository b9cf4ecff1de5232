/** outbox list: what is on its way and what was refused, relay by relay; with --tidy what is done is forgotten. */
import { tidy } from "../../account/delivered.ts";
import { SESSION_OPTIONS, withSession } from "../../account/session.ts";
import type { Command } from "../../command.ts";
import { noteOf } from "../../names.ts";
import { watched } from "../../watch.ts";

export const outboxList: Command = {
  options: [
    { flags: "--tidy", about: "forget what every relay has" },
    { flags: "-w, --watch", about: "stay, and show every change" },
    ...SESSION_OPTIONS,
  ],
  examples: ["subrosa outbox list --account alice --passphrase-file passphrase.txt"],
  run: (given, tools) =>
    withSession(given, tools, "outbox list", async (opened) => {
      if (given.has("tidy")) await tidy(opened);
      await watched(opened.session.outbox.deliveries, given, tools, (deliveries) => {
        for (const [id, { event, relays }] of deliveries) {
          const places = [...relays].map(([relay, each]) => ({ relay, ...each }));
          tools.screen.result(
            { type: "delivery", id, kind: event.kind, relays: places },
            `${noteOf(id)}  kind ${event.kind}`,
            ...places.map(
              (place) => `  ${place.relay}: ${place.kind}${place.kind === "refused" ? `, ${place.reason}` : ""}`,
            ),
          );
        }
      });
    }),
};
