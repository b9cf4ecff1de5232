/**
 * The unlinkable scheme `or`: a sum-of-challenges proof that one of n keys signed (docs/spec/rings.md §2).
 *
 *     i ≠ π: c_i, r_i random;  L_i = r_i·G + c_i·P_i          π: k random;  L_π = k·G
 *     c = H_"nostr-ring/or"( ringDigest ‖ m ‖ comp(L_1..n) ) mod n;   c_π = c − Σ_{i≠π} c_i;   r_π = k − c_π·d
 *
 * Every index is worked on alike: the decoys of the signer's row are drawn and computed too, and then overwritten
 * under a mask (RING-8). Nothing in the proof depends on who signed.
 */
import type { Curve } from "../curve/curve.ts";
import { UsageError } from "../errors.ts";
import { taggedHash } from "../hash.ts";
import type { Secret } from "../secret.ts";
import { blendRow } from "./mask.ts";
import { closing, type NonceInput, nonceRows, nonces, untilSigned } from "./nonce.ts";
import { finish } from "./progress.ts";
import type { ProofReason } from "./reasons.ts";
import type { Ring } from "./ring.ts";
import { areScalars, sumScalars } from "./scalar.ts";

export interface OrProof {
  readonly alg: "or";
  /** n challenges, flat. */
  readonly c: Uint8Array;
  /** n responses, flat. */
  readonly r: Uint8Array;
}

export interface OrInput {
  readonly ring: Ring;
  /** 32 bytes. */
  readonly message: Uint8Array;
}

export type SignOrInput = OrInput & Pick<NonceInput, "secret" | "fresh">;

/** Throws UsageError where the key is not in the ring; verifies what it returns (RING-9). */
export function signOr(input: SignOrInput): OrProof {
  const { ring, message, secret, fresh } = input;
  const masks = signerMasks(ring, secret);
  checkMessage(message);
  return untilSigned(fresh, (bytes) => {
    const proof = attempt(input, bytes, masks);
    return proof && finish(verifyOr({ ring, message }, proof)) === undefined ? proof : undefined;
  });
}

function attempt({ ring, message, secret }: SignOrInput, fresh: Uint8Array, masks: Uint8Array): OrProof | undefined {
  const { curve } = ring;
  const context = new Uint8Array(0);
  const drawn = nonces({ tag: "nostr-ring/nonce", secret, fresh, message, ringOrder: ring.order, context }, curve);
  const [k, c, r] = [drawn.derive("k", 0), nonceRows(drawn, "c", ring.size), nonceRows(drawn, "r", ring.size)];
  drawn.wipe();
  if (!areScalars(k) || !areScalars(c) || !areScalars(r)) return undefined;
  const own = curve.baseMultiply(k);
  const sums = finish(ring.sums(r, c));
  if (sums === undefined) return undefined;
  blendRow(sums, own, masks);
  closeRow({ c, r, k, challenge: challenge(ring, message, sums), secret, masks }, curve);
  return areScalars(c) && areScalars(r) ? { alg: "or", c, r } : undefined;
}

/** Yields the number of keys done; answers with a reason, or undefined where the proof holds. */
export function* verifyOr(input: OrInput, proof: OrProof): Generator<number, ProofReason | undefined> {
  const { ring, message } = input;
  const { c, r } = proof;
  if (c.length !== 32 * ring.size || r.length !== 32 * ring.size) return "proof-ring-size";
  if (!areScalars(c) || !areScalars(r)) return "proof-scalar";
  const sums = yield* ring.sums(r, c);
  if (sums === undefined) return "proof-invalid";
  return sumsTo(c, challenge(ring, message, sums), ring.curve) ? undefined : "proof-invalid";
}

function challenge(ring: Ring, message: Uint8Array, sums: Uint8Array): Uint8Array {
  return ring.curve.scalarReduce(taggedHash("nostr-ring/or", ring.order, message, sums));
}

/** Σ c_i ≡ challenge (mod n), of public values. */
export function sumsTo(c: Uint8Array, challenge: Uint8Array, curve: Curve): boolean {
  return sumScalars(c, curve).every((byte, i) => byte === challenge[i]);
}

interface OwnRow {
  readonly c: Uint8Array;
  readonly r: Uint8Array;
  readonly k: Uint8Array;
  readonly challenge: Uint8Array;
  readonly secret: Secret;
  readonly masks: Uint8Array;
}

/** Puts c_π = challenge − Σ_{i≠π} c_i and r_π = k − c_π·d in place. */
export function closeRow({ c, r, k, challenge, secret, masks }: OwnRow, curve: Curve): void {
  blendRow(c, new Uint8Array(32), masks);
  const ownC = curve.scalarAdd(challenge, curve.scalarNegate(sumScalars(c, curve)));
  blendRow(c, ownC, masks);
  blendRow(r, closing(k, ownC, secret, curve), masks);
}

/** Where in the ring the signer stands, as masks. The comparison has no early exit; only absence shows. */
export function signerMasks(ring: Ring, secret: Secret): Uint8Array {
  const masks = ring.masksOf(secret.pubkey);
  let found = 0;
  for (const mask of masks) found |= mask;
  if (found === 0)
    throw new UsageError("usage/ring", "the signing key is not in this ring; add it or sign with another");
  return ring.masksOf(secret.pubkey);
}

export function checkMessage(message: Uint8Array): void {
  if (message.length !== 32) throw new UsageError("usage/length", "a ring proof is made for a message of 32 bytes");
}
