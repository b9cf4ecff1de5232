/**
 * The worker's side of the pool: a table of job kinds, each from a batch of values to as many results. A batch that
 * throws fails as one, with a message and no input in it.
 */
import type { Curve, RandomSource, SchnorrItem } from "@subrosa/core/curve/curve";
import type { Answer, Batch } from "./pool.ts";

export type JobKinds = Readonly<
  Record<string, (curve: Curve, jobs: readonly unknown[], random: RandomSource) => unknown[]>
>;

/** BIP-340 verification: values are `SchnorrItem`, results booleans. */
export const VERIFY_SCHNORR = "verify-schnorr";

/** Where a batch is too small to be worth its common inversions, its items are verified one by one. */
const FEW = 4;

export const SCHNORR_JOBS: JobKinds = {
  [VERIFY_SCHNORR]: (curve, jobs, random) => {
    const items = jobs as readonly SchnorrItem[];
    if (items.length >= FEW) return curve.verifySchnorrBatch(items, random);
    return items.map(({ signature, message, pubkey }) => curve.verifySchnorr(signature, message, pubkey));
  },
};

/** The answer to one batch. */
export function serve(curve: Curve, kinds: JobKinds, random: RandomSource, { id, kind, jobs }: Batch): Answer {
  const run = kinds[kind];
  if (run === undefined) return { id, failure: "this worker does not know that kind of job" };
  try {
    return { id, results: run(curve, jobs, random) };
  } catch (cause) {
    return { id, failure: cause instanceof Error ? `${cause.name} in a worker` : "a worker failed" };
  }
}
