/**
 * Why a member proof is refused, in the order in which it is looked for (docs/spec/member-proofs.md, PROOF-3), with a
 * sentence for people.
 */
import type { EventFault } from "../nostr/event.ts";
import { PROOF_SENTENCES, type ProofReason, RING_SENTENCES, type RingReason } from "../ring/reasons.ts";

export type MemberReason = EventFault | "proof-missing" | "proof-many" | RingReason | ProofReason;

export const MEMBER_SENTENCES: Readonly<Record<MemberReason, string>> = {
  "event-shape": "This is not a complete event.",
  "event-id": "The event was changed: its id is not that of its content.",
  "event-sig": "The event's signature is wrong.",
  "proof-missing": "The event carries no proof of membership.",
  "proof-many": "The event carries more than one proof of membership.",
  ...RING_SENTENCES,
  ...PROOF_SENTENCES,
};
