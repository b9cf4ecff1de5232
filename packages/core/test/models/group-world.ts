/**
 * Anonymous groups without cryptography: events that say who can open what, and the facts each person has of them.
 *
 * A wrap is a name in `wraps`, a key is a string, a signature is a field nobody else writes. So a history costs
 * microseconds, and what is left is exactly what §4 of the page decides.
 */
import type { EventId, PubkeyHex } from "../../src/bytes.ts";
import type { Fact, LeaveFact, Member, OwnerFact, RotationFact, SealedPrev } from "../../src/group/facts.ts";

/** Of these the model knows only names. */
export const person = (n: number): PubkeyHex => `p${n}` as PubkeyHex;

export type WorldEvent = {
  readonly id: EventId;
  readonly created_at: number;
} & (
  | {
      readonly type: "keys";
      readonly fact: OwnerFact | RotationFact;
      /** Who is handed the right group secret. */
      readonly wraps: readonly PubkeyHex[];
      readonly sealed: SealedPrev | undefined;
      /** The key under which `sealed` lies. */
      readonly sealedUnder: PubkeyHex | undefined;
      readonly carried: readonly LeaveFact[];
    }
  /** A 484, or a 482 that passes one on. */
  | { readonly type: "leave"; readonly under: PubkeyHex; readonly leave: LeaveFact; readonly passedOn: boolean }
  | { readonly type: "complaint"; readonly under: PubkeyHex; readonly target: EventId; readonly victim: PubkeyHex }
  | { readonly type: "lost"; readonly under: PubkeyHex; readonly target: EventId; readonly author: PubkeyHex }
  | { readonly type: "noise" }
);

/** Everything `me` can know of a set of events: which he opens depends on the keys the set hands him. */
export function perceive(events: Iterable<WorldEvent>, me: PubkeyHex): Fact[] {
  const all = [...events];
  const keys = new Set<PubkeyHex>();
  const byId = new Map<EventId, WorldEvent>();
  for (const event of all) {
    byId.set(event.id, event);
    if (event.type === "keys" && event.wraps.includes(me)) keys.add(event.fact.key);
  }
  const facts: Fact[] = [];
  for (const event of all) {
    if (event.type === "noise") facts.push({ kind: "refused", id: event.id });
    else if (event.type === "lost") {
      if (keys.has(event.under)) facts.push({ kind: "lost", id: event.id, target: event.target, author: event.author });
    } else if (event.type === "leave") {
      if (keys.has(event.under)) facts.push(event.leave);
    } else if (event.type === "complaint") {
      const target = byId.get(event.target);
      const proven = target?.type === "keys" && !target.wraps.includes(event.victim);
      if (keys.has(event.under) && proven) {
        facts.push({ kind: "complaint", id: event.id, target: event.target, victim: event.victim });
      }
    } else {
      const sealed = event.sealedUnder !== undefined && keys.has(event.sealedUnder) ? event.sealed : undefined;
      const { id, created_at, key, kind } = event.fact;
      if (!keys.has(key)) facts.push({ kind: "opaque", of: kind, id, created_at, key, sealed });
      else {
        facts.push(event.fact.kind === "rotation" ? { ...event.fact, sealed } : event.fact);
        facts.push(...event.carried);
      }
    }
  }
  return facts;
}

/** A member's line; `json` stands for the sealed detail. */
export function line(who: PubkeyHex, role: Member["role"], rank: number, since: number): Member {
  return { person: who, role, rank, since, json: `${who} ${role} ${rank} ${since}` };
}

export function roster(members: readonly { person: PubkeyHex; role: Member["role"]; since: number }[]): Member[] {
  const sorted = [...members.filter((m) => m.role === "owner"), ...members.filter((m) => m.role !== "owner")];
  return sorted.map((m, rank) => line(m.person, m.role, rank, m.since));
}
