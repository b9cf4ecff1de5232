/**
 * Hedged nonces and decoys (docs/spec/rings.md, RING-8): from the key, 32 fresh bytes and everything that is signed.
 *
 * A stuck generator does not repeat a nonce for another message, ring or scope; and whoever later holds the key cannot
 * recompute the decoys without the fresh bytes, so he cannot prove who signed.
 */
import { concat, u32, utf8 } from "../bytes.ts";
import type { Curve } from "../curve/curve.ts";
import { UsageError } from "../errors.ts";
import { hkdfExpand, sha256, taggedHash } from "../hash.ts";
import type { Secret } from "../secret.ts";

export type NonceTag =
  | "nostr-ring/nonce"
  | "nostr-ring/nonce/sag-rs"
  | "nostr-ring/nonce/sag-ts"
  | "nostr-ring/nonce/blsag";

export interface NonceInput {
  readonly tag: NonceTag;
  readonly secret: Secret;
  /** 32 bytes from a cryptographic generator, for this signature only. */
  readonly fresh: Uint8Array;
  readonly message: Uint8Array;
  readonly ringOrder: Uint8Array;
  readonly context: Uint8Array;
}

export type NonceName = "k" | "c" | "r";

export interface Nonces {
  /** One value by its name and index; 0 is possible, with a chance of 2^-256. */
  derive(name: NonceName, index: number): Uint8Array;
  /** Forgets the seed, which is as good as the key to whoever has the signature. */
  wipe(): void;
}

export function nonces(input: NonceInput, curve: Curve): Nonces {
  const { tag, secret, fresh, message, ringOrder, context } = input;
  const seed = taggedHash(tag, secret.expose(), fresh, message, ringOrder, context);
  return {
    derive: (name, index) =>
      curve.scalarReduce(hkdfExpand(seed, concat(utf8("nostr-ring/"), utf8(name), u32(index)), 48)),
    wipe: () => {
      seed.fill(0);
    },
  };
}

/** `count` values of one name, flat. */
export function nonceRows(from: Nonces, name: NonceName, count: number): Uint8Array {
  return concat(...Array.from({ length: count }, (_, i) => from.derive(name, i)));
}

/** k − c·d; forgets k and c·d, either of which is the key to whoever has the signature. */
export function closing(k: Uint8Array, c: Uint8Array, secret: Secret, curve: Curve): Uint8Array {
  const product = curve.scalarMultiply(c, secret.expose());
  const negative = curve.scalarNegate(product);
  const result = curve.scalarAdd(k, negative);
  for (const bytes of [k, product, negative]) bytes.fill(0);
  return result;
}

const ATTEMPTS = 16;

/**
 * Runs `attempt` until it gives a signature. It gives none when it drew or computed a 0 or met the identity (RING-4),
 * which nobody will see; the next attempt has other fresh bytes.
 */
export function untilSigned<T>(fresh: Uint8Array, attempt: (fresh: Uint8Array) => T | undefined): T {
  if (fresh.length !== 32) throw new UsageError("usage/length", "give 32 fresh random bytes for every signature");
  let bytes = fresh;
  for (let i = 0; i < ATTEMPTS; i++) {
    const signed = attempt(bytes);
    if (signed !== undefined) return signed;
    bytes = sha256(bytes);
  }
  throw new UsageError("usage/state", "no attempt gave a signature that holds; this curve is broken");
}
