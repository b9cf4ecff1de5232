/**
 * Verifies many proofs; those of one ring share its tables (docs/spec/rings.md §5).
 *
 * A generator: it yields after every proof and, in a large ring, within one; to cancel is not to ask for more.
 */
import { type Progress, runAll } from "./progress.ts";
import type { RingReason } from "./reasons.ts";
import type { RingShelf } from "./ring-shelf.ts";
import { type ProofClaim, type RingVerdict, verifyProofInSteps } from "./verify.ts";

export interface ProofItem extends Omit<ProofClaim, "ring"> {
  /** As they stand in the tag: 64 lowercase hex digits each, in the order given. */
  readonly keys: readonly string[];
}

export type ManyVerdict = RingVerdict | { readonly ok: false; readonly reason: RingReason };

export function verifyMany(
  items: readonly ProofItem[],
  shelf: RingShelf,
): Generator<Progress<ManyVerdict>, readonly ManyVerdict[]> {
  return runAll(items, (item) => verifyItem(item, shelf));
}

function* verifyItem({ keys, ...claim }: ProofItem, shelf: RingShelf): Generator<number, ManyVerdict> {
  const opening = yield* shelf.openInSteps(keys);
  return opening.ok ? yield* verifyProofInSteps({ ...claim, ring: opening.ring }) : opening;
}
