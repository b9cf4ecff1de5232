/** account relays: where this account reads and writes. */
import { ACCOUNT_OPTIONS, openGivenAccount } from "../../account/open.ts";
import { readSettings, writeSettings } from "../../account/settings.ts";
import type { Command } from "../../command.ts";
import { readRelayUrl } from "../../given.ts";
import { showAccount } from "./show-account.ts";

export const accountRelays: Command = {
  operands: "[url...]",
  options: ACCOUNT_OPTIONS,
  examples: ["subrosa account relays ws://127.0.0.1:7777 --account alice --passphrase-file passphrase.txt"],
  async run(given, tools) {
    const relays = [...new Set(given.operands.map(readRelayUrl))];
    await using open = await openGivenAccount(given, tools, "account relays");
    const { store } = open.account;
    if (relays.length > 0) await writeSettings(store, { ...(await readSettings(store)), relays });
    showAccount(open.account, (await readSettings(store)).relays, tools.screen);
  },
};
