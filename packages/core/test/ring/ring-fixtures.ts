/** Rings, secrets and randomness for tests, all from a seed, so that a failure can be run again. */
import { createHash } from "node:crypto";
import { fastCurve } from "@subrosa/testkit/curves";
import { toHex } from "../../src/bytes.ts";
import type { RandomSource } from "../../src/curve/curve.ts";
import { Ring, sortKeys } from "../../src/ring/ring.ts";
import { RingShelf } from "../../src/ring/ring-shelf.ts";
import { Secret } from "../../src/secret.ts";

export const curve = fastCurve;

/** Bytes from a seed and a count, as many as asked for. */
export function seeded(seed: string): RandomSource {
  let count = 0;
  return (length) => {
    const out = new Uint8Array(length);
    for (let at = 0; at < length; at += 32) {
      const block = createHash("sha256").update(`${seed}/${count++}`).digest();
      out.set(block.subarray(0, Math.min(32, length - at)), at);
    }
    return out;
  };
}

/** Whole numbers below `bound`, from the same kind of seed. */
export function seededNumbers(seed: string): (bound: number) => number {
  const random = seeded(seed);
  return (bound) => new DataView(random(4).buffer).getUint32(0) % bound;
}

export interface Members {
  /** In the order of the ring. */
  readonly secrets: readonly Secret[];
  readonly keys: readonly string[];
  readonly ring: Ring;
}

/** A sorted ring with everybody's secret. */
export function members(n: number, seed = "members"): Members {
  const random = seeded(`${seed}/${n}`);
  const drawn = Array.from({ length: n }, () => Secret.from(random(32), curve));
  const byKey = new Map(drawn.map((secret) => [toHex(secret.pubkey), secret]));
  const sorted = sortKeys(drawn.map((secret) => secret.pubkey));
  const keys = sorted.map(toHex);
  return { keys, secrets: keys.map((key) => byKey.get(key)!), ring: open(sorted) };
}

export function open(keys: readonly Uint8Array[]): Ring {
  const opening = Ring.open(keys, curve);
  if (!opening.ok) throw new Error(opening.reason);
  return opening.ring;
}

export const shelf = (): RingShelf => new RingShelf(curve);

export const long = process.env["SUBROSA_LONG"] !== undefined;
