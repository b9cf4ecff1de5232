/**
 * NIP-49 `ncryptsec`: a secret key under a password.
 *
 *   version 2 (1) ‖ log_n (1) ‖ salt (16) ‖ nonce (24) ‖ security (1) ‖ XChaCha20-Poly1305(secret) (48)
 *
 * Ours and not a library's, because salt and nonce are arguments here, and because a stranger's log_n decides how much
 * memory we take: `maxLogN` bounds it before scrypt starts (docs/decisions/nip49.md). A wrong password and a changed
 * byte are one reason. Passwords are normalised to NFKC, as NIP-49 asks.
 */
import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";
import { scrypt } from "@noble/hashes/scrypt.js";
import { concat, utf8 } from "../bytes.ts";
import type { Curve } from "../curve/curve.ts";
import { UsageError, WireError } from "../errors.ts";
import type { Secret } from "../secret.ts";
import { type Bech32, decodeBech32, encodeBech32 } from "./bech32.ts";
import { secretOrUndefined } from "./nsec.ts";

const VERSION = 2;
const LENGTH = 91;
/** 128 · 8 · 2^22 bytes are 4 GiB, the last row of NIP-49's table. */
const LAST_LOG_N = 22;

/** What is known of the key's past: it was seen in the clear, it was not, nobody kept track. */
export const KEY_SECURITY = ["insecure", "secure", "untracked"] as const;
export type KeySecurity = (typeof KEY_SECURITY)[number];

export interface Nip49Inputs {
  /** 2^logN rounds of scrypt: 16 takes 64 MiB, each step up doubles memory and time. */
  readonly logN: number;
  readonly security: KeySecurity;
  /** 16 fresh random bytes. */
  readonly salt: Uint8Array;
  /** 24 fresh random bytes. */
  readonly nonce: Uint8Array;
}

export type Nip49Fault =
  | "ncryptsec-shape"
  | "ncryptsec-version"
  | "ncryptsec-cost"
  | "ncryptsec-password"
  | "ncryptsec-key";
export type Unlocked =
  | { readonly ok: true; readonly secret: Secret; readonly security: KeySecurity; readonly logN: number }
  | { readonly ok: false; readonly reason: Nip49Fault };

export function encodeNcryptsec(secret: Secret, password: string, inputs: Nip49Inputs): string {
  const { logN, security, salt, nonce } = inputs;
  if (salt.length !== 16) throw new UsageError("usage/length", "NIP-49 takes a salt of 16 fresh random bytes");
  if (nonce.length !== 24) throw new UsageError("usage/length", "NIP-49 takes a nonce of 24 fresh random bytes");
  if (!Number.isInteger(logN) || logN < 1 || logN > LAST_LOG_N) {
    throw new UsageError("usage/range", `logN is an integer from 1 to ${LAST_LOG_N}`);
  }
  const associated = Uint8Array.of(KEY_SECURITY.indexOf(security));
  const key = stretch(password, salt, logN);
  const sealed = xchacha20poly1305(key, nonce, associated).encrypt(secret.expose());
  key.fill(0);
  return encodeBech32("ncryptsec", concat(Uint8Array.of(VERSION, logN), salt, nonce, associated, sealed));
}

/** Takes as long as its writer decided, up to `maxLogN`: 18 is 256 MiB and some seconds. Above it refuses at once. */
export function decodeNcryptsec(
  text: string,
  password: string,
  curve: Curve,
  { maxLogN = 18 }: { readonly maxLogN?: number } = {},
): Unlocked {
  const bytes = bytesOf(text);
  if (bytes === undefined || bytes.length !== LENGTH) return { ok: false, reason: "ncryptsec-shape" };
  if (bytes[0] !== VERSION) return { ok: false, reason: "ncryptsec-version" };
  const logN = bytes[1]!;
  if (logN < 1 || logN > Math.min(maxLogN, LAST_LOG_N)) return { ok: false, reason: "ncryptsec-cost" };
  const associated = bytes.subarray(42, 43);
  const security = KEY_SECURITY[associated[0]!];
  if (security === undefined) return { ok: false, reason: "ncryptsec-shape" };
  const key = stretch(password, bytes.subarray(2, 18), logN);
  const opened = open(key, bytes.subarray(18, 42), associated, bytes.subarray(43));
  key.fill(0);
  if (opened === undefined) return { ok: false, reason: "ncryptsec-password" };
  const secret = secretOrUndefined(opened, curve);
  opened.fill(0);
  return secret === undefined ? { ok: false, reason: "ncryptsec-key" } : { ok: true, secret, security, logN };
}

function stretch(password: string, salt: Uint8Array, logN: number): Uint8Array {
  const N = 2 ** logN;
  return scrypt(utf8(password.normalize("NFKC")), salt, { N, r: 8, p: 1, dkLen: 32, maxmem: 128 * 8 * (N + 2) });
}

function bytesOf(text: string): Uint8Array | undefined {
  let decoded: Bech32;
  try {
    decoded = decodeBech32(text, "ncryptsec");
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
  return decoded.prefix === "ncryptsec" ? decoded.bytes : undefined;
}

function open(key: Uint8Array, nonce: Uint8Array, associated: Uint8Array, sealed: Uint8Array): Uint8Array | undefined {
  try {
    return xchacha20poly1305(key, nonce, associated).decrypt(sealed);
  } catch {
    return undefined;
  }
}
