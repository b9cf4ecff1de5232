/**
 * bLSAG, nostringer's linkable ring signature (docs/spec/rings.md §4).
 *
 *     c_{i+1} = SHA256( "NostringerBlsagChallenge" ‖ msg ‖ comp(L_i) ‖ comp(R_i) ) mod n;   I = d·Hp(P_π, flag)
 *
 * It hashes neither the ring nor the image, so it stays valid when the ring is rotated: `isLinkableEvidence` says when
 * its image may be counted. Our own linkable scheme is `or-link`.
 */
import { equalBytes, utf8 } from "../bytes.ts";
import { UsageError } from "../errors.ts";
import { sha256 } from "../hash.ts";
import type { Secret } from "../secret.ts";
import { type Chain, type ChainScheme, chainScalar, signChain, verifyChain } from "./chain.ts";
import { rowAt, selectRow } from "./mask.ts";
import { untilSigned } from "./nonce.ts";
import { nostringerBases } from "./nostringer-hash.ts";
import { finish } from "./progress.ts";
import type { RingSignatureReason } from "./reasons.ts";
import type { Ring } from "./ring.ts";
import { signerMasks } from "./scheme-or.ts";

export const MAX_FLAG = 256;

export interface Blsag extends Chain {
  readonly scheme: "blsag";
  /** 33 bytes. */
  readonly keyImage: Uint8Array;
  /** 1 to 256 bytes, appended to every key before it is hashed to a base. */
  readonly flag?: Uint8Array;
}

export interface BlsagInput {
  readonly ring: Ring;
  readonly message: Uint8Array;
}

export interface SignBlsagInput extends BlsagInput {
  readonly secret: Secret;
  readonly fresh: Uint8Array;
  readonly flag?: Uint8Array;
}

const NO_FLAG = new Uint8Array(0);
const PREFIX = utf8("NostringerBlsagChallenge");

/** Throws UsageError where the key is not in the ring; verifies what it returns (RING-9). */
export function signBlsag({ ring, message, secret, fresh, flag }: SignBlsagInput): Blsag {
  if (flag !== undefined && (flag.length < 1 || flag.length > MAX_FLAG)) {
    throw new UsageError("usage/length", "a flag is 1 to 256 bytes; leave it out for none");
  }
  const masks = signerMasks(ring, secret);
  const bases = finish(nostringerBases(ring, flag ?? NO_FLAG));
  const keyImage = ring.curve.multiply(secret.expose(), selectRow(bases, 33, masks));
  if (keyImage === undefined) throw new UsageError("usage/state", "the curve refuses a point that it made itself");
  const scheme = blsagScheme(ring, message, { bases, keyImage });
  const signer = {
    ...{ ring, secret, masks, tag: "nostr-ring/nonce/blsag" as const },
    ...{ message: sha256(message), context: sha256(flag ?? NO_FLAG) },
  };
  return untilSigned(fresh, (bytes) => {
    const chain = signChain({ ...signer, fresh: bytes }, scheme);
    if (chain === undefined) return undefined;
    const signature: Blsag = { scheme: "blsag", ...chain, keyImage, ...(flag === undefined ? {} : { flag }) };
    return finish(verifyBlsag({ ring, message }, signature)) === undefined ? signature : undefined;
  });
}

/** Yields the number of keys done; answers with a reason, or undefined where the signature holds. */
export function* verifyBlsag(
  { ring, message }: BlsagInput,
  { c0, s, keyImage, flag }: Omit<Blsag, "scheme">,
): Generator<number, RingSignatureReason | undefined> {
  if (!ring.curve.isPoint(keyImage)) return "ringsig-point";
  const bases = yield* nostringerBases(ring, flag ?? NO_FLAG);
  return yield* verifyChain(ring, { c0, s }, blsagScheme(ring, message, { bases, keyImage }));
}

export interface ExpectedImage {
  /** In the expected order. */
  readonly ring: Ring;
  readonly flag: Uint8Array;
}

/** May this image be compared with others? Only under the flag and over the ring, in the order, that were expected. */
export function isLinkableEvidence(signature: Blsag, ring: Ring, expected: ExpectedImage): boolean {
  const { flag } = signature;
  return flag !== undefined && equalBytes(flag, expected.flag) && equalBytes(ring.order, expected.ring.order);
}

function blsagScheme(ring: Ring, message: Uint8Array, linked: NonNullable<ChainScheme["linked"]>): ChainScheme {
  return { linked, hash: (left, right) => chainScalar(sha256(PREFIX, message, left, right), ring.curve) };
}

/** Hp of one key, for whoever compares images. */
export function blsagBase(ring: Ring, index: number, flag?: Uint8Array): Uint8Array {
  return rowAt(finish(nostringerBases(ring, flag ?? NO_FLAG)), index, 33).slice();
}
