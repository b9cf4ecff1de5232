/**
 * The history of a lasting pseudonym: a function of the set of its kind 2001 events (docs/spec/member-proofs.md,
 * NIP97-3).
 *
 * A revocation ends the *key*: whoever stole it could otherwise date the old announcement anew. So of an ended key no
 * announcement counts, of whatever id and date, and its events inherit nothing.
 */
import type { EventId, PubkeyHex } from "../bytes.ts";
import type { VerifiedEvent } from "../nostr/event.ts";
import { onlyTag } from "../nostr/tags.ts";
import { MEMBERS_TAG } from "./message.ts";
import type { Nip97Verdict } from "./verify.ts";

export interface JudgedEvent {
  readonly event: VerifiedEvent;
  readonly verdict: Nip97Verdict;
}

export interface Announcement {
  readonly id: EventId;
  readonly createdAt: number;
  /** One of these; the others did not consent. */
  readonly members: readonly string[];
}

export type Pseudonym =
  | { readonly state: "unknown" }
  /** Announcements add up; the earliest (created_at, id) comes first and is what a screen begins with. */
  | { readonly state: "announced"; readonly announcements: readonly [Announcement, ...Announcement[]] }
  | { readonly state: "ended"; readonly by: EventId };

/** What the events known here say of this key. */
export function pseudonymOf(pubkey: PubkeyHex, judged: Iterable<JudgedEvent>): Pseudonym {
  const announcements = new Map<EventId, Announcement>();
  const revocations: EventId[] = [];
  for (const { event, verdict } of judged) {
    if (event.pubkey !== pubkey || !verdict.ok) continue;
    if ("revokes" in verdict) revocations.push(event.id);
    else if (verdict.announcement === true) announcements.set(event.id, announcement(event));
  }
  const [by] = revocations.sort();
  if (by !== undefined) return { state: "ended", by };
  const [first, ...rest] = [...announcements.values()].sort(earlierFirst);
  return first === undefined ? { state: "unknown" } : { state: "announced", announcements: [first, ...rest] };
}

function announcement({ id, created_at, tags }: VerifiedEvent): Announcement {
  return { id, createdAt: created_at, members: onlyTag(tags, MEMBERS_TAG)?.slice(1) ?? [] };
}

function earlierFirst(a: Announcement, b: Announcement): number {
  return a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1);
}

/** The ring that an event inherits from its key, shown as "pseudonym of 1 of n". */
export function provenance(event: VerifiedEvent, pseudonym: Pseudonym): Announcement | undefined {
  return pseudonym.state === "announced"
    ? pseudonym.announcements.find(({ createdAt }) => createdAt <= event.created_at)
    : undefined;
}
