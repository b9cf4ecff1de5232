/**
 * The edges of scalar and point arithmetic, for `curveConformance`: scalars at 0, 1, n and between sparse bits; points
 * that are equal, opposite, G, λ times each other; sums that are doublings or the identity. Every answer is compared
 * with the textbook.
 */
import type { Curve } from "@subrosa/core/curve/curve";
import { expect, test } from "vitest";
import { seededRandom } from "./random.ts";
import {
  add,
  bytes32,
  compressed,
  GENERATOR,
  invert,
  LAMBDA,
  modulo,
  negate,
  ORDER,
  type TextbookPoint,
  toNumber,
} from "./textbook-curve.ts";

const random = seededRandom("curve-edges");
const randomScalar = (): bigint => modulo(toNumber(random(40)), ORDER);

const SCALARS: readonly bigint[] = [
  0n,
  1n,
  2n,
  3n,
  15n,
  16n,
  2047n,
  2048n,
  2049n,
  2n ** 64n,
  2n ** 127n,
  2n ** 128n - 1n,
  2n ** 128n,
  2n ** 255n,
  2n ** 200n + 2n ** 3n,
  LAMBDA,
  LAMBDA + 1n,
  ORDER - LAMBDA,
  (ORDER - 1n) / 2n,
  (ORDER + 1n) / 2n,
  ORDER - 2n,
  ORDER - 1n,
  randomScalar(),
];
/** Points named by their multiple of G. */
const MULTIPLES: readonly bigint[] = [1n, ORDER - 1n, 2n, LAMBDA, 2n ** 12n, 0x1234_5678n];

const hex = (bytes: Uint8Array | undefined): string =>
  bytes === undefined ? "none" : Buffer.from(bytes).toString("hex");
const flat = (parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));

const known = new Map<bigint, TextbookPoint>();
const doublings: TextbookPoint[] = [GENERATOR];

/** k·G as a textbook would, from the doublings of G; remembered. */
function times(k: bigint): TextbookPoint {
  const key = modulo(k, ORDER);
  if (known.has(key)) return known.get(key);
  let sum: TextbookPoint;
  for (let i = 0; key >> BigInt(i) > 0n; i++) {
    if (doublings[i] === undefined) doublings[i] = add(doublings[i - 1], doublings[i - 1]);
    if ((key >> BigInt(i)) & 1n) sum = add(sum, doublings[i]);
  }
  known.set(key, sum);
  return sum;
}

export function curveEdges(get: () => Curve): void {
  test("scalar arithmetic mod n agrees with BigInt at every pair of edges", () => {
    const curve = get();
    for (const a of SCALARS) {
      expect(toNumber(curve.scalarNegate(bytes32(a)))).toBe(modulo(-a, ORDER));
      for (const b of SCALARS) {
        expect(toNumber(curve.scalarAdd(bytes32(a), bytes32(b))), `${a} + ${b}`).toBe(modulo(a + b, ORDER));
        expect(toNumber(curve.scalarMultiply(bytes32(a), bytes32(b))), `${a} · ${b}`).toBe(modulo(a * b, ORDER));
      }
    }
  });

  test("reduction of 32 to 64 bytes agrees with BigInt", () => {
    const curve = get();
    for (let length = 32; length <= 64; length++) {
      for (const bytes of [random(length), new Uint8Array(length), new Uint8Array(length).fill(255)]) {
        expect(toNumber(curve.scalarReduce(bytes))).toBe(modulo(toNumber(bytes), ORDER));
      }
      const multiple = (2n ** BigInt(8 * length) / ORDER) * ORDER;
      for (const value of [multiple, multiple - 1n, multiple + 1n]) {
        const bytes = flat([bytes32(value >> 256n), bytes32(value)]).slice(64 - length);
        if (value < 2n ** BigInt(8 * length)) expect(toNumber(curve.scalarReduce(bytes))).toBe(modulo(value, ORDER));
      }
    }
  });

  test("secret·G and secret·P at every edge of the secret and for every P", () => {
    const curve = get();
    for (const k of SCALARS) {
      if (k === 0n) continue;
      expect(hex(curve.baseMultiply(bytes32(k))), `${k}·G`).toBe(hex(compressed(times(k))));
      for (const m of MULTIPLES) {
        const point = compressed(times(m))!;
        expect(hex(curve.multiply(bytes32(k), point)), `${k}·${m}·G`).toBe(hex(compressed(times(k * m))));
        expect(hex(curve.ecdh(bytes32(k), point.slice(1)))).toBe(hex(compressed(times(k * m))?.slice(1)));
      }
    }
  });

  test("a·P + b·Q at the edges: equal and opposite points, doublings, the identity (RING-4a)", () => {
    const curve = get();
    const scalars = SCALARS.filter((_, i) => i % 3 === 0);
    for (const m of [1n, LAMBDA]) {
      for (const k of MULTIPLES) {
        const [p, q] = [compressed(times(m))!, compressed(times(k))!];
        for (const a of scalars) {
          // Answers of several kinds: any, a doubling, nothing at all.
          for (const b of [1n, modulo(a * m * invert(k, ORDER), ORDER), modulo(-a * m * invert(k, ORDER), ORDER)]) {
            const expected = hex(compressed(times(a * m + b * k)));
            expect(hex(curve.sumOfTwo(p, bytes32(a), q, bytes32(b))), `${a}·${m}G + ${b}·${k}G`).toBe(expected);
          }
        }
      }
    }
  });

  test("many sums at once, the second point shared or not, among them doublings and zero scalars", () => {
    const curve = get();
    const multiples = Array.from({ length: 12 }, (_, i) => MULTIPLES[i % MULTIPLES.length]!);
    const a = multiples.map((_, i) => SCALARS[(5 * i + 1) % SCALARS.length]!);
    const b = multiples.map((_, i) => SCALARS[(7 * i + 2) % SCALARS.length]!);
    const p = flat(multiples.map((m) => compressed(times(m))!));
    const sums = (second: (i: number) => bigint) => multiples.map((m, i) => times(a[i]! * m + b[i]! * second(i)));
    for (const [q, second] of [
      [compressed(times(3n))!, () => 3n],
      [p, (i: number) => multiples[i]!],
    ] as const) {
      const expected = sums(second);
      const answer = curve.sumOfTwo(p, flat(a.map(bytes32)), q, flat(b.map(bytes32)));
      const whole = expected.includes(undefined) ? undefined : flat(expected.map((sum) => compressed(sum)!));
      expect(hex(answer)).toBe(hex(whole));
    }
    expect(
      curve.sumOfTwo(
        flat([p, Uint8Array.of(2, ...bytes32(5n))]),
        flat([...a, 1n].map(bytes32)),
        p.slice(0, 33),
        flat([...b, 1n].map(bytes32)),
      ),
    ).toBeUndefined();
  });

  test("keys of a ring that are G, λ·G and multiples of its table, with scalars at the edges", () => {
    const curve = get();
    const multiples = [1n, 2n, LAMBDA, 3n, 2n ** 5n, 2n ** 12n, 2n ** 60n, 7n];
    const even = multiples.map((m) => (times(m)!.y % 2n === 0n ? m : ORDER - m));
    const ring = curve.openRing(multiples.map((m) => bytes32(times(m)!.x)))!;
    for (let turn = 0; turn < SCALARS.length; turn++) {
      const a = even.map((_, i) => SCALARS[(turn + i) % SCALARS.length]!);
      const b = even.map((_, i) => SCALARS[(turn + 3 * i) % SCALARS.length]!);
      const expected = even.map((m, i) => times(a[i]! + b[i]! * m));
      const whole = expected.includes(undefined) ? undefined : flat(expected.map((sum) => compressed(sum)!));
      expect(hex(ring.sums(flat(a.map(bytes32)), flat(b.map(bytes32)))), `turn ${turn}`).toBe(hex(whole));
    }
  });

  test("sums of many multiples: none, one, zero scalars, repeated and opposite points", () => {
    const curve = get();
    expect(curve.multiScalar(new Uint8Array(0), new Uint8Array(0))).toBeUndefined();
    for (const count of [1, 2, 5, 33]) {
      const multiples = Array.from({ length: count }, (_, i) => MULTIPLES[(i * i) % MULTIPLES.length]!);
      const scalars = multiples.map((_, i) => SCALARS[(3 * i + count) % SCALARS.length]!);
      const total = multiples.reduce((sum, m, i) => sum + m * scalars[i]!, 0n);
      const points = multiples.map((m) => compressed(times(m))!);
      expect(hex(curve.multiScalar(flat(points), flat(scalars.map(bytes32)))), `${count} terms`).toBe(
        hex(compressed(times(total))),
      );
      // One more term that cancels everything.
      const cancelling = [...scalars, modulo(-total, ORDER)];
      expect(
        curve.multiScalar(flat([...points, compressed(GENERATOR)!]), flat(cancelling.map(bytes32))),
      ).toBeUndefined();
    }
    expect(curve.multiScalar(Uint8Array.of(2, ...bytes32(5n)), bytes32(1n))).toBeUndefined();
  });

  test("opposite and equal points add as the textbook says", () => {
    const curve = get();
    const p = times(0xabcn)!;
    for (const [q, sum] of [
      [p, add(p, p)],
      [negate(p), undefined],
    ] as const) {
      const answer = curve.multiScalar(flat([compressed(p)!, compressed(q)!]), flat([bytes32(1n), bytes32(1n)]));
      expect(hex(answer)).toBe(hex(compressed(sum)));
    }
  });
}
