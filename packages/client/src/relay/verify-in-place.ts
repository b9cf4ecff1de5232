/** Verification without workers: batches on the thread that asks. Enough for a command line, and where workers cannot be. */
import type { Curve, RandomSource } from "@subrosa/core/curve/curve";
import type { Verify } from "./inbox.ts";

export function verifyInPlace(curve: Curve, random: RandomSource): Verify {
  return async (items) => curve.verifySchnorrBatch(items, random);
}
