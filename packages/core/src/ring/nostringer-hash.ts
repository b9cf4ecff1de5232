/**
 * nostringer's hash to the curve, by trial (docs/spec/rings.md §4):
 *
 *     h = SHA256( comp(P) ‖ flag ); while 02 ‖ h is not a point, h = SHA256( h ‖ u32(k) ), k = 0, 1, …
 *
 * Its time depends on its input, which is public here. Used only to read and write that dialect (RING-5).
 */
import { concat, u32 } from "../bytes.ts";
import { UsageError } from "../errors.ts";
import { sha256 } from "../hash.ts";
import { rowAt } from "./mask.ts";
import { STEP } from "./progress.ts";
import type { Ring } from "./ring.ts";

/** Half of all hashes are the x of a point: that none of this many is has a chance of 2^-1000. */
const TRIALS = 1000;
const EVEN = Uint8Array.of(2);

/** Hp(P_i, flag) for every key, flat. Yields 0 between two groups of keys: no sum is done yet. */
export function* nostringerBases(ring: Ring, flag: Uint8Array): Generator<number, Uint8Array> {
  const points = ring.points();
  const bases = new Uint8Array(points.length);
  for (let i = 0; i < ring.size; i++) {
    if (i > 0 && i % STEP === 0) yield 0;
    bases.set(hashToPoint(concat(rowAt(points, i, 33), flag), ring), 33 * i);
  }
  return bases;
}

function hashToPoint(input: Uint8Array, { curve }: Ring): Uint8Array {
  let hash = sha256(input);
  for (let k = 0; k < TRIALS; k++) {
    const point = concat(EVEN, hash);
    if (curve.isPoint(point)) return point;
    hash = sha256(hash, u32(k));
  }
  throw new UsageError("usage/state", "no hash is a point of this curve; it is broken");
}
