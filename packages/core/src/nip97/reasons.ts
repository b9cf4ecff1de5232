/**
 * Why a ring-signature event is refused, in the order in which it is looked for (docs/spec/member-proofs.md, NIP97-0 and
 * NIP97-6), with a sentence for people.
 */
import type { EventFault } from "../nostr/event.ts";
import {
  RING_SENTENCES,
  RING_SIGNATURE_SENTENCES,
  type RingReason,
  type RingSignatureReason,
} from "../ring/reasons.ts";

export type Nip97Reason =
  | EventFault
  | "ringsig-missing"
  | "ringsig-many"
  | "members-missing"
  | "members-many"
  | RingReason
  | "ringsig-binding"
  | "ringsig-empty"
  | RingSignatureReason;

export const NIP97_SENTENCES: Readonly<Record<Nip97Reason, string>> = {
  "event-shape": "This is not a complete event.",
  "event-id": "The event was changed: its id is not that of its content.",
  "event-sig": "The event's signature is wrong.",
  "ringsig-missing": "The event carries no ring signature.",
  "ringsig-many": "The event carries more than one ring signature.",
  "members-missing": "The event does not name the members of its ring.",
  "members-many": "The event names the members of its ring more than once.",
  ...RING_SENTENCES,
  "ringsig-binding": "The event says in a way not known here what its ring signature covers.",
  "ringsig-empty": "The ring signature covers the words of the event, and there are none.",
  ...RING_SIGNATURE_SENTENCES,
};
