/** restore: an account from a backup, under a passphrase of this device. Nothing is restored from a file that is damaged. */
import { createReadStream } from "node:fs";
import { BACKUP_FAULTS, restoreBackup } from "@subrosa/client/session/backup";
import { openSealedStore } from "@subrosa/client/store/sealed-store";
import { nodeScrypt } from "../account/open.ts";
import { Place, STORE_OPTIONS } from "../account/place.ts";
import type { Command } from "../command.ts";
import { Failure } from "../failure.ts";
import { Given } from "../given.ts";
import { PASSPHRASE_OPTIONS } from "../secrets/secrets.ts";

export const restore: Command = {
  operands: "<file> <name>",
  options: [
    { flags: "--backup-passphrase-file <file>", about: "the passphrase of the backup is in this file" },
    ...STORE_OPTIONS,
    ...PASSPHRASE_OPTIONS,
  ],
  examples: [
    "subrosa restore alice.backup alice-again --backup-passphrase-file passphrase.txt --passphrase-file passphrase.txt",
  ],
  async run(given, { host, screen, secrets }) {
    const [file, name] = [given.operand(0), given.operand(1)];
    const place = new Place(given, host);
    place.prepare();
    if (place.names().includes(name)) throw new Failure("account", "There is an account with this name already.");
    const own = given.text("backupPassphraseFile");
    const asked = new Given([], own === undefined ? {} : { passphraseFile: own });
    const old = await secrets.freshPassphrase(asked, "Passphrase of the backup");
    const passphrase = await secrets.newPassphrase(given, `Passphrase of ${name} here`);
    const shelf = place.shelf();
    const inner = await shelf.open(name);
    const opening = await openSealedStore(inner, passphrase, { random: host.random, stretch: nodeScrypt });
    if (!opening.ok) throw new Failure("account", "There is an account with this name already.");
    const { store } = opening;
    let isRestored = false;
    try {
      const restored = await restoreBackup(() => createReadStream(file), old, store, { stretch: nodeScrypt });
      if (!restored.ok) {
        const code = restored.reason === "backup-passphrase" ? "passphrase" : "invalid";
        throw new Failure(code, BACKUP_FAULTS[restored.reason], { reason: restored.reason });
      }
      isRestored = true;
      screen.result({ type: "restored", account: name, records: restored.records }, `${name} is restored.`);
    } finally {
      await store[Symbol.asyncDispose]();
      if (!isRestored) await shelf.remove(name);
    }
  },
};
