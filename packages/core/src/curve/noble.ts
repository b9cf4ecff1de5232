/**
 * The `Curve` port on noble-curves: slow, plain, and the oracle that the kernel is compared with.
 *
 * Secrets go through noble's blinded fixed-window multiplication; JavaScript's BigInt promises no constant time
 * beyond that, which is why packages/curve has a secret face of its own.
 */
import { normalizeZ } from "@noble/curves/abstract/curve.js";
import { schnorr, secp256k1, secp256k1_hasher } from "@noble/curves/secp256k1.js";
import { bytesToNumberBE, numberToBytesBE } from "@noble/curves/utils.js";
import { concat } from "../bytes.ts";
import { UsageError } from "../errors.ts";
import type { Curve, RandomSource, RingTable, SchnorrItem } from "./curve.ts";

const { Point } = secp256k1;
type Point = InstanceType<typeof Point>;
const n = Point.Fn.ORDER;
const G = Point.BASE;

export const nobleCurve: Curve = Object.freeze({
  name: "noble",
  isXOnlyKey: (x: Uint8Array) => liftX(x) !== undefined,
  isPoint: (point: Uint8Array) => parse(point) !== undefined,
  verifySchnorr,
  verifySchnorrBatch: (items: readonly SchnorrItem[], _random: RandomSource) =>
    items.map((item) => verifySchnorr(item.signature, item.message, item.pubkey)),
  openRing,
  sumOfTwo,
  multiScalar,
  hashToCurve,
  baseMultiply: (secret: Uint8Array) => G.multiply(secretScalar(secret)).toBytes(),
  multiply: (secret: Uint8Array, point: Uint8Array) => parse(point)?.multiply(secretScalar(secret)).toBytes(),
  ecdh: (secret: Uint8Array, pubkey: Uint8Array) => liftX(pubkey)?.multiply(secretScalar(secret)).toBytes().subarray(1),
  signSchnorr,
  scalarReduce,
  scalarAdd: (a: Uint8Array, b: Uint8Array) => toBytes((scalar(a) + scalar(b)) % n),
  scalarMultiply: (a: Uint8Array, b: Uint8Array) => toBytes((scalar(a) * scalar(b)) % n),
  scalarNegate: (a: Uint8Array) => toBytes((n - scalar(a)) % n),
});

function parse(point: Uint8Array): Point | undefined {
  if (point.length !== 33) return undefined;
  try {
    return Point.fromBytes(point);
  } catch {
    return undefined;
  }
}

function liftX(x: Uint8Array): Point | undefined {
  return x.length === 32 ? parse(concat(Uint8Array.of(2), x)) : undefined;
}

function scalar(bytes: Uint8Array): bigint {
  if (bytes.length !== 32) throw new UsageError("usage/length", "a scalar is 32 bytes");
  const value = bytesToNumberBE(bytes);
  if (value >= n) throw new UsageError("usage/range", "a scalar is below the group order; reduce it first");
  return value;
}

function secretScalar(bytes: Uint8Array): bigint {
  const value = scalar(bytes);
  if (value === 0n) throw new UsageError("usage/secret", "a secret scalar is not zero");
  return value;
}

const toBytes = (value: bigint): Uint8Array => numberToBytesBE(value, 32);

function scalars(flat: Uint8Array, count: number): bigint[] {
  if (flat.length !== 32 * count) throw new UsageError("usage/length", "give 32 bytes of scalar for every point");
  return Array.from({ length: count }, (_, i) => scalar(flat.subarray(32 * i, 32 * i + 32)));
}

function points(flat: Uint8Array): Point[] | undefined {
  if (flat.length % 33 !== 0) throw new UsageError("usage/length", "give 33 bytes for every point");
  const parsed: Point[] = [];
  for (let at = 0; at < flat.length; at += 33) {
    const point = parse(flat.subarray(at, at + 33));
    if (point === undefined) return undefined;
    parsed.push(point);
  }
  return parsed;
}

/** `a·P + b·Q` for public scalars, 0 included. */
const twoTerms = (p: Point, a: bigint, q: Point, b: bigint): Point => p.multiplyUnsafe(a).add(q.multiplyUnsafe(b));

function flatten(sums: readonly Point[]): Uint8Array | undefined {
  // RING-4a: looked for before the common inversion of normalizeZ, not after.
  if (sums.some((sum) => sum.is0())) return undefined;
  return concat(...normalizeZ(Point, [...sums]).map((sum) => sum.toBytes()));
}

function verifySchnorr(signature: Uint8Array, message: Uint8Array, pubkey: Uint8Array): boolean {
  return signature.length === 64 && pubkey.length === 32 && schnorr.verify(signature, message, pubkey);
}

function signSchnorr(message: Uint8Array, secret: Uint8Array, aux: Uint8Array): Uint8Array {
  secretScalar(secret);
  if (aux.length !== 32) throw new UsageError("usage/length", "BIP-340 takes 32 auxiliary random bytes");
  return schnorr.sign(message, secret, aux);
}

function openRing(pubkeys: readonly Uint8Array[]): RingTable | undefined {
  const keys: Point[] = [];
  for (const pubkey of pubkeys) {
    const key = liftX(pubkey);
    if (key === undefined) return undefined;
    keys.push(key);
  }
  const sums = (a: Uint8Array, b: Uint8Array): Uint8Array | undefined => {
    const as = scalars(a, keys.length);
    const bs = scalars(b, keys.length);
    return flatten(keys.map((key, i) => twoTerms(G, as[i]!, key, bs[i]!)));
  };
  const sumAt = (index: number, a: Uint8Array, b: Uint8Array): Uint8Array | undefined => {
    const key = keys[index];
    if (key === undefined) throw new UsageError("usage/range", "the index is outside the ring");
    return flatten([twoTerms(G, scalar(a), key, scalar(b))]);
  };
  return Object.freeze({ size: keys.length, sums, sumAt });
}

function sumOfTwo(p: Uint8Array, a: Uint8Array, q: Uint8Array, b: Uint8Array): Uint8Array | undefined {
  const ps = points(p);
  const qs = points(q);
  const count = p.length / 33;
  if (q.length !== p.length && q.length !== 33) {
    throw new UsageError("usage/length", "give as many second points as first ones, or one for all");
  }
  const as = scalars(a, count);
  const bs = scalars(b, count);
  if (ps === undefined || qs === undefined) return undefined;
  return flatten(ps.map((point, i) => twoTerms(point, as[i]!, qs.length === 1 ? qs[0]! : qs[i]!, bs[i]!)));
}

function multiScalar(flat: Uint8Array, factors: Uint8Array): Uint8Array | undefined {
  const all = points(flat);
  const by = scalars(factors, flat.length / 33);
  return all && flatten([all.reduce((sum, point, i) => sum.add(point.multiplyUnsafe(by[i]!)), Point.ZERO)]);
}

function hashToCurve(message: Uint8Array, dst: Uint8Array): Uint8Array {
  if (dst.length < 1 || dst.length > 255) throw new UsageError("usage/length", "a DST is 1 to 255 bytes");
  return (secp256k1_hasher.hashToCurve(message, { DST: dst }) as Point).toBytes();
}

function scalarReduce(bytes: Uint8Array): Uint8Array {
  if (bytes.length < 32 || bytes.length > 64) throw new UsageError("usage/length", "give 32 to 64 bytes to reduce");
  return toBytes(bytesToNumberBE(bytes) % n);
}
