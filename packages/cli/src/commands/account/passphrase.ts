/** account passphrase: another passphrase for the same store. */
import { ACCOUNT_OPTIONS, openGivenAccount } from "../../account/open.ts";
import type { Command } from "../../command.ts";
import { Failure } from "../../failure.ts";
import { Given } from "../../given.ts";

export const accountPassphrase: Command = {
  options: [{ flags: "--new-passphrase-file <file>", about: "the new one is in this file" }, ...ACCOUNT_OPTIONS],
  examples: [
    "subrosa account passphrase --account alice --passphrase-file passphrase.txt --new-passphrase-file passphrase.txt",
  ],
  async run(given, tools) {
    const { secrets, screen } = tools;
    await using open = await openGivenAccount(given, tools, "account passphrase");
    const old = await secrets.passphrase(given, "Passphrase as it is");
    const file = given.text("newPassphraseFile");
    const asked = new Given([], file === undefined ? {} : { passphraseFile: file });
    const fresh = await secrets.newPassphrase(asked, "New passphrase", { fromEnv: false });
    if (!(await open.account.changePassphrase(old, fresh))) {
      throw new Failure("passphrase", "The passphrase is wrong.");
    }
    screen.result({ type: "account", name: open.account.name, passphrase: "changed" }, "The passphrase is changed.");
  },
};
