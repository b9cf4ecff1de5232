/**
 * The life of one acquaintance on one device, as a pure machine.
 *
 *                  request              their accept, or their own request
 *      ┌──────┐ ───────────► requested ────────────────┐
 *      │ none │                                         ▼       remove      ┌─────────┐ request
 *      └──────┘ ───────────► requested-by-peer ──► active ────────────────► │ removed │ ───────► (next alias)
 *                their request     │    accept                              └─────────┘
 *                                  └──► rejected          every answer may still be changed by a newer one
 *
 * Spec: docs/spec/alias.md §3. The state is the set of facts; the relation is derived from it (relation.ts) and never
 * stored apart. `step` is total. Writing is an effect, and what was written comes back as a fact like any other.
 * It never answers a stranger by itself (ALIAS-9).
 */
import type { EventId, PubkeyHex } from "../bytes.ts";
import type { Fact } from "./fact.ts";
import { isHeldBack, MAX_AHEAD, type Relation, type Standing, type Standings, standingsOf } from "./relation.ts";

export interface Acquaintance {
  /** Sorted by id: equal sets are equal states. */
  readonly facts: readonly Fact[];
  readonly relation: Relation;
}

const NONE: Relation = Object.freeze({ kind: "none" });
export const STRANGER: Acquaintance = Object.freeze({ facts: Object.freeze([]), relation: NONE });

interface Timed {
  readonly now: number;
}
export type AliasEvent =
  | ({ readonly kind: "learned"; readonly fact: Fact } & Timed)
  | ({ readonly kind: "request"; readonly peer: PubkeyHex; readonly words: string; readonly expires?: number } & Timed)
  | ({ readonly kind: "accept" } & Timed)
  | ({ readonly kind: "reject" } & Timed)
  | ({ readonly kind: "remove" } & Timed)
  | ({ readonly kind: "tick" } & Timed);

/** Everything about an event to be written but the keys and the way it travels. */
export interface Writing {
  readonly kind: Fact["kind"];
  /** The alias to write from; absent: the smallest index whose alias is not in `removed` (ALIAS-7). */
  readonly from?: PubkeyHex;
  readonly removed: readonly PubkeyHex[];
  /** The `p` tag. */
  readonly to: PubkeyHex;
  readonly created_at: number;
  readonly content: string;
  readonly request?: EventId;
  readonly expires?: number;
}

export type Effect =
  | { readonly kind: "write"; readonly writing: Writing }
  | { readonly kind: "announce"; readonly relation: Relation }
  /** The contacts list no longer says what we know. */
  | { readonly kind: "save-contacts" }
  | { readonly kind: "wake"; readonly at: number };

export const IGNORED = Object.freeze({
  "known-event": "This event was already known.",
  "nothing-due": "Nothing was waiting for this moment.",
  "already-active": "You are already in touch with this person.",
  "already-requested": "You have already asked this person; only they can answer now.",
  "peer-asked": "This person has already asked you: accept instead of asking back.",
  "nothing-to-answer": "This person has no open request.",
  "peer-alias-unknown": "There is nothing to end yet: this person has not shown you an alias.",
});
export type Ignored = keyof typeof IGNORED;

export interface Step {
  readonly state: Acquaintance;
  readonly effects: readonly Effect[];
  /** Present when the event changed nothing and caused nothing, with the reason. */
  readonly ignored?: Ignored;
}

export function step(state: Acquaintance, event: AliasEvent): Step {
  switch (event.kind) {
    case "learned":
      return learn(state, event.fact, event.now);
    case "tick":
      return tick(state, event.now);
    case "request":
      return request(state, event);
    case "accept":
    case "reject":
      return answer(state, event);
    case "remove":
      return remove(state, event.now);
    default:
      return event satisfies never;
  }
}

const ignore = (state: Acquaintance, ignored: Ignored): Step => ({ state, effects: [], ignored });
const write = (state: Acquaintance, writings: readonly Writing[]): Step => ({
  state,
  effects: writings.map((writing) => ({ kind: "write", writing })),
});

function learn(state: Acquaintance, fact: Fact, now: number): Step {
  const place = state.facts.findIndex(({ id }) => id >= fact.id);
  const at = place === -1 ? state.facts.length : place;
  if (state.facts[at]?.id === fact.id) return ignore(state, "known-event");
  const facts = [...state.facts.slice(0, at), fact, ...state.facts.slice(at)];
  const { relation } = standingsOf(facts, now);
  const effects: Effect[] = [{ kind: "save-contacts" }];
  if (!same(relation, state.relation)) effects.push({ kind: "announce", relation });
  const due = dueAt(fact, now);
  if (due !== undefined) effects.push({ kind: "wake", at: due });
  return { state: { facts, relation }, effects };
}

/** When time alone will change what this fact means. */
function dueAt(fact: Fact, now: number): number | undefined {
  if (isHeldBack(fact, now)) return fact.at - MAX_AHEAD;
  const expires = fact.kind === "request" ? fact.expires : undefined;
  return expires !== undefined && expires > now ? expires : undefined;
}

function tick(state: Acquaintance, now: number): Step {
  const { relation } = standingsOf(state.facts, now);
  if (same(relation, state.relation)) return ignore(state, "nothing-due");
  return { state: { facts: state.facts, relation }, effects: [{ kind: "announce", relation }] };
}

function request(state: Acquaintance, event: Extract<AliasEvent, { kind: "request" }>): Step {
  const { peer, words, expires, now } = event;
  const { relation, removed } = standingsOf(state.facts, now);
  switch (relation.kind) {
    case "active":
      return ignore(state, "already-active");
    case "requested":
      return ignore(state, "already-requested");
    case "requested-by-peer":
      return ignore(state, "peer-asked");
    case "none":
    case "rejected":
    case "removed": {
      const created_at = after(state, now, ["request"]);
      const base: Writing = { kind: "request", removed, to: peer, created_at, content: words };
      return write(state, [expires === undefined ? base : { ...base, expires }]);
    }
    default:
      return relation satisfies never;
  }
}

function answer(state: Acquaintance, { kind, now }: Timed & { readonly kind: "accept" | "reject" }): Step {
  const standings = standingsOf(state.facts, now);
  if (kind === "accept" && standings.relation.kind === "active") return ignore(state, "already-active");
  const open = standings.theirs.filter((standing) => standing.answer?.kind !== kind);
  const created_at = after(state, now, ["accept", "reject"]);
  const writings = (kind === "accept" ? newest(open) : open).map(
    ({ request: { id, alias } }, i): Writing => ({
      kind,
      removed: standings.removed,
      to: alias,
      // A relay keeps one event per alias, kind and second.
      created_at: created_at + i,
      content: kind,
      request: id,
    }),
  );
  return writings.length === 0 ? ignore(state, "nothing-to-answer") : write(state, writings);
}

/** One acceptance is enough, of what was asked last; a rejection must reach every request. */
function newest(open: readonly Standing[]): readonly Standing[] {
  const waiting = open.filter((standing) => standing.answer === undefined);
  const candidates = waiting.length > 0 ? waiting : open;
  return [...candidates].sort((a, b) => b.request.at - a.request.at).slice(0, 1);
}

/** Ends every live pair: each live alias of either side is named at least once (ALIAS-7). */
function remove(state: Acquaintance, now: number): Step {
  const standings = standingsOf(state.facts, now);
  const [mine, theirs] = liveAliases(standings);
  const created_at = after(state, now, ["remove"]);
  const writings = Array.from({ length: Math.max(mine.length, theirs.length) }, (_, i): Writing[] => {
    const from = mine[i] ?? mine[0];
    const to = theirs[i] ?? theirs[0];
    if (to === undefined) return [];
    const base: Writing = {
      kind: "remove",
      removed: standings.removed,
      to,
      created_at: created_at + i,
      content: "remove",
    };
    return [from === undefined ? base : { ...base, from }];
  }).flat();
  return writings.length === 0 ? ignore(state, "peer-alias-unknown") : write(state, writings);
}

function liveAliases({ mine, theirs }: Standings): readonly [readonly PubkeyHex[], readonly PubkeyHex[]] {
  const asked = (side: readonly Standing[]): PubkeyHex[] => side.map(({ request }) => request.alias);
  const answered = (side: readonly Standing[]): PubkeyHex[] =>
    side.flatMap(({ answer }) => (answer === undefined ? [] : [answer.alias]));
  return [[...new Set([...asked(mine), ...answered(theirs)])], [...new Set([...asked(theirs), ...answered(mine)])]];
}

/** Later than whatever we last said of this kind: of two answers, and on a relay, the later stands (ALIAS-8, 10). */
function after({ facts }: Acquaintance, now: number, kinds: readonly Fact["kind"][]): number {
  const own = facts.filter((fact) => fact.by === "me" && kinds.includes(fact.kind) && !isHeldBack(fact, now));
  return own.reduce((latest, { at }) => Math.max(latest, at + 1), now);
}

function same(a: Relation, b: Relation): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
