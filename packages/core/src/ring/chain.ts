/**
 * What SAG and bLSAG share: a chain of challenges around the ring (docs/spec/rings.md §4).
 *
 *     L_i = s_i·G + c_i·P_i    R_i = s_i·B_i + c_i·I  (bLSAG)    c_{i+1} = hash( L_i, R_i )
 *
 * The signer's walk begins behind his own place. So that neither a branch nor an address tells it, the rows are moved
 * around to begin with his by masks, worked on from first to last, and moved back.
 */
import { concat, equalBytes } from "../bytes.ts";
import type { Curve } from "../curve/curve.ts";
import type { Secret } from "../secret.ts";
import { rotateRows, rowAt } from "./mask.ts";
import { closing, type NonceInput, nonceRows, nonces } from "./nonce.ts";
import { STEP } from "./progress.ts";
import type { RingSignatureReason } from "./reasons.ts";
import type { Ring } from "./ring.ts";
import { areScalars, isScalar, scalarAt } from "./scalar.ts";

export interface Chain {
  /** 32 bytes. */
  readonly c0: Uint8Array;
  /** n responses, flat. */
  readonly s: Uint8Array;
}

export interface ChainScheme {
  /** The next challenge. */
  hash(left: Uint8Array, right: Uint8Array): Uint8Array;
  /** Of bLSAG: a base per key, flat, and the key image. */
  readonly linked?: { readonly bases: Uint8Array; readonly keyImage: Uint8Array };
}

const NONE = new Uint8Array(0);

/** Yields the number of keys done; answers with a reason, or undefined where the chain closes. */
export function* verifyChain(
  ring: Ring,
  { c0, s }: Chain,
  scheme: ChainScheme,
): Generator<number, RingSignatureReason | undefined> {
  if (s.length !== 32 * ring.size) return "ringsig-ring-size";
  if (!isScalar(c0) || !areScalars(s)) return "ringsig-scalar";
  let c = c0;
  for (let i = 0; i < ring.size; i++) {
    const left = ring.sumAt(i, scalarAt(s, i), c);
    const right = rightSum(ring.curve, scheme, i, scalarAt(s, i), c);
    if (left === undefined || right === undefined) return "ringsig-invalid";
    c = scheme.hash(left, right);
    if ((i + 1) % STEP === 0) yield i + 1;
  }
  return equalBytes(c, c0) ? undefined : "ringsig-invalid";
}

function rightSum(
  curve: Curve,
  { linked }: ChainScheme,
  i: number,
  s: Uint8Array,
  c: Uint8Array,
): Uint8Array | undefined {
  return linked === undefined ? NONE : curve.sumOfTwo(rowAt(linked.bases, i, 33), s, linked.keyImage, c);
}

export interface ChainSigner extends Omit<NonceInput, "ringOrder"> {
  readonly ring: Ring;
  /** Where the signer stands. */
  readonly masks: Uint8Array;
  readonly secret: Secret;
}

/** One attempt; undefined where a 0 was drawn or computed, or the identity met (RING-4). */
export function signChain(signer: ChainSigner, scheme: ChainScheme): Chain | undefined {
  const { ring, masks, secret } = signer;
  const { curve, size } = ring;
  const place = masks.reduce((sum, mask, i) => sum + (i & -(mask & 1)), 0);
  const drawn = nonces({ ...signer, ringOrder: ring.order }, curve);
  const k = drawn.derive("k", 0);
  const s = rotateRows(nonceRows(drawn, "r", size), 32, place);
  drawn.wipe();
  if (!areScalars(k) || !areScalars(s)) return undefined;
  const points = rotateRows(ring.points(), 33, place);
  const rotated = rotateScheme(scheme, place);

  const challenges = new Uint8Array(32 * size);
  let c = scheme.hash(curve.baseMultiply(k), ownRight(curve, k, rotated));
  for (let j = 1; j < size; j++) {
    challenges.set(c, 32 * j);
    const left = curve.sumOfTwo(GENERATOR, scalarAt(s, j), rowAt(points, j, 33), c);
    const right = rightSum(curve, rotated, j, scalarAt(s, j), c);
    if (left === undefined || right === undefined) return undefined;
    c = scheme.hash(left, right);
  }
  challenges.set(c, 0);
  s.set(closing(k, c, secret, curve), 0);
  const back = size - place;
  const c0 = rotateRows(challenges, 32, back).slice(0, 32);
  return areScalars(s) ? { c0, s: rotateRows(s, 32, back) } : undefined;
}

function rotateScheme(scheme: ChainScheme, place: number): ChainScheme {
  const { hash, linked } = scheme;
  return linked === undefined ? scheme : { hash, linked: { ...linked, bases: rotateRows(linked.bases, 33, place) } };
}

/** R of the signer's row, which is the first of the rotated ones. */
function ownRight(curve: Curve, k: Uint8Array, { linked }: ChainScheme): Uint8Array {
  return linked === undefined ? NONE : (curve.multiply(k, rowAt(linked.bases, 0, 33)) ?? NONE);
}

/** The base point G of secp256k1, compressed. */
const GENERATOR = concat(
  Uint8Array.of(0x02, 0x79, 0xbe, 0x66, 0x7e, 0xf9, 0xdc, 0xbb, 0xac, 0x55, 0xa0, 0x62, 0x95, 0xce, 0x87, 0x0b, 0x07),
  Uint8Array.of(0x02, 0x9b, 0xfc, 0xdb, 0x2d, 0xce, 0x28, 0xd9, 0x59, 0xf2, 0x81, 0x5b, 0x16, 0xf8, 0x17, 0x98),
);

const ONE = Uint8Array.from({ length: 32 }, (_, i) => (i === 31 ? 1 : 0));

/** `hash` mod n, where 0 becomes 1. */
export function chainScalar(hash: Uint8Array, curve: Curve): Uint8Array {
  const scalar = curve.scalarReduce(hash);
  return scalar.some((byte) => byte !== 0) ? scalar : ONE;
}
