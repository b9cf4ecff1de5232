/**
 * The one open record of a sealed store: its keys, wrapped by a passphrase.
 *
 *   version ‖ log_n ‖ salt (16) ‖ nonce (24) ‖ XChaCha20-Poly1305(keys), bound to what stands before the nonce
 *
 * Version 1 holds the store's keys. Version 2 stands while records are moved under new keys: it holds the new ones and,
 * behind them, those that are being left. Whatever is wrong, the passphrase or the record, the same work is done and the
 * answer is the same.
 */
import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";
import { concat, utf8 } from "@subrosa/core/bytes";
import type { RandomSource } from "@subrosa/core/curve/curve";
import { UsageError } from "@subrosa/core/errors";
import type { Stretch } from "./stretch.ts";

/** Of one store: 32 bytes for values, 32 for names. */
export const KEYS = 64;
/** NIP-49's table: 128 MiB. */
export const LEAST_LOG_N = 17;
const MOST_LOG_N = 22;
const SALT = 16;
const NONCE = 24;
const TAG = 16;

/** What a passphrase was stretched to, with the salt that it was stretched with. */
export interface Wrapping {
  readonly logN: number;
  readonly salt: Uint8Array;
  readonly key: Uint8Array;
}
export interface Unwrapped {
  readonly keys: Uint8Array;
  /** Records may still be under these. */
  readonly left: Uint8Array | undefined;
  readonly wrapping: Wrapping;
}

export async function stretched(
  passphrase: string,
  { random, logN, stretch }: { readonly random: RandomSource; readonly logN: number; readonly stretch: Stretch },
): Promise<Wrapping> {
  if (!isLogN(logN)) {
    throw new UsageError("usage/range", `logN is an integer from ${LEAST_LOG_N} to ${MOST_LOG_N}`);
  }
  const salt = random(SALT);
  return { logN, salt, key: await stretch(utf8(passphrase.normalize("NFKC")), salt, logN) };
}

export function writeHeader(
  keys: Uint8Array,
  left: Uint8Array | undefined,
  { logN, salt, key }: Wrapping,
  random: RandomSource,
): Uint8Array {
  const head = concat(Uint8Array.of(left === undefined ? 1 : 2, logN), salt);
  const nonce = random(NONCE);
  const both = left === undefined ? keys : concat(keys, left);
  return concat(head, nonce, xchacha20poly1305(key, nonce, head).encrypt(both));
}

/** Undefined where it does not open. */
export async function readHeader(
  header: Uint8Array,
  passphrase: string,
  stretch: Stretch,
): Promise<Unwrapped | undefined> {
  const [version = 0, asked = 0] = header;
  const isWhole = (version === 1 || version === 2) && header.length === 2 + SALT + NONCE + version * KEYS + TAG;
  // Whoever may write to the disk must not decide how much memory we take.
  const logN = isLogN(asked) ? asked : LEAST_LOG_N;
  const head = Uint8Array.from({ length: 2 + SALT }, (_, i) => header[i] ?? 0);
  const salt = head.slice(2);
  const key = await stretch(utf8(passphrase.normalize("NFKC")), salt, logN);
  const at = head.length + NONCE;
  const both = decrypt(key, header.subarray(head.length, at), head, header.subarray(at));
  if (!isWhole || logN !== asked || both === undefined) {
    key.fill(0);
    return undefined;
  }
  const left = version === 2 ? both.slice(KEYS) : undefined;
  return { keys: both.slice(0, KEYS), left, wrapping: { logN, salt, key } };
}

export function decrypt(
  key: Uint8Array,
  nonce: Uint8Array,
  bound: Uint8Array,
  sealed: Uint8Array,
): Uint8Array | undefined {
  try {
    return xchacha20poly1305(key, nonce, bound).decrypt(sealed);
  } catch {
    // The cipher answers a wrong tag, and lengths that cannot be, by throwing.
    return undefined;
  }
}

function isLogN(logN: number): boolean {
  return Number.isInteger(logN) && logN >= LEAST_LOG_N && logN <= MOST_LOG_N;
}
