/**
 * npm run bench -- curve-timing: do times tell secrets apart? Welch's t-test of a fixed secret against random ones, for
 * several fixed ones: small, sparse, near n, the same bits again and again. Both kinds alternate in random order, and the
 * slowest tenth of all times is left out, as usual: it is the machine's. |t| < 4.5 is what no leak looks like.
 */
import { randomBytes } from "node:crypto";
import type { Curve } from "@subrosa/core/curve/curve";
import { nobleCurve } from "@subrosa/core/curve/noble";
import { createKernel } from "@subrosa/curve/kernel";

export interface Verdict {
  readonly curve: string;
  readonly operation: string;
  readonly secrets: string;
  readonly samples: number;
  readonly t: number;
}

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const bytes = (value: bigint): Uint8Array => new Uint8Array(Buffer.from(value.toString(16).padStart(64, "0"), "hex"));

const CLASSES: readonly (readonly [string, bigint])[] = [
  ["fixed", 0x7a3b_19c4_5d6e_8f70_1b2c_3d4e_5f60_7182_93a4_b5c6_d7e8_f901_2233_4455_6677_8899n],
  ["small", 3n],
  ["sparse", 2n ** 255n + 2n ** 128n],
  ["near n", ORDER - 2n],
  ["repeating", BigInt(`0x${"0f".repeat(32)}`)],
];
/** Opened anew for each class, the random secrets are drawn before the clock runs. */
const POOL = 1024;
const QUANTILE = 0.9;

export function* timing(samples: number, nobleSamples: number): Generator<Verdict> {
  for (const [curve, count] of [
    [createKernel(), samples],
    [nobleCurve, nobleSamples],
  ] as const) {
    const point = curve.baseMultiply(bytes(0x1234_5678n));
    // What is signed is public and varies, or its verification, which may take any time, would look like a leak.
    const messages = Array.from({ length: POOL }, () => new Uint8Array(randomBytes(32)));
    let at = 0;
    const operations: readonly (readonly [string, (secret: Uint8Array) => unknown])[] = [
      ["ecdh", (secret) => curve.ecdh(secret, point.subarray(1))],
      ["baseMultiply", (secret) => curve.baseMultiply(secret)],
      ["signSchnorr", (secret) => curve.signSchnorr(messages[at++ % POOL]!, secret, messages[at % POOL]!)],
    ];
    for (const [operation, run] of operations.slice(0, curve === nobleCurve ? 1 : 3)) {
      for (const [secrets, fixed] of CLASSES) {
        yield { curve: curve.name, operation, secrets, samples: count, t: measure(curve, run, bytes(fixed), count) };
      }
    }
  }
}

function measure(curve: Curve, run: (secret: Uint8Array) => unknown, fixed: Uint8Array, samples: number): number {
  const drawn = Array.from({ length: POOL }, () => curve.scalarReduce(new Uint8Array(randomBytes(40))));
  const order = randomBytes(samples);
  const times = new Float64Array(samples);
  // A copy for each call, so that neither kind has its bytes warmer than the other.
  const copies = Array.from({ length: POOL }, () => fixed.slice());
  for (let i = 0; i < 2000; i++) run((i % 2 === 0 ? drawn : copies)[i % POOL]!);
  for (let i = 0; i < samples; i++) {
    const secret = ((order[i]! & 1) === 0 ? drawn : copies)[i % POOL]!;
    const start = process.hrtime.bigint();
    run(secret);
    times[i] = Number(process.hrtime.bigint() - start);
  }
  const limit = [...times].sort((a, b) => a - b)[Math.floor(samples * QUANTILE)]!;
  const groups: [number[], number[]] = [[], []];
  times.forEach((time, i) => {
    if (time <= limit) groups[(order[i]! & 1) as 0 | 1].push(time);
  });
  return welch(...groups);
}

/** Welch's t of two samples. */
export function welch(a: readonly number[], b: readonly number[]): number {
  const moments = (values: readonly number[]) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
    return { mean, error: variance / values.length };
  };
  const [x, y] = [moments(a), moments(b)];
  return (x.mean - y.mean) / Math.sqrt(x.error + y.error);
}
