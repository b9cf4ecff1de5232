/**
 * Keys as they come in: made here, or read from what a person gives, and sealed at once under his passphrase (NIP-49).
 * It runs in the options page, so that no secret is ever in a message between the extension's parts.
 *
 * Spec: NIP-06 for mnemonics (m/44'/1237'/0'/0/0), NIP-19, NIP-49. Errors are words and hold nothing of what was given.
 */
import { HDKey } from "@scure/bip32";
import { mnemonicToSeedSync, validateMnemonic } from "@scure/bip39";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import { type PubkeyHex, toHex } from "@subrosa/core/bytes";
import type { Curve, RandomSource } from "@subrosa/core/curve/curve";
import { readSecretKey } from "@subrosa/core/nostr/keys";
import { decodeNcryptsec, encodeNcryptsec, type KeySecurity } from "@subrosa/core/nostr/nip49";
import { secretOrUndefined } from "@subrosa/core/nostr/nsec";
import type { Secret } from "@subrosa/core/secret";

/** scrypt with 128 MiB: a second or so of work for each guess at the passphrase. */
export const LOG_N = 17;
export const MIN_PASSPHRASE = 10;
/** The most that opening a foreign ncryptsec may cost: 1 GiB. */
const MAX_LOG_N = 20;
const PATH = "m/44'/1237'/0'/0/0";

export interface SealedKey {
  readonly pubkey: PubkeyHex;
  readonly ncryptsec: string;
}
export type SealFault = "passphrase-short" | "key-unknown" | "key-is-public" | "mnemonic" | "passphrase-wrong";
export type SealResult =
  | { readonly ok: true; readonly sealed: SealedKey }
  | { readonly ok: false; readonly reason: SealFault };

export const SEAL_SENTENCES: Readonly<Record<SealFault, string>> = {
  "passphrase-short": `Take a passphrase of at least ${MIN_PASSPHRASE} characters. Several words are best.`,
  "key-unknown": "This is no secret key: give an nsec, an ncryptsec, 64 hex digits, or 12 to 24 words.",
  "key-is-public": "This is a public key. The secret one begins with nsec or ncryptsec.",
  mnemonic: "One of these words is wrong, or they are not in the right order.",
  "passphrase-wrong": "This passphrase does not open this sealed key.",
};

export interface SealTools {
  readonly curve: Curve;
  readonly random: RandomSource;
  /** As LOG_N, unless a test has no time. */
  readonly logN?: number;
}

/** A key that nobody has seen. */
export function createKey(passphrase: string, tools: SealTools): SealResult {
  if (passphrase.length < MIN_PASSPHRASE) return { ok: false, reason: "passphrase-short" };
  for (;;) {
    const secret = secretOrUndefined(tools.random(32), tools.curve);
    // Not a scalar once in 2^128 draws.
    if (secret !== undefined) return seal(secret, passphrase, "secure", tools);
  }
}

/** An `ncryptsec` is opened with the passphrase and sealed under it anew, with the strength that we want. */
export function importKey(given: string, passphrase: string, tools: SealTools): SealResult {
  const text = given.trim();
  if (/\s/.test(text)) return importMnemonic(text, passphrase, tools);
  const isSealed = text.toLowerCase().startsWith("ncryptsec1");
  if (!isSealed && passphrase.length < MIN_PASSPHRASE) return { ok: false, reason: "passphrase-short" };
  const read = readSecretKey(text, tools.curve, { password: passphrase, maxLogN: MAX_LOG_N });
  if (read.ok) return seal(read.secret, passphrase, isSealed ? "untracked" : "insecure", tools);
  if (read.reason === "key-is-public") return { ok: false, reason: "key-is-public" };
  return { ok: false, reason: read.reason === "ncryptsec-password" ? "passphrase-wrong" : "key-unknown" };
}

/** The same key under another passphrase. Copies of the old form still open with the old one. */
export function changePassphrase(ncryptsec: string, old: string, next: string, tools: SealTools): SealResult {
  if (next.length < MIN_PASSPHRASE) return { ok: false, reason: "passphrase-short" };
  const opened = decodeNcryptsec(ncryptsec, old, tools.curve, { maxLogN: MAX_LOG_N });
  return opened.ok
    ? seal(opened.secret, next, opened.security, tools)
    : { ok: false, reason: opened.reason === "ncryptsec-password" ? "passphrase-wrong" : "key-unknown" };
}

function importMnemonic(text: string, passphrase: string, tools: SealTools): SealResult {
  if (passphrase.length < MIN_PASSPHRASE) return { ok: false, reason: "passphrase-short" };
  const words = text.toLowerCase().split(/\s+/).join(" ");
  if (!validateMnemonic(words, wordlist)) return { ok: false, reason: "mnemonic" };
  const seed = mnemonicToSeedSync(words);
  const node = HDKey.fromMasterSeed(seed).derive(PATH);
  seed.fill(0);
  const secret = node.privateKey === null ? undefined : secretOrUndefined(node.privateKey, tools.curve);
  node.wipePrivateData();
  return secret === undefined ? { ok: false, reason: "mnemonic" } : seal(secret, passphrase, "insecure", tools);
}

function seal(
  secret: Secret,
  passphrase: string,
  security: KeySecurity,
  { random, logN = LOG_N }: SealTools,
): SealResult {
  const pubkey = toHex(secret.pubkey) as PubkeyHex;
  const ncryptsec = encodeNcryptsec(secret, passphrase, { logN, security, salt: random(16), nonce: random(24) });
  secret.wipe();
  return { ok: true, sealed: { pubkey, ncryptsec } };
}
