/**
 * What an event claims, and whether it holds: that a member of its ring wrote it (draft 1), that a ring signed it
 * (NIP-97), or that its author did.
 */
import { eventId } from "@subrosa/core/bytes";
import { MEMBERS_TAG, SIGNATURE_TAG } from "@subrosa/core/nip97/message";
import { NIP97_SENTENCES } from "@subrosa/core/nip97/reasons";
import { verifyRingEvent } from "@subrosa/core/nip97/verify";
import { type EventFault, VerifiedEvent } from "@subrosa/core/nostr/event";
import { PROOF_TAG } from "@subrosa/core/proof/commitment";
import { MEMBER_SENTENCES } from "@subrosa/core/proof/reasons";
import { writeScope } from "@subrosa/core/proof/scope";
import { verifyMemberProof } from "@subrosa/core/proof/verify";
import type { RingShelf } from "@subrosa/core/ring/ring-shelf";
import { isObject } from "./read-event.ts";

export const CLAIMS = ["member-proof", "ring-signature", "signature"] as const;
export type Claim = (typeof CLAIMS)[number];

export interface Judgement {
  readonly claim: Claim;
  readonly id: string | undefined;
  readonly ok: boolean;
  /** Why not; for programs. */
  readonly reason?: string;
  /** For people, whichever way it went. */
  readonly sentence: string;
  /** What is known now; for programs. */
  readonly facts: Readonly<Record<string, unknown>>;
}

const EVENT_SENTENCES: Readonly<Record<EventFault, string>> = {
  "event-shape": "This is not the shape of an event.",
  "event-id": "Its id is not the one of its content.",
  "event-sig": "Its signature is not its author's.",
};

export function judge(value: unknown, shelf: RingShelf, asked?: Claim, nested = false): Judgement {
  const claim = asked ?? claimOf(value);
  const id = isObject(value) ? eventId(value["id"]) : undefined;
  if (value === undefined)
    return { claim, id, ok: false, reason: "unreadable", sentence: "This is no JSON.", facts: {} };
  switch (claim) {
    case "member-proof": {
      const verdict = verifyMemberProof(value, shelf);
      if (!verdict.ok) return refused(claim, id, verdict.reason, MEMBER_SENTENCES[verdict.reason]);
      const { n, ring, pseudonym } = verdict;
      const linked = pseudonym && { key_image: pseudonym.keyImage, scope: writeScope(pseudonym.scope) };
      const sentence = `One of ${n} wrote this, and nobody can tell who.`;
      return { claim, id, ok: true, sentence, facts: { ring_size: n, ring, ...linked } };
    }
    case "ring-signature": {
      const verdict = verifyRingEvent(value, shelf, { nested });
      if (!verdict.ok) return refused(claim, id, verdict.reason, NIP97_SENTENCES[verdict.reason]);
      if ("revokes" in verdict) {
        return { claim, id, ok: true, sentence: "This ends a pseudonym.", facts: { revokes: verdict.revokes } };
      }
      const { n, scheme, level, keyImage, badge } = verdict;
      const sentence = `One of ${n} signed the ${level === "event" ? "whole event" : "content"}, and nobody can tell who.`;
      const facts = { ring_size: n, scheme, binding: level, badge, ...(keyImage && { key_image: keyImage }) };
      return { claim, id, ok: true, sentence, facts };
    }
    case "signature": {
      const verdict = VerifiedEvent.check(value, shelf.curve);
      if (!verdict.ok) return refused(claim, id, verdict.reason, EVENT_SENTENCES[verdict.reason]);
      return { claim, id, ok: true, sentence: "Its author signed this.", facts: { pubkey: verdict.event.pubkey } };
    }
    default:
      return claim satisfies never;
  }
}

function claimOf(value: unknown): Claim {
  const tags = isObject(value) && Array.isArray(value["tags"]) ? value["tags"] : [];
  const names = new Set<unknown>(tags.map((tag: unknown) => (Array.isArray(tag) ? tag[0] : undefined)));
  if (names.has(PROOF_TAG)) return "member-proof";
  return names.has(SIGNATURE_TAG) || names.has(MEMBERS_TAG) ? "ring-signature" : "signature";
}

function refused(claim: Claim, id: string | undefined, reason: string, sentence: string): Judgement {
  return { claim, id, ok: false, reason, sentence, facts: {} };
}
