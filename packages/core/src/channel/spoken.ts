/**
 * What was said in a channel: messages and carried events that count, in the order in which they are shown.
 *
 * Spec: docs/spec/channels.md, CHANNEL-5, 9, 11, 13, 15. Ordered by inner time, so a message that was wrapped again
 * takes its old place and does not come up as new. Anybody who holds the ticket may speak.
 */
import type { PubkeyHex } from "../bytes.ts";
import { AHEAD, writtenTooLate } from "./expiration.ts";
import { earliestFirst, type Spoken } from "./fact.ts";
import type { RightReason } from "./reason.ts";
import type { RoomView } from "./room.ts";

/** Seen first this long after it was written, a message is shown in its place and not announced as new. */
export const LATE = 172_800;

/** Why this was not said, or undefined. */
export function spokenFault(fact: Spoken, view: RoomView, now: number): RightReason | undefined {
  const { create, cut } = view;
  if (fact.time > now + AHEAD) return "held-back";
  if (create === undefined) return "create-missing";
  if (fact.channel !== create.id) return "other-channel";
  if (fact.form !== create.asks) return "wrong-form";
  if (fact.expiration !== undefined && fact.expiration <= now) return "expired";
  if (writtenTooLate(create, fact.time)) return "after-expiry";
  if (cut !== undefined && fact.time > cut) return "after-move";
  return undefined;
}

export function spokenIn(facts: Iterable<Spoken>, view: RoomView, now: number): readonly Spoken[] {
  return [...facts].filter((fact) => spokenFault(fact, view, now) === undefined).toSorted(earliestFirst);
}

/** Whoever has owned the channel on its chain, and whoever has spoken in it: the draft has no roster. */
export function membersOf(view: RoomView, spoken: readonly Spoken[]): readonly PubkeyHex[] {
  const owners = view.owners?.chain.map(({ owner }) => owner) ?? [];
  return [...new Set([...owners, ...spoken.map(({ author }) => author)])].toSorted();
}

/** When the first of those held back comes due. */
export function heldBackUntil(facts: Iterable<Spoken>, now: number): number | undefined {
  let first: number | undefined;
  for (const { time } of facts) if (time > now + AHEAD) first = Math.min(first ?? time, time);
  return first && first - AHEAD;
}
