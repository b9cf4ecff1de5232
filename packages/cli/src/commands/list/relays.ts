/** list relays: says to everybody where you write and where you read (NIP-65). */
import { acted, showSent } from "../../account/delivered.ts";
import { replacedOrAsItWas } from "../../account/replaced.ts";
import { SESSION_OPTIONS, withSession } from "../../account/session.ts";
import type { Command } from "../../command.ts";

export const listRelays: Command = {
  options: [
    { flags: "--read <url>", about: "others reach you there", many: true },
    { flags: "--write <url>", about: "what you say is there", many: true },
    { flags: "--force", about: "although a relay did not say whether it has a newer list" },
    ...SESSION_OPTIONS,
  ],
  examples: [
    "subrosa list relays --read ws://127.0.0.1:7777 --write ws://127.0.0.1:7777 --account alice --passphrase-file passphrase.txt",
    "subrosa list relays --account alice --passphrase-file passphrase.txt",
  ],
  run: (given, tools) =>
    withSession(given, tools, "list relays", async (opened) => {
      const { relayLists, me } = opened.session;
      const [read, write] = [given.relays("read"), given.relays("write")];
      if (read.length + write.length > 0) {
        const { sent } = await acted(opened, given, tools, async () => {
          replacedOrAsItWas(await relayLists.edit({ read, write }, given.has("force")));
        });
        showSent({ type: "relay_list_set", read, write }, "Said.", sent, tools);
        return;
      }
      const known = relayLists.of(me).current;
      tools.screen.result(
        { type: "relay_list", read: known?.read ?? [], write: known?.write ?? [] },
        ...(known === undefined ? ["You have not said where you write and read."] : []),
        ...(known?.read ?? []).map((url) => `read   ${url}`),
        ...(known?.write ?? []).map((url) => `write  ${url}`),
      );
    }),
};
