/** A secret key in any form in which people keep one: nsec, hex, ncryptsec (NIP-49), or the words of NIP-06. */
import { HDKey } from "@scure/bip32";
import { mnemonicToSeedSync, validateMnemonic } from "@scure/bip39";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import type { Curve } from "@subrosa/core/curve/curve";
import { readSecretKey, type SecretKeyRead } from "@subrosa/core/nostr/keys";
import { secretOrUndefined } from "@subrosa/core/nostr/nsec";
import type { Secret } from "@subrosa/core/secret";
import { Failure } from "../failure.ts";

type Fault = Extract<SecretKeyRead, { ok: false }>["reason"];

const SENTENCES: Readonly<Record<Fault, string>> = {
  "key-shape": "This is no secret key: nsec1…, 64 hex digits, ncryptsec1… or 12 to 24 words are.",
  "key-range": "This is no secret key: its number is out of range.",
  "key-is-public": "This is a public key, where a secret one belongs.",
  "key-needs-password": "This key is encrypted and needs its passphrase.",
  "ncryptsec-shape": "This encrypted key is damaged.",
  "ncryptsec-version": "This encrypted key is of a version that is not known here.",
  "ncryptsec-cost": "Opening this key would take more memory than is allowed.",
  "ncryptsec-password": "The passphrase does not open this key.",
  "ncryptsec-key": "What this encrypted key holds is no key.",
};

/** NIP-06, the first account. */
const PATH = "m/44'/1237'/0'/0/0";

export async function readKey(text: string, passphrase: () => Promise<string>, curve: Curve): Promise<Secret> {
  const given = text.trim();
  if (/\s/.test(given)) return fromWords(given, curve);
  const read = /^ncryptsec1/i.test(given)
    ? readSecretKey(given, curve, { password: await passphrase() })
    : readSecretKey(given, curve);
  if (read.ok) return read.secret;
  throw new Failure(read.reason === "ncryptsec-password" ? "passphrase" : "key", SENTENCES[read.reason]);
}

function fromWords(text: string, curve: Curve): Secret {
  const words = text.trim().toLowerCase().split(/\s+/).join(" ");
  if (!validateMnemonic(words, wordlist)) {
    throw new Failure("key", "One of these words is wrong, or they are not in the right order.");
  }
  const seed = mnemonicToSeedSync(words);
  const key = HDKey.fromMasterSeed(seed).derive(PATH).privateKey;
  seed.fill(0);
  const secret = key === null ? undefined : secretOrUndefined(key, curve);
  key?.fill(0);
  if (secret === undefined) throw new Failure("key", "These words give no key.");
  return secret;
}
