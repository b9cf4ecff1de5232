/**
 * Which key is current, given o* (docs/spec/groups.md §4): L, C, unc and the minimum over them.
 *
 * Everything is asked relative to one owner event, so a candidate for another epoch costs nothing.
 */
import type { EventId, PubkeyHex } from "../bytes.ts";
import {
  type ComplaintFact,
  isMember,
  type LeaveFact,
  type OpaqueFact,
  type OwnerFact,
  ownerOf,
  type RotationFact,
} from "./facts.ts";
import { type ChainNode, isHandover, isRotationOf } from "./rules.ts";

/** §4: a group may ask for more work than this, and nobody has to do it. */
export const MAX_DIFFICULTY = 24;
/** §4: an operator with more candidates of one size than this has none. */
const MAX_RIVALS_OF_ONE = 3;

/** The facts that are asked for once o* is known; each list in any order, repetitions allowed. */
export interface EpochFacts {
  readonly leaves: readonly LeaveFact[];
  /** 486s on o*. */
  readonly rotations: readonly RotationFact[];
  /** 486s on o* that are not opened, by what their sealed-prev proves. */
  readonly opaque: readonly OpaqueFact[];
  readonly complaints: readonly ComplaintFact[];
  /** Persons whom opened events handed this group key. */
  readonly handed: (key: PubkeyHex) => readonly PubkeyHex[];
}

export interface Choice {
  readonly leaving: ReadonlySet<PubkeyHex>;
  readonly candidates: readonly RotationFact[];
  readonly current: OwnerFact | RotationFact;
  /** unc(current). */
  readonly uncovered: readonly PubkeyHex[];
}

export function choose(tip: ChainNode, facts: EpochFacts): Choice {
  const leaving = leavers(tip, facts.leaves);
  const candidates = eligible(tip.fact, leaving, facts);
  let current: OwnerFact | RotationFact = tip.fact;
  let uncovered: readonly PubkeyHex[] = [...leaving];
  let rank = -1;
  for (const candidate of candidates) {
    const open = uncoveredBy(candidate, leaving, facts);
    const itsRank = rankOf(tip.fact, candidate.operator);
    if (comesBefore([open.length, itsRank, candidate.id], [uncovered.length, rank, current.id])) {
      current = candidate;
      uncovered = open;
      rank = itsRank;
    }
  }
  return { leaving, candidates, current, uncovered };
}

type Place = readonly [uncovered: number, rank: number, id: EventId];

function comesBefore(a: Place, b: Place): boolean {
  if (a[0] !== b[0]) return a[0] < b[0];
  if (a[1] !== b[1]) return a[1] < b[1];
  return a[2] < b[2];
}

/** L. GROUP-12: the owner stays until what his successor made has come. */
export function leavers(tip: ChainNode, leaves: readonly LeaveFact[]): ReadonlySet<PubkeyHex> {
  const { roster, author } = tip.fact;
  const stays = new Set([ownerOf(roster)]);
  if (isHandover(tip.fact)) stays.add(author);
  const since = new Map(roster.map((member) => [member.person, member.since]));
  const out = new Set<PubkeyHex>();
  for (const { person, epoch } of leaves) {
    const from = since.get(person);
    if (from !== undefined && epoch >= from && !stays.has(person)) out.add(person);
  }
  return out;
}

/** C. */
function eligible(base: OwnerFact, leaving: ReadonlySet<PubkeyHex>, facts: EpochFacts): readonly RotationFact[] {
  const accused = accusedOperators(base, leaving, facts);
  const byOperator = new Map<PubkeyHex, Map<EventId, RotationFact>>();
  for (const rotation of facts.rotations) {
    if (accused.has(rotation.operator) || !isCandidate(base, leaving, rotation)) continue;
    const mine = byOperator.get(rotation.operator) ?? new Map<EventId, RotationFact>();
    byOperator.set(rotation.operator, mine.set(rotation.id, rotation));
  }
  return [...byOperator.values()].flatMap((mine) => onlyOne([...mine.values()]));
}

function isCandidate(base: OwnerFact, leaving: ReadonlySet<PubkeyHex>, rotation: RotationFact): boolean {
  const { leavers: gone, operator, sealed } = rotation;
  if (rotation.base !== base.id || !rotation.tagsAgree || !rotation.fresh) return false;
  if (gone === undefined || gone.length === 0 || !gone.every((person) => leaving.has(person))) return false;
  if (!isMember(base.roster, operator) || gone.includes(operator)) return false;
  if (!isRotationOf(base, gone, operator, rotation.roster)) return false;
  // GROUP-22: without it, those whom it garbled could not tell whose it is, and would judge its operator otherwise.
  if (sealed === undefined || sealed.author !== operator || sealed.prev !== base.id) return false;
  return rotation.work >= Math.min(base.difficulty, MAX_DIFFICULTY);
}

/** GROUP-15: whoever garbled one rotation on o* has no candidate for o* at all. */
function accusedOperators(base: OwnerFact, leaving: ReadonlySet<PubkeyHex>, facts: EpochFacts): ReadonlySet<PubkeyHex> {
  const victims = new Map<EventId, boolean>();
  for (const { target, victim } of facts.complaints) {
    // A leaver is rightly handed nothing.
    if (isMember(base.roster, victim) && !leaving.has(victim)) victims.set(target, true);
  }
  const out = new Set<PubkeyHex>();
  for (const { id, sealed } of [...facts.rotations, ...facts.opaque]) {
    if (victims.has(id) && sealed !== undefined && sealed.prev === base.id) out.add(sealed.author);
  }
  return out;
}

/** Of one operator: the most leavers, of these the smallest id, and none if there are more than 3 of that size. */
function onlyOne(candidates: readonly RotationFact[]): readonly RotationFact[] {
  const persons = ({ leavers: gone }: RotationFact): number => new Set(gone).size;
  const size = Math.max(...candidates.map(persons));
  const largest = candidates.filter((candidate) => persons(candidate) === size);
  if (largest.length > MAX_RIVALS_OF_ONE) return [];
  return [largest.reduce((least, candidate) => (candidate.id < least.id ? candidate : least))];
}

/** unc: the persons in L who were handed this key by any event, and the operator if he is in L. */
function uncoveredBy(
  candidate: RotationFact,
  leaving: ReadonlySet<PubkeyHex>,
  facts: EpochFacts,
): readonly PubkeyHex[] {
  const holders = new Set([...facts.handed(candidate.key), candidate.operator]);
  return [...leaving].filter((person) => holders.has(person));
}

function rankOf(base: OwnerFact, operator: PubkeyHex): number {
  return base.roster.find((member) => member.person === operator)?.rank ?? Number.MAX_SAFE_INTEGER;
}
