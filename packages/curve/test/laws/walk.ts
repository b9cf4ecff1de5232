/**
 * A walk over the curve, for random tests that need thousands of known points: k_i = k_0 + i·d and P_i = k_i·G, the
 * points by noble's additions, one each. Every expected product is arranged to be one of these points, so that noble,
 * a thousand times slower than what is tested, never has to multiply. All scalars are inverted together.
 */
import { normalizeZ } from "@noble/curves/abstract/curve.js";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { seededRandom } from "@subrosa/testkit/random";
import { invert, modulo, ORDER, toNumber } from "@subrosa/testkit/textbook-curve";

const { Point } = secp256k1;

export interface Step {
  readonly k: bigint;
  /** 1/k mod n. */
  readonly inverse: bigint;
  /** Compressed. */
  readonly point: Uint8Array;
}

export function walk(seed: string, length: number): Step[] {
  const random = seededRandom(seed);
  const first = modulo(toNumber(random(40)), ORDER);
  const step = modulo(toNumber(random(40)), ORDER);
  const by = Point.BASE.multiply(step);
  let point = Point.BASE.multiply(first);
  const points = [];
  for (let i = 0; i < length; i++) {
    points.push(point);
    point = point.add(by);
  }
  const scalars = points.map((_, i) => modulo(first + BigInt(i) * step, ORDER));
  const inverses = invertAll(scalars);
  return normalizeZ(Point, points).map((p, i) => ({ k: scalars[i]!, inverse: inverses[i]!, point: p.toBytes() }));
}

/** One inversion and three products each: the inverse of all of them times all others. None is 0. */
function invertAll(values: readonly bigint[]): bigint[] {
  const before: bigint[] = [];
  let product = 1n;
  for (const value of values) {
    before.push(product);
    product = modulo(product * value, ORDER);
  }
  let rest = invert(product, ORDER);
  const inverses = before;
  for (let i = values.length - 1; i >= 0; i--) {
    inverses[i] = modulo(rest * before[i]!, ORDER);
    rest = modulo(rest * values[i]!, ORDER);
  }
  return inverses;
}

/** The scalar of the even-y point with the same x. */
export function evenScalar({ k, point }: Pick<Step, "k" | "point">): bigint {
  return point[0] === 2 ? k : ORDER - k;
}

/** a/k mod n for the k of a step. */
export function divide(a: bigint, { inverse }: Step): bigint {
  return modulo(a * inverse, ORDER);
}

export function flat(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
