/**
 * Where secrets come from: a file, a descriptor, the environment, or a person; in this order, and never an argument.
 *
 *     a key           --key-file  --key-fd  SUBROSA_KEY         nsec, 64 hex digits, ncryptsec, 12 to 24 words, bunker://
 *     a passphrase    --passphrase-file  --passphrase-fd  SUBROSA_PASSPHRASE
 */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import type { Curve } from "@subrosa/core/curve/curve";
import type { Secret } from "@subrosa/core/secret";
import { badArguments, Failure } from "../failure.ts";
import type { Given } from "../given.ts";
import type { Host } from "../host.ts";
import type { Option } from "../option.ts";
import type { Screen } from "../screen.ts";
import { askSecret } from "./prompt.ts";
import { readKey } from "./read-key.ts";

export const KEY_OPTIONS: readonly Option[] = [
  { flags: "--key-file <file>", about: "the secret key is in this file (or set SUBROSA_KEY)" },
  { flags: "--key-fd <number>", about: "the secret key comes from this descriptor" },
];
export const PASSPHRASE_OPTIONS: readonly Option[] = [
  { flags: "--passphrase-file <file>", about: "the passphrase is in this file (or set SUBROSA_PASSPHRASE)" },
  { flags: "--passphrase-fd <number>", about: "the passphrase comes from this descriptor" },
];

const MAX_SECRET = 4_096;

interface Source {
  readonly what: string;
  readonly file: string;
  readonly fd: string;
  readonly env: string;
}
const KEY: Source = { what: "secret key", file: "keyFile", fd: "keyFd", env: "SUBROSA_KEY" };
const PASSPHRASE: Source = {
  what: "passphrase",
  file: "passphraseFile",
  fd: "passphraseFd",
  env: "SUBROSA_PASSPHRASE",
};

export class Secrets {
  readonly #host: Host;
  readonly #screen: Screen;
  #passphrase: Promise<string> | undefined;

  constructor(host: Host, screen: Screen) {
    this.#host = host;
    this.#screen = screen;
  }

  /** The text of a key, in whatever form; for whoever wants to know the form. */
  keyText(given: Given): Promise<string> {
    return this.#read(given, KEY, "Secret key (nsec, hex, ncryptsec or words)");
  }

  /** The caller wipes it. */
  async key(given: Given, curve: Curve): Promise<Secret> {
    const text = await this.keyText(given);
    return readKey(text, () => this.passphrase(given, "Passphrase of this key"), curve);
  }

  /** Asked for once: a descriptor cannot be read again, and a person is not asked twice. */
  passphrase(given: Given, question = "Passphrase"): Promise<string> {
    this.#passphrase ??= this.#read(given, PASSPHRASE, question);
    return this.#passphrase;
  }

  /** Another one than the account's; never from the environment. */
  async freshPassphrase(given: Given, question: string): Promise<string> {
    return this.#known(given, PASSPHRASE, false) ?? (await this.#ask(question, PASSPHRASE));
  }

  /** One that is made now is typed twice where it is typed. */
  async newPassphrase(given: Given, question = "New passphrase", { fromEnv = true } = {}): Promise<string> {
    const known = this.#known(given, PASSPHRASE, fromEnv);
    const passphrase = known ?? (await this.#ask(question, PASSPHRASE));
    if (passphrase.length < 8) throw badArguments("A passphrase has at least 8 characters; a few words are better.");
    if (known === undefined && (await this.#ask("The same again", PASSPHRASE)) !== passphrase) {
      throw new Failure("passphrase", "These were not the same.");
    }
    return passphrase;
  }

  async #read(given: Given, source: Source, question: string): Promise<string> {
    return this.#known(given, source) ?? (await this.#ask(question, source));
  }

  #known(given: Given, source: Source, fromEnv = true): string | undefined {
    const [file, fd] = [given.text(source.file), given.integer(source.fd, { max: 1_000_000 })];
    if (file !== undefined) return this.#fromFile(file, source);
    if (fd !== undefined) return line(readAll(fd, source));
    const value = fromEnv ? this.#host.env[source.env] : undefined;
    return value === undefined || value === "" ? undefined : line(value);
  }

  #fromFile(path: string, source: Source): string {
    const fd = openSync(path, "r");
    try {
      if (process.platform !== "win32" && (fstatSync(fd).mode & 0o077) !== 0) {
        this.#screen.note(`The file with your ${source.what} can be read by others; chmod 600 keeps it yours.`);
      }
      return line(readAll(fd, source));
    } finally {
      closeSync(fd);
    }
  }

  #ask(question: string, { file, env }: Source): Promise<string> {
    const option = file === "keyFile" ? "--key-file" : "--passphrase-file";
    return askSecret(question, this.#host, `Give it with ${option}, a descriptor, or ${env}.`);
  }
}

/** Without what an editor put at its end. */
function line(text: string): string {
  return text.replace(/\r?\n$/, "");
}

function readAll(fd: number, { what }: Source): string {
  const bytes = Buffer.alloc(MAX_SECRET + 1);
  let length = 0;
  for (;;) {
    const read = readSync(fd, bytes, length, bytes.length - length, null);
    if (read === 0) break;
    length += read;
    if (length > MAX_SECRET) throw new Failure("key", `There is more than a ${what} in there.`);
  }
  const text = bytes.toString("utf8", 0, length);
  bytes.fill(0);
  return text;
}
