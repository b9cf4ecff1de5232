/** account show: who am I here? */
import { ACCOUNT_OPTIONS, openGivenAccount } from "../../account/open.ts";
import { readSettings } from "../../account/settings.ts";
import type { Command } from "../../command.ts";
import { showAccount } from "./show-account.ts";

export const accountShow: Command = {
  options: ACCOUNT_OPTIONS,
  examples: ["subrosa account show --account alice --passphrase-file passphrase.txt"],
  async run(given, tools) {
    await using open = await openGivenAccount(given, tools, "account show");
    showAccount(open.account, (await readSettings(open.account.store)).relays, tools.screen);
  },
};
