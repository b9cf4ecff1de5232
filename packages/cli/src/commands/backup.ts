/** backup: everything of an account in one encrypted file. Whoever has the file and its passphrase is the account. */
import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { writeBackup } from "@subrosa/client/session/backup";
import { ACCOUNT_OPTIONS, nodeScrypt, openGivenAccount } from "../account/open.ts";
import type { Command } from "../command.ts";
import { Given } from "../given.ts";

export const NEW_PASSPHRASE = {
  flags: "--new-passphrase-file <file>",
  about: "the passphrase of the backup is in this file",
} as const;

export const backup: Command = {
  operands: "<file>",
  options: [NEW_PASSPHRASE, ...ACCOUNT_OPTIONS],
  examples: [
    "subrosa backup alice.backup --new-passphrase-file passphrase.txt --account alice --passphrase-file passphrase.txt",
  ],
  async run(given, tools) {
    const { host, screen, secrets, signal } = tools;
    await using open = await openGivenAccount(given, tools, "backup");
    const own = given.text("newPassphraseFile");
    const asked = new Given([], own === undefined ? {} : { passphraseFile: own });
    const passphrase = await secrets.newPassphrase(asked, "Passphrase of the backup", { fromEnv: false });
    const path = given.operand(0);
    const file = openSync(path, "wx", 0o600);
    let bytes = 0;
    try {
      const pieces = writeBackup(open.account.store, passphrase, { random: host.random, stretch: nodeScrypt });
      for await (const piece of pieces) {
        signal.throwIfAborted();
        for (let at = 0; at < piece.length; ) at += writeSync(file, piece, at);
        bytes += piece.length;
        screen.progress(`${bytes.toLocaleString("en")} bytes written`);
      }
    } catch (error) {
      // Half a backup is none.
      rmSync(path, { force: true });
      throw error;
    } finally {
      closeSync(file);
    }
    screen.result(
      { type: "backup", account: open.account.name, file: path, bytes },
      `Written: ${path}, ${bytes} bytes.`,
    );
  },
};
