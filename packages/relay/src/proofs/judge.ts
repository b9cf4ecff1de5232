/**
 * What a relay finds out about the proof of an event: draft 1's member proofs and NIP-97's ring signatures.
 *
 * Spec: docs/spec/member-proofs.md PROOF-3, PROOF-9, NIP97-0. Pure: a generator that pauses after every group of keys,
 * so that whoever runs it can let others go first. A ring signature counts as verified only where it earns a badge.
 */
import { fromHex } from "@subrosa/core/bytes";
import { MEMBERS_TAG, SIGNATURE_TAG } from "@subrosa/core/nip97/message";
import { verifyRingEventInSteps } from "@subrosa/core/nip97/verify";
import type { SignedEvent } from "@subrosa/core/nostr/event";
import { onlyTag } from "@subrosa/core/nostr/tags";
import { PROOF_TAG } from "@subrosa/core/proof/commitment";
import { type Pseudonym, verifyMemberProofInSteps } from "@subrosa/core/proof/verify";
import { type RingName, ringName } from "@subrosa/core/ring/ring";
import type { RingShelf } from "@subrosa/core/ring/ring-shelf";

export type Judgement =
  | {
      readonly kind: "member-proof" | "ring-signature";
      readonly ok: true;
      readonly ring: RingName;
      /** PROOF-7, where the proof is linkable. */
      readonly pseudonym?: Pseudonym;
    }
  | { readonly kind: "member-proof" | "ring-signature"; readonly ok: false; readonly reason: string };

/** A ring signature that holds and earns no badge: nothing is wrong with it, and nothing is said about it. */
export const NO_BADGE = "no-badge";

/** Does this event carry something to be judged? */
export function hasProof(event: SignedEvent): boolean {
  return event.tags.some(([name]) => name === PROOF_TAG || name === SIGNATURE_TAG);
}

export function* judge(event: SignedEvent, shelf: RingShelf): Generator<number, Judgement> {
  if (event.tags.some(([name]) => name === PROOF_TAG)) {
    const verdict = yield* verifyMemberProofInSteps(event, shelf);
    if (!verdict.ok) return { kind: "member-proof", ok: false, reason: verdict.reason };
    const { ring, pseudonym } = verdict;
    return { kind: "member-proof", ok: true, ring, ...(pseudonym && { pseudonym }) };
  }
  const verdict = yield* verifyRingEventInSteps(event, shelf);
  if (!verdict.ok) return { kind: "ring-signature", ok: false, reason: verdict.reason };
  if (!("badge" in verdict) || !verdict.badge) return { kind: "ring-signature", ok: false, reason: NO_BADGE };
  const keys = (onlyTag(event.tags, MEMBERS_TAG) ?? []).slice(1).map((key) => fromHex(key)!);
  return { kind: "ring-signature", ok: true, ring: ringName(keys) };
}
