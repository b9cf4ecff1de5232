/** account export: the key as ncryptsec (NIP-49), under a passphrase of its own. */
import { ACCOUNT_OPTIONS, openGivenAccount } from "../../account/open.ts";
import type { Command } from "../../command.ts";
import { Failure } from "../../failure.ts";
import { Given } from "../../given.ts";
import { npubOf } from "../../names.ts";
import { OUT_OPTION, writeNew } from "../key/show-key.ts";

export const accountExport: Command = {
  options: [
    { flags: "--new-passphrase-file <file>", about: "the passphrase for the exported key is in this file" },
    OUT_OPTION,
    ...ACCOUNT_OPTIONS,
  ],
  examples: [
    "subrosa account export --account alice --passphrase-file passphrase.txt --new-passphrase-file passphrase.txt --out alice-backup.ncryptsec",
  ],
  async run(given, tools) {
    const { screen, secrets, host } = tools;
    await using open = await openGivenAccount(given, tools, "account export");
    const { key } = open.account;
    if (key.kind !== "own") throw new Failure("key", "The key of this account is not here; export it where it is.");
    const file = given.text("newPassphraseFile");
    const asked = new Given([], file === undefined ? {} : { passphraseFile: file });
    const passphrase = await secrets.newPassphrase(asked, "Passphrase for the exported key", { fromEnv: false });
    const text = open.account.exportKey(passphrase, host.random);
    const out = given.text("out");
    const shown = { type: "key", pubkey: key.pubkey, npub: npubOf(key.pubkey), form: "ncryptsec" };
    if (out === undefined) {
      screen.result({ ...shown, ncryptsec: text }, npubOf(key.pubkey), text);
      return;
    }
    writeNew(out, `${text}\n`);
    screen.result({ ...shown, file: out }, npubOf(key.pubkey));
  },
};
