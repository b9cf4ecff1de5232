/** dm inbox: says to everybody where private messages reach you (kind 10050); nobody writes to whoever has not said so. */
import { acted, showSent } from "../../account/delivered.ts";
import { replacedOrAsItWas } from "../../account/replaced.ts";
import { SESSION_OPTIONS, withSession } from "../../account/session.ts";
import type { Command } from "../../command.ts";
import { readRelayUrl } from "../../given.ts";

export const dmInbox: Command = {
  operands: "[url...]",
  options: [
    { flags: "--force", about: "although a relay did not say whether it has a newer list" },
    ...SESSION_OPTIONS,
  ],
  examples: [
    "subrosa dm inbox ws://127.0.0.1:7777 --account alice --passphrase-file passphrase.txt",
    "subrosa dm inbox --account alice --passphrase-file passphrase.txt",
  ],
  run: (given, tools) =>
    withSession(given, tools, "dm inbox", async (opened) => {
      const { relayLists, me } = opened.session;
      const relays = [...new Set(given.operands.map(readRelayUrl))];
      if (relays.length > 0) {
        const { sent } = await acted(opened, given, tools, async () => {
          replacedOrAsItWas(await relayLists.editInbox(relays, given.has("force")));
        });
        showSent({ type: "dm_inbox_set", relays }, "Said.", sent, tools);
        return;
      }
      const known = relayLists.inboxOf(me).current?.relays ?? [];
      tools.screen.result(
        { type: "dm_inbox", relays: known },
        ...(known.length === 0 ? ["You have not said where private messages reach you."] : known),
      );
    }),
};
