/**
 * Secrets are never taken from arguments: a shell writes them into its history and every process sees them. What looks like
 * one ends the program before anything is read, with a sentence that does not repeat it.
 */
import { Failure } from "../failure.ts";

const SECRET_KEY = /nsec1[02-9ac-hj-np-z]{10,}/i;
/** A bunker's address holds a word that lets its owner sign. */
const BUNKER = /bunker:\/\/\S*[?&]secret=/i;
const OPTION = /^--?(sec|nsec|secret|secret-?key|private-?key|key|password|passphrase|mnemonic)(=.*)?$/i;

export function refuseSecrets(args: readonly string[]): void {
  if (args.some((arg) => SECRET_KEY.test(arg) || BUNKER.test(arg))) {
    throw new Failure(
      "secret-in-arguments",
      "There is a secret among the arguments, where your shell's history and other programs see it. Give it with " +
        "--key-file, --key-fd or SUBROSA_KEY, or wait to be asked for it. Consider a new key.",
    );
  }
  if (args.some((arg) => OPTION.test(arg))) {
    throw new Failure(
      "secret-in-arguments",
      "A secret is never an argument. Give it with --key-file, --key-fd or SUBROSA_KEY (a passphrase with " +
        "--passphrase-file, --passphrase-fd or SUBROSA_PASSPHRASE), or wait to be asked for it.",
    );
  }
}
