/**
 * The single steps of docs/spec/groups.md §4 on which everything else rests: is this owner event well made, may it
 * stand on that one, which of two chains is greater.
 *
 * Each function looks at one or two events and at nothing else.
 */
import type { EventId, PubkeyHex } from "../bytes.ts";
import { isMember, type Member, type OwnerFact, ownerOf } from "./facts.ts";

/** §4: what lies further in the future than this is held back. */
export const FUTURE_SECONDS = 900;

/** An owner event that is part of my history. */
export interface ChainNode {
  readonly fact: OwnerFact;
  readonly parent: ChainNode | undefined;
  /** Handovers accepted in its chain, those before my history as its root states them. */
  readonly handovers: number;
  /** It counts from this second on; what stands on a held-back event is held back too. */
  readonly notBefore: number;
}

/** GROUP-5, 6, 7 for one owner event by itself. */
export function wellMade(fact: OwnerFact): boolean {
  const { roster, epoch } = fact;
  if (!fact.tagsAgree || !fact.fresh || !isMember(roster, fact.author)) return false;
  if (new Set(roster.map((member) => member.person)).size !== roster.length) return false;
  if (roster.some((member) => member.since < 0 || member.since > epoch)) return false;
  if (!ranksAreComplete(roster)) return false;
  return fact.prev === undefined
    ? epoch === 0 && ownerOf(roster) === fact.author && fact.weight[0] === 0
    : epoch > 0 && fact.weight[1] === epoch;
}

/** GROUP-7: 0 … n−1, each once, 0 the owner's. */
function ranksAreComplete(roster: readonly Member[]): boolean {
  const ranks = new Set(roster.map((member) => member.rank));
  if (ranks.size !== roster.length) return false;
  return roster.every(
    ({ rank, role }) =>
      Number.isInteger(rank) && rank >= 0 && rank < roster.length && (rank === 0) === (role === "owner"),
  );
}

/** A 485 that names another owner than its author. */
export function isHandover(fact: OwnerFact): boolean {
  return ownerOf(fact.roster) !== fact.author;
}

/** §4, valid owner event: `fact` stands on `parent`. */
export function standsOn(parent: ChainNode, fact: OwnerFact): ChainNode | undefined {
  if (fact.prev !== parent.fact.id || !wellMade(fact)) return undefined;
  if (fact.epoch !== parent.fact.epoch + 1) return undefined;
  if (fact.author !== ownerOf(parent.fact.roster)) return undefined;
  const handovers = handoversAfter(parent);
  if (fact.weight[0] !== handovers) return undefined;
  return { fact, parent, handovers, notBefore: Math.max(parent.notBefore, fact.created_at - FUTURE_SECONDS) };
}

/** What stands on a handover accepts it. */
export function handoversAfter(node: ChainNode): number {
  return node.handovers + (isHandover(node.fact) ? 1 : 0);
}

/** The beginning of a history; what came before it is taken from its `w`. */
export function rootNode(fact: OwnerFact): ChainNode {
  return { fact, parent: undefined, handovers: fact.weight[0], notBefore: fact.created_at - FUTURE_SECONDS };
}

export interface ChainEnd {
  readonly handovers: number;
  readonly epoch: number;
  readonly created_at: number;
  readonly id: EventId;
}

export function endOf(node: ChainNode): ChainEnd {
  const { epoch, created_at, id } = node.fact;
  return { handovers: node.handovers, epoch, created_at, id };
}

/** §4: handovers, then epoch, then the later time, then the smaller id. */
export function isGreater(a: ChainEnd, b: ChainEnd): boolean {
  if (a.handovers !== b.handovers) return a.handovers > b.handovers;
  if (a.epoch !== b.epoch) return a.epoch > b.epoch;
  if (a.created_at !== b.created_at) return a.created_at > b.created_at;
  return a.id < b.id;
}

/** GROUP-7: a 486's roster is the owner's without the leavers, the operator moved to the end, all else unchanged. */
export function isRotationOf(
  base: OwnerFact,
  leavers: readonly PubkeyHex[],
  operator: PubkeyHex,
  roster: readonly Member[],
): boolean {
  const gone = new Set(leavers);
  const expected = new Map(base.roster.filter((member) => !gone.has(member.person)).map((m) => [m.person, m]));
  if (expected.size !== roster.length || new Set(roster.map((m) => m.person)).size !== roster.length) return false;
  const last = 1 + Math.max(...base.roster.map((member) => member.rank));
  return roster.every((member) => {
    const was = expected.get(member.person);
    if (was === undefined) return false;
    if (member.person !== operator) return member.json === was.json;
    const same = member.role === was.role && member.since === was.since && member.to === was.to;
    return same && member.rank === last && member.by?.sig === was.by?.sig && member.by?.pubkey === was.by?.pubkey;
  });
}
