import { secp256k1 } from "@noble/curves/secp256k1.js";
import type { SchnorrItem } from "@subrosa/core/curve/curve";
import { nobleCurve } from "@subrosa/core/curve/noble";
import { taggedHash } from "@subrosa/core/hash";
import { seededRandom } from "@subrosa/testkit/random";
import { bytes32, modulo, ORDER, toNumber } from "@subrosa/testkit/textbook-curve";
import { beforeAll, describe, expect, test } from "vitest";
import { createKernel, type Kernel } from "../../src/kernel.ts";
import { divide, evenScalar, flat, type Step, walk } from "./walk.ts";

const LONG = process.env["SUBROSA_LONG"] !== undefined;
/** Cases of each function, one batch of the walk after the other. */
const CASES = LONG ? 1_000_000 : 20_000;
const BATCH = 10_000;
const MINUTES = 60_000;
const SEED = process.env["SUBROSA_SEED"] ?? "against noble";

const hex = (bytes: Uint8Array | undefined): string =>
  bytes === undefined ? "none" : Buffer.from(bytes).toString("hex");

/** Fails with the place and the seed; an `expect` for every case would cost more than the case. */
function same(actual: Uint8Array | undefined, expected: Uint8Array, place: string): void {
  if (actual !== undefined && Buffer.compare(actual, expected) === 0) return;
  expect.fail(`${place} (seed ${SEED}): ${hex(actual)}, expected ${hex(expected)}`);
}

describe(`the kernel against noble, ${CASES} random cases of each function`, () => {
  let kernel: Kernel;
  beforeAll(() => {
    kernel = createKernel();
  });

  /** Runs `check` on every step of fresh walks, with random bytes of its own. */
  function everyStep(
    name: string,
    check: (steps: readonly Step[], i: number, random: (n: number) => Uint8Array) => void,
  ) {
    const timeout = (LONG ? 120 : 5) * MINUTES;
    test(name, { timeout }, () => {
      for (let from = 0; from < CASES; from += BATCH) {
        const seed = `${SEED}/${name}/${from}`;
        const random = seededRandom(seed);
        const steps = walk(seed, Math.min(BATCH, CASES - from));
        for (let i = 0; i < steps.length; i++) check(steps, i, random);
      }
    });
  }
  const scalar = (random: (n: number) => Uint8Array): bigint => modulo(toNumber(random(40)), ORDER);

  everyStep("baseMultiply", (steps, i) => {
    same(kernel.baseMultiply(bytes32(steps[i]!.k)), steps[i]!.point, `step ${i}`);
  });

  everyStep("multiply and ecdh", (steps, i) => {
    const [from, to] = [steps[i]!, steps[(7 * i + 1) % steps.length]!];
    const secret = bytes32(divide(to.k, from));
    same(kernel.multiply(secret, from.point), to.point, `multiply, step ${i}`);
    same(kernel.ecdh(secret, from.point.slice(1)), to.point.slice(1), `ecdh, step ${i}`);
  });

  everyStep("isPoint and isXOnlyKey", (steps, i, random) => {
    const { point } = steps[i]!;
    const x = random(32);
    const valid = i % 16 === 0 ? nobleCurve.isXOnlyKey(x) : kernel.isXOnlyKey(x);
    const answers = [kernel.isPoint(point), kernel.isXOnlyKey(point.slice(1)), kernel.isXOnlyKey(x)];
    if (!(answers[0] && answers[1] && answers[2] === valid)) expect.fail(`step ${i} (seed ${SEED}): ${hex(x)}`);
  });

  everyStep("sumOfTwo", (steps, i, random) => {
    const [p, q, to] = [steps[i]!, steps[(3 * i + 1) % steps.length]!, steps[(5 * i + 2) % steps.length]!];
    const a = scalar(random);
    const b = divide(to.k - a * p.k, q);
    same(kernel.sumOfTwo(p.point, bytes32(a), q.point, bytes32(b)), to.point, `step ${i}`);
  });

  /** Every tenth step a ring of ten, sighted again and again, so that half of the sums come from tables. */
  everyStep("RingTable.sums and sumAt", (steps, i, random) => {
    if (i % 10 !== 0) return;
    const ring = steps.slice(i % 1000, (i % 1000) + 10);
    const to = ring.map((_, k) => steps[(i + 13 * k) % steps.length]!);
    const b = ring.map(() => scalar(random));
    const a = ring.map((step, k) => modulo(to[k]!.k - b[k]! * evenScalar(step), ORDER));
    const table = kernel.openRing(ring.map(({ point }) => point.slice(1)))!;
    same(table.sums(flat(a.map(bytes32)), flat(b.map(bytes32))), flat(to.map(({ point }) => point)), `step ${i}`);
    same(table.sumAt(3, bytes32(a[3]!), bytes32(b[3]!)), to[3]!.point, `sumAt, step ${i}`);
  });

  everyStep("sumOfTwo for many pairs, the second point shared or not", (steps, i, random) => {
    if (i % 10 !== 0) return;
    const p = Array.from({ length: 10 }, (_, k) => steps[(i + 3 * k) % steps.length]!);
    const shared = i % 20 === 0;
    const q = p.map((_, k) => steps[(i + (shared ? 1 : 7 * k + 1)) % steps.length]!);
    const to = p.map((_, k) => steps[(i + 11 * k) % steps.length]!);
    const b = p.map(() => scalar(random));
    const a = p.map((step, k) => divide(to[k]!.k - b[k]! * q[k]!.k, step));
    const second = shared ? q[0]!.point : flat(q.map(({ point }) => point));
    const sums = kernel.sumOfTwo(flat(p.map(({ point }) => point)), flat(a.map(bytes32)), second, flat(b.map(bytes32)));
    same(sums, flat(to.map(({ point }) => point)), `step ${i}`);
  });

  everyStep("multiScalar", (steps, i, random) => {
    const count = i % 500 === 0 ? 250 : 1 + (i % 5);
    const terms = Array.from({ length: count }, (_, k) => steps[(i + 17 * k) % steps.length]!);
    const to = steps[(5 * i + 3) % steps.length]!;
    const scalars = terms.map(() => scalar(random));
    const rest = terms.slice(1).reduce((sum, { k }, at) => sum + k * scalars[at + 1]!, 0n);
    scalars[0] = divide(to.k - rest, terms[0]!);
    same(kernel.multiScalar(flat(terms.map(({ point }) => point)), flat(scalars.map(bytes32))), to.point, `step ${i}`);
  });

  /** A signature by the walk: nonce and key are two of its steps. */
  function signed(steps: readonly Step[], i: number, random: (n: number) => Uint8Array): SchnorrItem {
    const [nonce, key] = [steps[i]!, steps[(3 * i + 1) % steps.length]!];
    const message = random(i % 100);
    const [r, pubkey] = [nonce.point.slice(1), key.point.slice(1)];
    const e = modulo(toNumber(taggedHash("BIP0340/challenge", r, pubkey, message)), ORDER);
    return { signature: flat([r, bytes32(modulo(evenScalar(nonce) + e * evenScalar(key), ORDER))]), message, pubkey };
  }

  function spoiled(item: SchnorrItem, random: (n: number) => Uint8Array): SchnorrItem {
    const [where, bit] = random(2) as unknown as [number, number];
    const signature = item.signature.slice();
    signature[where % 64]! ^= 1 << (bit % 8);
    return { ...item, signature };
  }

  everyStep("verifySchnorr", (steps, i, random) => {
    const item = signed(steps, i, random);
    const bad = spoiled(item, random);
    const answers = [item, bad].map(({ signature, message, pubkey }) =>
      kernel.verifySchnorr(signature, message, pubkey),
    );
    if (answers[0] !== true || answers[1] !== false) expect.fail(`step ${i} (seed ${SEED}): ${answers}`);
  });

  everyStep("verifySchnorrBatch", (steps, i, random) => {
    if (i % 50 !== 0) return;
    const wrong = new Set(i % 100 === 0 ? [] : random(3));
    const items = Array.from({ length: 50 }, (_, k) => {
      const item = signed(steps, (i + k) % steps.length, random);
      return wrong.has(k) ? spoiled(item, random) : item;
    });
    const answers = kernel.verifySchnorrBatch(items, random);
    const expected = items.map((_, k) => !wrong.has(k));
    if (answers.join() !== expected.join()) expect.fail(`step ${i} (seed ${SEED}): ${answers}`);
  });

  everyStep("signSchnorr, by BIP-340's text", (steps, i, random) => {
    const key = steps[i]!;
    const [message, aux] = [random(i % 80), random(32)];
    const pubkey = key.point.slice(1);
    const mask = taggedHash("BIP0340/aux", aux);
    const d = evenScalar(key);
    const t = bytes32(d).map((byte, at) => byte ^ mask[at]!);
    const k0 = modulo(toNumber(taggedHash("BIP0340/nonce", t, pubkey, message)), ORDER);
    const nonce = { k: k0, point: kernel.baseMultiply(bytes32(k0)) };
    const r = nonce.point.slice(1);
    const e = modulo(toNumber(taggedHash("BIP0340/challenge", r, pubkey, message)), ORDER);
    const expected = flat([r, bytes32(modulo(evenScalar(nonce) + e * d, ORDER))]);
    same(kernel.signSchnorr(message, bytes32(key.k), aux), expected, `step ${i}`);
    if (i % 200 === 0) same(nobleCurve.signSchnorr(message, bytes32(key.k), aux), expected, `noble, step ${i}`);
  });

  everyStep("scalar arithmetic", (steps, i, random) => {
    const [a, b] = [scalar(random), steps[i]!.k];
    const bytes = random(32 + (i % 33));
    same(kernel.scalarAdd(bytes32(a), bytes32(b)), bytes32(modulo(a + b, ORDER)), `add, step ${i}`);
    same(kernel.scalarMultiply(bytes32(a), bytes32(b)), bytes32(modulo(a * b, ORDER)), `multiply, step ${i}`);
    same(kernel.scalarNegate(bytes32(a)), bytes32(modulo(-a, ORDER)), `negate, step ${i}`);
    same(kernel.scalarReduce(bytes), bytes32(modulo(toNumber(bytes), ORDER)), `reduce, step ${i}`);
  });

  const hashTimeout = (LONG ? 120 : 5) * MINUTES;
  test("hashToCurve", { timeout: hashTimeout }, () => {
    const random = seededRandom(`${SEED}/hashToCurve`);
    for (let i = 0; i < CASES; i++) {
      const [message, dst] = [random(i % 150), random(1 + (i % 255))];
      same(kernel.hashToCurve(message, dst), nobleCurve.hashToCurve(message, dst), `case ${i}`);
    }
  });

  test("noble's own products agree with the walk that stands for them", () => {
    for (const { k, point } of walk(SEED, 40)) {
      expect(hex(nobleCurve.baseMultiply(bytes32(k)))).toBe(hex(point));
      expect(hex(secp256k1.Point.BASE.multiplyUnsafe(k).toBytes())).toBe(hex(point));
    }
  });
});
