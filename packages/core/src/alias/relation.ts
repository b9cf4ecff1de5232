/**
 * How two people stand to each other: a pure function of the set of facts and of the time, never of an order.
 *
 *   none → requested | requested-by-peer → active → removed, and rejected
 *
 * Spec: docs/spec/alias.md §3. Both people evaluate the same set and get mirror images. The time `now` is used for two
 * things only: what is dated too far ahead is held back (ALIAS-9), and a request that nobody answered is withdrawn by
 * its own expiry (ALIAS-7). Times of different authors are compared only for 0xchat-v1, whose alias can never change,
 * and to choose among pairs that are all active.
 */
import type { EventId, PubkeyHex } from "../bytes.ts";
import type { AnswerFact, Fact, Person, RemoveFact, RequestFact } from "./fact.ts";

/** ALIAS-9: how far ahead of our clock an event may be dated. */
export const MAX_AHEAD = 900;

export type Relation =
  | { readonly kind: "none" }
  | { readonly kind: "requested"; readonly request: EventId; readonly mine: PubkeyHex }
  | { readonly kind: "requested-by-peer"; readonly request: EventId; readonly theirs: PubkeyHex }
  | { readonly kind: "active"; readonly mine: PubkeyHex; readonly theirs: PubkeyHex; readonly since: number }
  | { readonly kind: "rejected"; readonly by: Person | "both" }
  | { readonly kind: "removed" };

/** A live request with the answer that decides it, if there is one. */
export interface Standing {
  readonly request: RequestFact;
  readonly answer: AnswerFact | undefined;
}

/** Everything that counts at this time. */
export interface Standings {
  readonly mine: readonly Standing[];
  readonly theirs: readonly Standing[];
  /** Every alias that a removal named: ended for good (ALIAS-7). */
  readonly removed: readonly PubkeyHex[];
  readonly relation: Relation;
}

export function isHeldBack(fact: Fact, now: number): boolean {
  return fact.at > now + MAX_AHEAD;
}

export function relationOf(facts: Iterable<Fact>, now: number): Relation {
  return standingsOf(facts, now).relation;
}

export function standingsOf(facts: Iterable<Fact>, now: number): Standings {
  const counted = [...facts].filter((fact) => !isHeldBack(fact, now));
  const removals = counted.filter((fact): fact is RemoveFact => fact.kind === "remove");
  const removed = new Set(removals.flatMap(({ alias, to }) => [alias, to]));
  const lastRemoval = removals.reduce((last, { at }) => Math.max(last, at), Number.NEGATIVE_INFINITY);

  // ALIAS-6: an alias of 0xchat-v1 is the same for ever, so there a later time stands in for a fresh alias.
  const lives = ({ alias, at, variant }: Fact): boolean =>
    variant === "0xchat-v1" ? at > lastRemoval : !removed.has(alias);
  const answerTo = decidingAnswers(counted.filter(lives));
  const isOpen = ({ request: { expires }, answer }: Standing): boolean =>
    answer !== undefined || expires === undefined || expires > now;
  const live = counted
    .filter((fact): fact is RequestFact => fact.kind === "request" && lives(fact))
    .map((request): Standing => ({ request, answer: answerTo(request) }))
    .filter(isOpen);
  const mine = live.filter(({ request }) => request.by === "me");
  const theirs = live.filter(({ request }) => request.by === "peer");
  return { mine, theirs, removed: [...removed].sort(), relation: relate(mine, theirs, removals.length > 0) };
}

/** Which answer decides a request; one pass, however many a hostile peer sends. */
function decidingAnswers(facts: readonly Fact[]): (request: RequestFact) => AnswerFact | undefined {
  const deciding = new Map<string, AnswerFact>();
  for (const fact of facts) {
    if (fact.kind !== "accept" && fact.kind !== "reject") continue;
    const key = keyOfAnswer(fact);
    if (key !== undefined) deciding.set(key, later(deciding.get(key), fact));
  }
  return ({ id, alias, by }) => {
    const asked: Person = by === "me" ? "peer" : "me";
    const [named, unnamed] = [deciding.get(`${asked} ${alias} ${id}`), deciding.get(`${asked} ${alias}`)];
    return unnamed === undefined ? named : later(named, unnamed);
  };
}

/** An answer counts for the request it names, sent to that alias, by the other person; an unnamed one for the alias. */
function keyOfAnswer({ request, to, by, variant }: AnswerFact): string | undefined {
  if (request !== undefined) return `${by} ${to} ${request}`;
  return variant === "0xchat-v1" ? `${by} ${to}` : undefined;
}

/** ALIAS-8: the later decides, on a tie the reject; the id only makes the choice of an alias total. */
function later(a: AnswerFact | undefined, b: AnswerFact): AnswerFact {
  return a === undefined || above(answerRank(b), answerRank(a)) ? b : a;
}

const answerRank = ({ at, kind, id }: AnswerFact): Rank => [at, kind === "reject" ? 1 : 0, id];

type Rank = readonly [number, number, string];

/** By time, then by weight, then the smaller id. */
function above(a: Rank, b: Rank): boolean {
  return a[0] !== b[0] ? a[0] > b[0] : a[1] !== b[1] ? a[1] > b[1] : a[2] < b[2];
}

function best<T>(ranked: readonly (readonly [T, Rank])[]): T | undefined {
  return ranked.reduce<readonly [T, Rank] | undefined>(
    (top, item) => (top === undefined || above(item[1], top[1]) ? item : top),
    undefined,
  )?.[0];
}

const latest = (requests: readonly RequestFact[]): RequestFact | undefined =>
  best(requests.map((request) => [request, [request.at, 0, request.id]]));

function relate(mine: readonly Standing[], theirs: readonly Standing[], anyRemoval: boolean): Relation {
  const accepted = best(
    [...mine, ...theirs].flatMap(({ request, answer }) =>
      answer?.kind === "accept" ? [[{ request, answer }, [answer.at, 0, answer.id]] as const] : [],
    ),
  );
  if (accepted !== undefined) {
    const { request, answer } = accepted;
    const [own, other] = request.by === "me" ? [request, answer] : [answer, request];
    return { kind: "active", mine: own.alias, theirs: other.alias, since: answer.at };
  }
  const unanswered = (side: readonly Standing[]): RequestFact | undefined =>
    latest(side.filter(({ answer }) => answer === undefined).map(({ request }) => request));
  const asked = unanswered(mine);
  const wasAsked = unanswered(theirs);
  if (asked !== undefined && wasAsked !== undefined) {
    // ALIAS-8, crossing: each request is the answer to the other.
    return { kind: "active", mine: asked.alias, theirs: wasAsked.alias, since: Math.max(asked.at, wasAsked.at) };
  }
  if (asked !== undefined) return { kind: "requested", request: asked.id, mine: asked.alias };
  if (wasAsked !== undefined) return { kind: "requested-by-peer", request: wasAsked.id, theirs: wasAsked.alias };
  if (mine.length > 0 && theirs.length > 0) return { kind: "rejected", by: "both" };
  if (mine.length > 0) return { kind: "rejected", by: "peer" };
  if (theirs.length > 0) return { kind: "rejected", by: "me" };
  return { kind: anyRemoval ? "removed" : "none" };
}

export interface Pair {
  readonly mine: PubkeyHex;
  readonly theirs: PubkeyHex;
}

/** Every pair of aliases between which messages are read now; the one to write to is in the relation. */
export function livePairs({ mine, theirs }: Standings): readonly Pair[] {
  const pairs = [...mine, ...theirs].flatMap(({ request, answer }): Pair[] => {
    if (answer?.kind !== "accept") return [];
    const [own, other] = request.by === "me" ? [request, answer] : [answer, request];
    return [{ mine: own.alias, theirs: other.alias }];
  });
  const open = (side: readonly Standing[]): readonly PubkeyHex[] =>
    side.flatMap(({ request, answer }) => (answer === undefined ? [request.alias] : []));
  const crossing = open(mine).flatMap((own) => open(theirs).map((other): Pair => ({ mine: own, theirs: other })));
  const unique = new Map([...pairs, ...crossing].map((pair) => [`${pair.mine} ${pair.theirs}`, pair]));
  return [...unique.values()];
}

/** The same relation as the other person sees it. */
export function mirrorRelation(relation: Relation): Relation {
  switch (relation.kind) {
    case "requested":
      return { kind: "requested-by-peer", request: relation.request, theirs: relation.mine };
    case "requested-by-peer":
      return { kind: "requested", request: relation.request, mine: relation.theirs };
    case "active":
      return { kind: "active", mine: relation.theirs, theirs: relation.mine, since: relation.since };
    case "rejected":
      return { kind: "rejected", by: relation.by === "both" ? "both" : relation.by === "me" ? "peer" : "me" };
    case "none":
    case "removed":
      return relation;
    default:
      return relation satisfies never;
  }
}
