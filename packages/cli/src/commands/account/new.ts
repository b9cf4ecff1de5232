/** account new: a new key in a new sealed store. */
import { makeAccount } from "../../account/open.ts";
import { STORE_OPTIONS } from "../../account/place.ts";
import { writeSettings } from "../../account/settings.ts";
import type { Command } from "../../command.ts";
import { RELAY_OPTION } from "../../publish.ts";
import { PASSPHRASE_OPTIONS } from "../../secrets/secrets.ts";
import { showAccount } from "./show-account.ts";

export const accountNew: Command = {
  operands: "<name>",
  options: [RELAY_OPTION, ...STORE_OPTIONS, ...PASSPHRASE_OPTIONS],
  examples: ["subrosa account new alice --relay ws://127.0.0.1:7777 --passphrase-file passphrase.txt"],
  async run(given, tools) {
    const relays = given.relays();
    await using open = await makeAccount(given.operand(0), given, tools);
    const { account, place } = open;
    await writeSettings(account.store, { relays });
    if (place.names().length === 1) place.use(account.name);
    showAccount(account, relays, tools.screen);
    if (relays.length === 0) tools.screen.note("It has no relay yet: subrosa account relays ws://… sets them.");
  },
};
