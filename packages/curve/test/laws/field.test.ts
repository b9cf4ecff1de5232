import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seededRandom } from "@subrosa/testkit/random";
import {
  add,
  GENERATOR,
  invert,
  LAMBDA,
  modulo,
  multiply,
  ORDER,
  power,
  type TextbookPoint,
} from "@subrosa/testkit/textbook-curve";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { compile, writeSources } from "../../build/build.mjs";
import { instantiate } from "../../src/wasm.ts";

const RUNS = process.env["SUBROSA_LONG"] === undefined ? 2_000 : 100_000;
const P = 2n ** 256n - 2n ** 32n - 977n;

type Call = (...pointers: number[]) => number;
let exports: Readonly<Record<string, Call>> & { readonly memory: { readonly buffer: ArrayBuffer } };
let base = 0;

beforeAll(async () => {
  const directory = mkdtempSync(join(tmpdir(), "subrosa-field-"));
  try {
    writeSources(directory);
    exports = instantiate<typeof exports>(await compile(directory, "assembly/field-test.ts"));
  } finally {
    rmSync(directory, { recursive: true });
  }
  base = exports["scratch"]!();
}, 120_000);

const at = (slot: number): number => base + 128 * slot;
const limbs = (slot: number): Int32Array => new Int32Array(exports.memory.buffer, at(slot), 28);
const call = (name: string, ...slots: number[]): number => exports[name]!(...slots.map(at));

function put(slot: number, value: bigint): void {
  for (let i = 0; i < 9; i++) limbs(slot)[i] = Number((value >> BigInt(29 * i)) & (2n ** 29n - 1n));
}
function get(slot: number): bigint {
  let value = 0n;
  for (let i = 8; i >= 0; i--) value = (value << 29n) + BigInt(limbs(slot)[i]!);
  return modulo(value, P);
}

/** Any element, small, near p, sparse, or between p and 2^256: limbs are full either way. */
const element = fc.oneof(
  fc.bigInt({ min: 0n, max: P - 1n }),
  fc.bigInt({ min: 0n, max: 1000n }),
  fc.bigInt({ min: P - 1000n, max: 2n ** 256n - 1n }),
  fc.tuple(fc.nat(255), fc.nat(255)).map(([i, j]) => 2n ** BigInt(i) + 2n ** BigInt(j)),
  fc.nat(8).map((i) => (2n ** 29n - 1n) << BigInt(29 * Math.min(i, 7))),
);
const law = (name: string, check: (a: bigint, b: bigint, c: bigint) => void): void => {
  test(name, () => fc.assert(fc.property(element, element, element, check), { numRuns: RUNS }));
};

describe("the kernel's field", () => {
  law("multiplies, squares, subtracts as integers mod p", (a, b, c) => {
    put(1, a);
    put(2, b);
    put(3, c);
    call("mul", 0, 1, 2);
    expect(get(0)).toBe(modulo(a * b, P));
    call("sqr", 0, 1);
    expect(get(0)).toBe(modulo(a * a, P));
    call("mulMinus", 0, 1, 2, 3);
    expect(get(0)).toBe(modulo(a * b - c, P));
    call("mulDiffSub", 0, 1, 2, 3, 3);
    expect(get(0)).toBe(modulo(a * (b - c) - c, P));
    call("mulTwiceDiffSub", 0, 1, 2, 3, 2);
    expect(get(0)).toBe(modulo(a * (2n * b - c) - b, P));
    call("negate", 4, 2);
    call("mulSigned", 0, 1, 4);
    expect(get(0)).toBe(modulo(-a * b, P));
    call("mulSignedMinus", 0, 1, 4, 3);
    expect(get(0)).toBe(modulo(-a * b - c, P));
    call("sqrSigned", 0, 4);
    expect(get(0)).toBe(modulo(b * b, P));
    call("carried", 0, 4);
    expect(get(0)).toBe(modulo(-b, P));
    call("linearDiff", 0, 1, 2);
    expect(get(0)).toBe(modulo(a - b, P));
  });

  law("is a ring on its own results: associative, distributive, with negation", (a, b, c) => {
    put(1, a);
    put(2, b);
    put(3, c);
    call("mul", 4, 1, 2);
    call("mul", 4, 4, 3);
    call("mul", 5, 2, 3);
    call("mul", 5, 1, 5);
    expect(call("isEqual", 4, 5)).toBe(1);
    call("linearSum", 6, 1, 2);
    call("mul", 6, 6, 3);
    call("mul", 7, 1, 3);
    call("mul", 8, 2, 3);
    call("linearSum", 7, 7, 8);
    expect(call("isEqual", 6, 7)).toBe(1);
    call("negate", 8, 1);
    call("linearSum", 9, 1, 8);
    expect(call("isZero", 9)).toBe(1);
    call("mul", 7, 1, 2);
    call("mulMinus", 10, 1, 2, 7);
    expect(call("isDifferenceZero", 10)).toBe(1);
    call("mulMinus", 10, 1, 2, 3);
    expect(call("isDifferenceZero", 10)).toBe(modulo(a * b - c, P) === 0n ? 1 : 0);
  });

  law("normalises to the one representation below p, from results and their negations", (a, b) => {
    put(1, a);
    put(2, b);
    call("mul", 3, 1, 2);
    call("negate", 4, 3);
    for (const [slot, expected] of [
      [3, modulo(a * b, P)],
      [4, modulo(-a * b, P)],
      [1, modulo(a, P)],
    ] as const) {
      call("normalize", 5, slot);
      const words = [...limbs(5).subarray(0, 9)];
      expect(words.every((limb, i) => limb >= 0 && limb < 2 ** (i === 8 ? 24 : 29))).toBe(true);
      expect(words.reduceRight((sum, limb) => (sum << 29n) + BigInt(limb), 0n)).toBe(expected);
      expect(call("isZero", slot)).toBe(expected === 0n ? 1 : 0);
    }
  });

  test("inverts, with 0 for 0; finds square roots where there are any", () => {
    fc.assert(
      fc.property(element, (a) => {
        put(1, a);
        call("invert", 0, 1);
        expect(get(0)).toBe(a % P === 0n ? 0n : invert(modulo(a, P), P));
        call("invertPublic", 1, 1);
        expect(call("isEqual", 0, 1)).toBe(1);
        call("negate", 2, 1);
        call("invertPublic", 3, 2);
        expect(get(3)).toBe(modulo(-a, P));
        put(1, a);
        const square = power(a, (P - 1n) / 2n, P) <= 1n;
        expect(call("squareRoot", 0, 1)).toBe(square ? 1 : 0);
        if (square) expect(modulo(get(0) ** 2n, P)).toBe(modulo(a, P));
      }),
      { numRuns: 300 },
    );
  });

  test("a difference is zero also where its two elements differ by p", () => {
    for (const value of [0n, 1n, 976n, 977n, 978n, 2n ** 29n, 2n ** 32n + 976n]) {
      for (const sign of [1, -1]) {
        put(1, value + P);
        put(2, value);
        for (let i = 0; i < 9; i++) limbs(3)[i] = sign * (limbs(1)[i]! - limbs(2)[i]!);
        expect(call("isDifferenceZero", 3)).toBe(1);
        limbs(3)[1]! += 1;
        expect(call("isDifferenceZero", 3)).toBe(0);
      }
    }
  });

  test("bytes in and out are big-endian, 32 of them", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: P - 1n }), (a) => {
        const bytes = new Uint8Array(exports.memory.buffer, at(20), 32);
        const text = a.toString(16).padStart(64, "0");
        bytes.set(Buffer.from(text, "hex"));
        call("fromBytes", 1, 20);
        expect(get(1)).toBe(a);
        bytes.fill(0);
        call("toBytes", 20, 1);
        expect(Buffer.from(bytes).toString("hex")).toBe(text);
      }),
    );
  });
});

describe("the kernel's group", () => {
  const random = seededRandom("group laws");
  const scalar = (): bigint => modulo(BigInt(`0x${Buffer.from(random(40)).toString("hex")}`), ORDER);
  const points = Array.from({ length: 8 }, () => multiply(scalar(), GENERATOR)!);

  /** A Jacobian point with some other Z than 1. */
  function putPoint(slot: number, p: TextbookPoint, z = 1n): void {
    if (p === undefined) {
      call("setIdentity", slot);
      return;
    }
    put(30, p.x);
    put(31, p.y);
    call("setAffine", slot, 30, 31);
    const view = limbs(slot);
    const write = (offset: number, value: bigint): void => {
      for (let i = 0; i < 9; i++) view[offset + i] = Number((value >> BigInt(29 * i)) & (2n ** 29n - 1n));
    };
    write(0, modulo(p.x * z * z, P));
    write(9, modulo(p.y * z ** 3n, P));
    write(18, z);
  }
  function getPoint(slot: number): TextbookPoint {
    const view = limbs(slot);
    if (view[27] !== 0) return undefined;
    const read = (offset: number): bigint => {
      let value = 0n;
      for (let i = 8; i >= 0; i--) value = (value << 29n) + BigInt(view[offset + i]!);
      return modulo(value, P);
    };
    const inverse = invert(read(18), P);
    return { x: modulo(read(0) * inverse ** 2n, P), y: modulo(read(9) * inverse ** 3n, P) };
  }
  const z = (): bigint => modulo(scalar(), P - 1n) + 1n;

  test("adds as the textbook: distinct, equal, opposite points and the identity, affine and Jacobian", () => {
    const negated = (p: TextbookPoint): TextbookPoint => p && { x: p.x, y: P - p.y };
    for (const p of [undefined, ...points]) {
      for (const q of [undefined, p, negated(p), ...points]) {
        putPoint(1, p, z());
        putPoint(2, q, z());
        call("addJacobian", 1, 2);
        expect(getPoint(1)).toEqual(add(p, q));
        if (q === undefined) continue;
        putPoint(1, p, z());
        put(30, q.x);
        put(31, q.y);
        call("addAffine", 1, 30, 31);
        expect(getPoint(1)).toEqual(add(p, q));
        // The same point given by −(−y): a signed element.
        putPoint(1, p, z());
        put(30, q.x);
        put(32, P - q.y);
        call("negate", 31, 32);
        call("addAffine", 1, 30, 31);
        expect(getPoint(1)).toEqual(add(p, q));
      }
      putPoint(1, p, z());
      call("double", 1);
      expect(getPoint(1)).toEqual(add(p, p));
    }
  });

  test("a scalar is its two halves: k = half1 + half2·λ, each below 2^128", () => {
    const edges = [0n, 1n, 2n, ORDER - 1n, LAMBDA, ORDER - LAMBDA, 2n ** 128n, (ORDER - 1n) / 2n];
    for (const k of [...edges, ...Array.from({ length: RUNS }, scalar)]) {
      const words = new Uint32Array(exports.memory.buffer, at(3), 8);
      for (let i = 0; i < 8; i++) words[i] = Number((k >> BigInt(32 * i)) & 0xffff_ffffn);
      call("splitScalar", 1, 2, 3);
      const half = (slot: number): bigint => {
        const view = new Uint32Array(exports.memory.buffer, at(slot), 5);
        const size = view.subarray(0, 4).reduceRight((sum, word) => (sum << 32n) + BigInt(word), 0n);
        return view[4] === 0 ? size : -size;
      };
      expect(modulo(half(1) + half(2) * LAMBDA, ORDER)).toBe(k);
    }
  });

  test("digits of both kinds add up to the half they came from", () => {
    for (let i = 0; i < RUNS; i++) {
      const size = i === 0 ? 2n ** 128n - 1n : modulo(scalar(), 2n ** BigInt(1 + (i % 128)));
      const view = new Uint32Array(exports.memory.buffer, at(1), 5);
      for (let k = 0; k < 4; k++) view[k] = Number((size >> BigInt(32 * k)) & 0xffff_ffffn);
      view[4] = i % 2;
      const value = i % 2 === 0 ? size : -size;
      for (const [width, count] of [
        [6, 22],
        [7, 19],
        [12, 11],
      ] as const) {
        exports["windowDigits"]!(at(2), at(1), width, count);
        const digits = [...new Int32Array(exports.memory.buffer, at(2), count)];
        expect(digits.reduceRight((sum, digit) => (sum << BigInt(width)) + BigInt(digit), 0n)).toBe(value);
        expect(digits.every((digit) => Math.abs(digit) <= 2 ** (width - 1))).toBe(true);
      }
      const length = exports["nafDigits"]!(at(2), at(1), 5);
      const naf = [...new Int8Array(exports.memory.buffer, at(2), 132)];
      expect(naf.reduceRight((sum, digit) => 2n * sum + BigInt(digit), 0n)).toBe(value);
      expect(naf.slice(length).every((digit) => digit === 0)).toBe(true);
      expect(naf.every((digit) => digit === 0 || (digit % 2 !== 0 && Math.abs(digit) < 16))).toBe(true);
    }
  });
});
