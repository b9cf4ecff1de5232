/**
 * The port through which everything here reaches secp256k1. Core implements it slowly and plainly on noble
 * (curve/noble.ts); packages/curve implements it in WebAssembly. One conformance suite runs over both.
 *
 * Encodings: scalars are 32 bytes big-endian, points 33 bytes compressed, x-only keys 32 bytes lifted to even y
 * (RING-1). Arrays of them are flat: n scalars are 32·n bytes. The type of every method says which face it belongs to.
 *
 * Whose fault: bytes that a stranger may have sent (points, x-only keys, signatures) are answered with `false` or
 * `undefined`; a scalar out of range, or a flat array of the wrong length, is a caller's mistake and throws UsageError.
 * The identity has no encoding, so it can never be hashed by accident: a sum that meets it is `undefined` (RING-4a).
 */

/** Public data only: as fast as possible, time depends on the values. */
export interface VerifierFace {
  /** Is this the x of a point (BIP-340 lift_x)? */
  isXOnlyKey(x: Uint8Array): boolean;
  /** Is this a compressed point on the curve? */
  isPoint(point: Uint8Array): boolean;
  /** BIP-340; the message has any length. */
  verifySchnorr(signature: Uint8Array, message: Uint8Array, pubkey: Uint8Array): boolean;
  /** As `verifySchnorr` for each item: never wrong about any, whatever the others are. */
  verifySchnorrBatch(items: readonly SchnorrItem[], random: RandomSource): boolean[];
  /** The keys of a ring in the order given, or undefined where one is not on the curve. Seen again, it is faster. */
  openRing(pubkeys: readonly Uint8Array[]): RingTable | undefined;
  /**
   * `a_i·P_i + b_i·Q_i` for every i, where `q` may hold one point for all. Scalars may be 0.
   * Undefined where any point is invalid or any sum is the identity.
   */
  sumOfTwo(p: Uint8Array, a: Uint8Array, q: Uint8Array, b: Uint8Array): Uint8Array | undefined;
  /** `Σ s_i·P_i`; undefined where any point is invalid or the sum is the identity. */
  multiScalar(points: Uint8Array, scalars: Uint8Array): Uint8Array | undefined;
  /** RFC 9380 secp256k1_XMD:SHA-256_SSWU_RO_ with this DST (1 to 255 bytes). */
  hashToCurve(message: Uint8Array, dst: Uint8Array): Uint8Array;
}

/** Secrets: constant time as far as the implementation can promise it. Secret scalars are 1 … n−1. */
export interface SecretFace {
  /** `secret·G`. */
  baseMultiply(secret: Uint8Array): Uint8Array;
  /** `secret·P`, undefined where P is not a point. */
  multiply(secret: Uint8Array, point: Uint8Array): Uint8Array | undefined;
  /** x of `secret·lift_even(pubkey)`, undefined where the key is not on the curve. */
  ecdh(secret: Uint8Array, pubkey: Uint8Array): Uint8Array | undefined;
  /** BIP-340 with 32 auxiliary random bytes, verified before it is returned. */
  signSchnorr(message: Uint8Array, secret: Uint8Array, aux: Uint8Array): Uint8Array;
  /** 32 to 64 big-endian bytes mod n; may be 0. */
  scalarReduce(bytes: Uint8Array): Uint8Array;
  /** `a + b` mod n of scalars 0 … n−1. */
  scalarAdd(a: Uint8Array, b: Uint8Array): Uint8Array;
  /** `a · b` mod n of scalars 0 … n−1. */
  scalarMultiply(a: Uint8Array, b: Uint8Array): Uint8Array;
  /** `−a` mod n of a scalar 0 … n−1. */
  scalarNegate(a: Uint8Array): Uint8Array;
}

export interface Curve extends VerifierFace, SecretFace {
  readonly name: string;
}

export interface SchnorrItem {
  readonly signature: Uint8Array;
  readonly message: Uint8Array;
  readonly pubkey: Uint8Array;
}

/** Fills a fresh array of this length from a cryptographic generator. Core never makes one itself. */
export type RandomSource = (length: number) => Uint8Array;

export interface RingTable {
  readonly size: number;
  /** `a_i·G + b_i·P_i` for every key; undefined where any sum is the identity. Scalars may be 0. */
  sums(a: Uint8Array, b: Uint8Array): Uint8Array | undefined;
  /** The same for one key, for schemes whose challenges are a chain. */
  sumAt(index: number, a: Uint8Array, b: Uint8Array): Uint8Array | undefined;
}
