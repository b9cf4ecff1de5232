/**
 * NIP-44 version 2: encryption between two keys, padded and authenticated.
 *
 * Ours and not a library's, because the field's reference loses a byte-order mark at the start of a text and replaces
 * bytes that are not UTF-8, so that what was signed and what is read can differ; and because payloads longer than
 * 65,535 bytes, which older readers refuse, are refused here with a reason (docs/decisions/nip44.md).
 *
 * The MAC is checked before anything else is looked at, in constant time. Reasons before it tell only what anybody
 * sees in the payload.
 */
import { chacha20 } from "@noble/ciphers/chacha.js";
import { base64 } from "@scure/base";
import { concat, equalBytes, fromUtf8, u16, utf8 } from "../bytes.ts";
import type { Curve } from "../curve/curve.ts";
import { UsageError } from "../errors.ts";
import { hkdfExpand, hkdfExtract, hmacSha256 } from "../hash.ts";
import type { Secret } from "../secret.ts";

const VERSION = 2;
const SALT = utf8("nip44-v2");
export const MAX_PLAINTEXT = 65_535;
/** base64 of 1 + 32 + (2 + 32) + 32 bytes, and of the same with 65,536 bytes of padded text. */
const MIN_PAYLOAD = 132;
const MAX_PAYLOAD = 87_472;

export type Nip44Fault =
  | "nip44-version"
  | "nip44-length"
  | "nip44-encoding"
  | "nip44-mac"
  | "nip44-padding"
  | "nip44-text";
export type Decrypted =
  | { readonly ok: true; readonly plaintext: string }
  | { readonly ok: false; readonly reason: Nip44Fault };

/** What two keys share. It opens everything between them, so it is as secret as either. */
export class ConversationKey implements Disposable {
  readonly #bytes: Uint8Array;

  private constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Undefined where the public key is not on the curve. */
  static between(secret: Secret, pubkey: Uint8Array, curve: Curve): ConversationKey | undefined {
    const shared = curve.ecdh(secret.expose(), pubkey);
    return shared && ConversationKey.fromSharedX(shared);
  }

  /** From the x of the ECDH point, for proofs that reveal it (GROUP-15). */
  static fromSharedX(x: Uint8Array): ConversationKey {
    return new ConversationKey(hkdfExtract(x, SALT));
  }

  /** From 32 bytes kept elsewhere: a test vector, a cache encrypted at rest. */
  static fromBytes(bytes: Uint8Array): ConversationKey {
    if (bytes.length !== 32) throw new UsageError("usage/length", "a conversation key is 32 bytes");
    return new ConversationKey(Uint8Array.from(bytes));
  }

  expose(): Uint8Array {
    return this.#bytes;
  }

  [Symbol.dispose](): void {
    this.#bytes.fill(0);
  }

  toJSON(): string {
    return "[conversation key]";
  }
}

export function encrypt(plaintext: string, key: ConversationKey, nonce: Uint8Array): string {
  if (nonce.length !== 32) throw new UsageError("usage/length", "NIP-44 takes a nonce of 32 fresh random bytes");
  const bytes = utf8(plaintext);
  if (bytes.length < 1) throw new UsageError("usage/length", "NIP-44 cannot carry an empty text");
  if (bytes.length > MAX_PLAINTEXT) {
    throw new UsageError("usage/too-long", `NIP-44 carries at most ${MAX_PLAINTEXT} bytes of UTF-8`);
  }
  const padding = new Uint8Array(paddedLength(bytes.length) - bytes.length);
  const { cipherKey, cipherNonce, macKey } = messageKeys(key, nonce);
  const ciphertext = chacha20(cipherKey, cipherNonce, concat(u16(bytes.length), bytes, padding));
  return base64.encode(concat(Uint8Array.of(VERSION), nonce, ciphertext, hmacSha256(macKey, nonce, ciphertext)));
}

export function decrypt(payload: string, key: ConversationKey): Decrypted {
  if (payload.startsWith("#")) return { ok: false, reason: "nip44-version" };
  if (payload.length < MIN_PAYLOAD || payload.length > MAX_PAYLOAD) return { ok: false, reason: "nip44-length" };
  const data = fromBase64(payload);
  if (data === undefined) return { ok: false, reason: "nip44-encoding" };
  if (data[0] !== VERSION) return { ok: false, reason: "nip44-version" };
  const nonce = data.subarray(1, 33);
  const ciphertext = data.subarray(33, -32);
  const { cipherKey, cipherNonce, macKey } = messageKeys(key, nonce);
  if (!equalBytes(hmacSha256(macKey, nonce, ciphertext), data.subarray(-32))) return { ok: false, reason: "nip44-mac" };
  const padded = chacha20(cipherKey, cipherNonce, ciphertext);
  const length = (padded[0]! << 8) | padded[1]!;
  if (length === 0 || padded.length !== 2 + paddedLength(length)) return { ok: false, reason: "nip44-padding" };
  const plaintext = fromUtf8(padded.subarray(2, 2 + length));
  return plaintext === undefined ? { ok: false, reason: "nip44-text" } : { ok: true, plaintext };
}

function messageKeys(key: ConversationKey, nonce: Uint8Array) {
  const keys = hkdfExpand(key.expose(), nonce, 76);
  return { cipherKey: keys.subarray(0, 32), cipherNonce: keys.subarray(32, 44), macKey: keys.subarray(44) };
}

/** NIP-44: 32 bytes at least, then steps of an eighth of the next power of two. */
export function paddedLength(length: number): number {
  if (length <= 32) return 32;
  const nextPower = 2 ** (32 - Math.clz32(length - 1));
  const step = nextPower <= 256 ? 32 : nextPower / 8;
  return step * Math.ceil(length / step);
}

function fromBase64(text: string): Uint8Array | undefined {
  try {
    return base64.decode(text);
  } catch {
    return undefined;
  }
}
