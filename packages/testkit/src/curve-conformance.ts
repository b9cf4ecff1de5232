/**
 * What every implementation of core's `Curve` port does alike: answers, refusals and errors, at the edges and on a few
 * random inputs, against a textbook. Run by core for noble and by packages/curve for the kernel.
 */
import type { Curve, SchnorrItem } from "@subrosa/core/curve/curve";
import { UsageError } from "@subrosa/core/errors";
import { beforeAll, describe, expect, test } from "vitest";
import { curveEdges } from "./curve-edges.ts";
import { seededRandom } from "./random.ts";
import {
  add,
  bytes32,
  compressed,
  FIELD,
  GENERATOR,
  liftX,
  modulo,
  multiply,
  ORDER,
  type TextbookPoint,
  toNumber,
} from "./textbook-curve.ts";

const SEED = "curve-conformance";
const flat = (parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));
const hex = (bytes: Uint8Array | undefined): string =>
  bytes === undefined ? "none" : Buffer.from(bytes).toString("hex");

function code(run: () => unknown): string {
  try {
    run();
    return "no error";
  } catch (error) {
    return error instanceof UsageError ? error.code : String(error);
  }
}

export function curveConformance(name: string, makeCurve: () => Curve): void {
  describe(`Curve port: ${name}`, () => {
    const random = seededRandom(SEED);
    const scalar = (): bigint => modulo(toNumber(random(40)), ORDER - 1n) + 1n;
    let curve: Curve;
    beforeAll(() => {
      curve = makeCurve();
    });

    const item = (length = 32): SchnorrItem => {
      const secret = bytes32(scalar());
      const message = random(length);
      return {
        signature: curve.signSchnorr(message, secret, random(32)),
        message,
        pubkey: curve.baseMultiply(secret).slice(1),
      };
    };

    test("points: on the curve or not, x below p, prefix 2 or 3 (RING-1, RING-4)", () => {
      for (const x of [
        0n,
        1n,
        2n,
        3n,
        4n,
        5n,
        6n,
        7n,
        GENERATOR.x,
        FIELD - 1n,
        FIELD - 3n,
        FIELD,
        FIELD + 1n,
        2n ** 256n - 1n,
      ]) {
        const valid = liftX(x) !== undefined;
        expect(curve.isXOnlyKey(bytes32(x)), `x = ${x}`).toBe(valid);
        for (const prefix of [0, 1, 2, 3, 4, 6]) {
          const point = Uint8Array.of(prefix, ...bytes32(x));
          expect(curve.isPoint(point), `${prefix} ‖ ${x}`).toBe(valid && (prefix === 2 || prefix === 3));
        }
      }
      for (const length of [0, 31, 33, 65]) expect(curve.isXOnlyKey(new Uint8Array(length).fill(1))).toBe(false);
      for (const length of [0, 32, 34, 65]) expect(curve.isPoint(new Uint8Array(length).fill(2))).toBe(false);
    });

    test("signatures: verified as signed, refused with any part changed", () => {
      for (const length of [0, 1, 32, 55, 56, 64, 119, 1000, 70_000]) {
        const { signature, message, pubkey } = item(length);
        expect(curve.verifySchnorr(signature, message, pubkey), `length ${length}`).toBe(true);
        for (const at of [0, 31, 32, 63]) {
          const changed = signature.slice();
          changed[at]! ^= 1;
          expect(curve.verifySchnorr(changed, message, pubkey)).toBe(false);
        }
        expect(curve.verifySchnorr(signature, Uint8Array.of(...message.slice(0, 999), 0), pubkey)).toBe(false);
        expect(curve.verifySchnorr(signature, message, bytes32(GENERATOR.x))).toBe(false);
      }
    });

    test("signatures: a wrong length, r ≥ p, s ≥ n or a key off the curve is false, not an error", () => {
      const { signature, message, pubkey } = item();
      expect(curve.verifySchnorr(signature.subarray(1), message, pubkey)).toBe(false);
      expect(curve.verifySchnorr(signature, message, pubkey.subarray(1))).toBe(false);
      expect(curve.verifySchnorr(flat([bytes32(FIELD), signature.subarray(32)]), message, pubkey)).toBe(false);
      expect(curve.verifySchnorr(flat([signature.subarray(0, 32), bytes32(ORDER)]), message, pubkey)).toBe(false);
      expect(curve.verifySchnorr(signature, message, bytes32(5n))).toBe(false);
      expect(curve.verifySchnorr(signature, message, bytes32(FIELD))).toBe(false);
    });

    test("batches: every answer is right, whichever items are wrong and whatever the random source gives", () => {
      const items = Array.from({ length: 20 }, () => item());
      for (const bad of [[], [0], [19], [7, 8], [0, 5, 10, 15], items.map((_, i) => i)]) {
        for (const source of [random, (length: number) => new Uint8Array(length)]) {
          const mixed = items.map((one, i) => {
            if (!bad.includes(i)) return one;
            const signature = one.signature.slice();
            signature[i % 64]! ^= 4;
            return { ...one, signature };
          });
          expect(curve.verifySchnorrBatch(mixed, source)).toEqual(items.map((_, i) => !bad.includes(i)));
        }
      }
      expect(curve.verifySchnorrBatch([], random)).toEqual([]);
    });

    test("batches: two wrong signatures whose errors cancel are both refused", () => {
      const [a, b] = [item(), item()];
      const shift = (one: SchnorrItem, by: bigint): SchnorrItem => {
        const s = bytes32(modulo(toNumber(one.signature.subarray(32)) + by, ORDER));
        return { ...one, signature: flat([one.signature.subarray(0, 32), s]) };
      };
      const items = [shift(a, 1n), shift(b, -1n), item(), item(), item(), item()];
      expect(curve.verifySchnorrBatch(items, random)).toEqual([false, false, true, true, true, true]);
    });

    test("batches: malformed items among good ones", () => {
      const [a, b, c] = [item(), item(), item()];
      const items = [
        { ...a, signature: a.signature.subarray(1) },
        b,
        { ...c, pubkey: bytes32(5n) },
        { ...a, signature: flat([bytes32(5n), a.signature.subarray(32)]) },
        { ...a, signature: flat([a.signature.subarray(0, 32), bytes32(ORDER)]) },
        a,
      ];
      expect(curve.verifySchnorrBatch(items, random)).toEqual([false, true, false, false, false, true]);
    });

    test("rings: sums in the order given, at the first sight and at the fifth, one by one as all at once", () => {
      for (const size of [1, 2, 7, 9, 65]) {
        const keys = Array.from({ length: size }, () => curve.baseMultiply(bytes32(scalar())).slice(1));
        const ring = curve.openRing(keys)!;
        expect(ring.size).toBe(size);
        for (let sight = 0; sight < (size > 9 ? 2 : 5); sight++) {
          const a = keys.map(() => bytes32(scalar()));
          const b = keys.map(() => bytes32(scalar()));
          const sums = ring.sums(flat(a), flat(b))!;
          const at = sight % size;
          const expected = compressed(textbookSum(a[at]!, b[at]!, keys[at]!));
          expect(hex(sums.slice(33 * at, 33 * at + 33))).toBe(hex(expected));
          keys.forEach((_, i) => {
            if (size < 10) expect(hex(ring.sumAt(i, a[i]!, b[i]!))).toBe(hex(sums.slice(33 * i, 33 * i + 33)));
          });
        }
      }
      expect(curve.openRing([bytes32(GENERATOR.x), bytes32(5n)])).toBeUndefined();
      expect(curve.openRing([bytes32(GENERATOR.x).subarray(1)])).toBeUndefined();
    });

    test("an identity among the sums of a ring makes all undefined (RING-4a)", () => {
      const secrets = Array.from({ length: 10 }, () => scalar());
      const keys = secrets.map((secret) => curve.baseMultiply(bytes32(secret)));
      const ring = curve.openRing(keys.map((key) => key.slice(1)))!;
      const b = secrets.map(() => scalar());
      const a = secrets.map(() => scalar());
      for (let sight = 0; sight < 4; sight++) {
        expect(ring.sums(flat(a.map(bytes32)), flat(b.map(bytes32)))).toBeDefined();
        const secret = keys[sight]![0] === 2 ? secrets[sight]! : ORDER - secrets[sight]!;
        const cancelling = a.with(sight, modulo(-b[sight]! * secret, ORDER));
        expect(ring.sums(flat(cancelling.map(bytes32)), flat(b.map(bytes32)))).toBeUndefined();
        expect(ring.sumAt(sight, bytes32(cancelling[sight]!), bytes32(b[sight]!))).toBeUndefined();
        expect(ring.sumAt(sight, bytes32(0n), bytes32(0n))).toBeUndefined();
      }
    });

    test("a caller's mistake is a UsageError with its code", () => {
      const point = compressed(GENERATOR)!;
      const [one, big, zero] = [bytes32(1n), bytes32(ORDER), bytes32(0n)];
      const ring = curve.openRing([bytes32(GENERATOR.x)])!;
      expect(code(() => ring.sums(one.subarray(1), one))).toBe("usage/length");
      expect(code(() => ring.sums(one, big))).toBe("usage/range");
      expect(code(() => ring.sumAt(1, one, one))).toBe("usage/range");
      expect(code(() => ring.sumAt(0, one.subarray(1), one))).toBe("usage/length");
      expect(code(() => ring.sumAt(0, big, one))).toBe("usage/range");
      expect(code(() => curve.sumOfTwo(point.subarray(1), one, point, one))).toBe("usage/length");
      expect(code(() => curve.sumOfTwo(point, one, flat([point, point]), one))).toBe("usage/length");
      expect(code(() => curve.sumOfTwo(point, flat([one, one]), point, one))).toBe("usage/length");
      expect(code(() => curve.sumOfTwo(point, big, point, one))).toBe("usage/range");
      expect(code(() => curve.multiScalar(point, flat([one, one])))).toBe("usage/length");
      expect(code(() => curve.multiScalar(point, big))).toBe("usage/range");
      expect(code(() => curve.hashToCurve(one, new Uint8Array(0)))).toBe("usage/length");
      expect(code(() => curve.hashToCurve(one, new Uint8Array(256)))).toBe("usage/length");
      for (const call of [
        (secret: Uint8Array) => curve.baseMultiply(secret),
        (secret: Uint8Array) => curve.multiply(secret, point),
        (secret: Uint8Array) => curve.ecdh(secret, point.subarray(1)),
        (secret: Uint8Array) => curve.signSchnorr(one, secret, one),
      ]) {
        expect(code(() => call(zero))).toBe("usage/secret");
        expect(code(() => call(big))).toBe("usage/range");
        expect(code(() => call(one.subarray(1)))).toBe("usage/length");
        expect(code(() => call(one))).toBe("no error");
      }
      expect(code(() => curve.signSchnorr(one, one, one.subarray(1)))).toBe("usage/length");
      for (const length of [0, 31, 65]) {
        expect(code(() => curve.scalarReduce(new Uint8Array(length)))).toBe("usage/length");
      }
      for (const call of [curve.scalarAdd, curve.scalarMultiply]) {
        expect(code(() => call(big, one))).toBe("usage/range");
        expect(code(() => call(one, one.subarray(1)))).toBe("usage/length");
      }
      expect(code(() => curve.scalarNegate(big))).toBe("usage/range");
    });

    test("a secret is never multiplied with what is no point", () => {
      for (const bad of [bytes32(5n), bytes32(FIELD), bytes32(1n).subarray(1)]) {
        expect(curve.ecdh(bytes32(1n), bad)).toBeUndefined();
        expect(curve.multiply(bytes32(1n), Uint8Array.of(2, ...bad))).toBeUndefined();
      }
      expect(curve.multiply(bytes32(1n), Uint8Array.of(4, ...bytes32(GENERATOR.x)))).toBeUndefined();
    });

    test("inputs are not written to, results are the caller's own", () => {
      const [secret, aux, message] = [bytes32(scalar()), random(32), random(32)];
      const kept = [secret, aux, message].map(hex);
      const first = curve.signSchnorr(message, secret, aux);
      const copy = first.slice();
      curve.signSchnorr(random(32), bytes32(scalar()), aux);
      const point = curve.baseMultiply(secret);
      expect(hex(curve.multiply(bytes32(1n), point))).toBe(hex(point));
      expect([secret, aux, message].map(hex)).toEqual(kept);
      expect(hex(first)).toBe(hex(copy));
    });

    curveEdges(() => curve);
  });
}

function textbookSum(a: Uint8Array, b: Uint8Array, key: Uint8Array): TextbookPoint {
  return add(multiply(toNumber(a), GENERATOR), multiply(toNumber(b), liftX(toNumber(key))));
}
