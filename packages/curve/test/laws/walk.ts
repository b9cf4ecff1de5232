/**
 * A walk over the curve, for random tests that need thousands of known points: k_i = k_0 + i·d and P_i = k_i·G, the
 * points by noble's additions, one each. Every expected product is arranged to be one of these points, so that noble,
 * a thousand times slower than what is tested, never has to multiply.
 */
import { normalizeZ } from "@noble/curves/abstract/curve.js";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { seededRandom } from "@subrosa/testkit/random";
import { invert, modulo, ORDER, toNumber } from "@subrosa/testkit/textbook-curve";

const { Point } = secp256k1;

export interface Step {
  readonly k: bigint;
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
  return normalizeZ(Point, points).map((p, i) => ({
    k: modulo(first + BigInt(i) * step, ORDER),
    point: p.toBytes(),
  }));
}

/** The scalar of the even-y point with the same x. */
export function evenScalar({ k, point }: Step): bigint {
  return point[0] === 2 ? k : ORDER - k;
}

/** a/b mod n. */
export function divide(a: bigint, b: bigint): bigint {
  return modulo(a * invert(b, ORDER), ORDER);
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
