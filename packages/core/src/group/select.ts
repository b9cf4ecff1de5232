/**
 * Which key is current, and may I write: a pure function of the set of facts (docs/spec/groups.md §4, GROUP-14).
 *
 * No order of arrival, no count of messages, no clock except the 900 seconds. ledger.ts gives the same answers while
 * facts come one by one; a property holds the two together.
 */
import type { EventId, PubkeyHex } from "../bytes.ts";
import { type Choice, choose, type EpochFacts } from "./candidates.ts";
import {
  type ComplaintFact,
  type Fact,
  isMember,
  type LeaveFact,
  type LostFact,
  type OpaqueFact,
  ownerOf,
  type RotationFact,
  type Viewer,
} from "./facts.ts";
import { type FactIndex, type History, historyOf, indexFacts, shutOutBy } from "./history.ts";
import { type ChainNode, FUTURE_SECONDS } from "./rules.ts";

/** Why I may not write. Each has a sentence in sentences.ts. */
export type Block =
  | "leaver-holds-key"
  | "not-a-member"
  | "leaving"
  | "out-of-date"
  | "removed-or-garbled"
  | "branch-lost"
  | "rival-handovers";

export type Selection =
  | { readonly kind: "none"; readonly strangers: readonly PubkeyHex[] }
  | {
      readonly kind: "found";
      readonly tip: ChainNode;
      readonly history: History;
      readonly choice: Choice;
      /** Empty ⇔ I may write, under the key of `choice.current`. */
      readonly blocks: readonly Block[];
      /** A member other than the owner made an event whose predecessor I lack: a banner, no more (GROUP-19). */
      readonly maybeOutOfDate: boolean;
      readonly rivals: readonly EventId[];
      /** 486s on o* by members, and 485s by owners, that do not open for me: what a complaint is for (GROUP-15). */
      readonly unreadable: readonly EventId[];
      /** 485s greater than o* that do not open: each with the event on which it stands. */
      readonly shutOut: readonly OpaqueFact[];
      /** What was proved against o*. */
      readonly complaints: readonly ComplaintFact[];
    };

export function select(facts: Iterable<Fact>, viewer: Viewer, now: number): Selection {
  const all = openedFirst(facts);
  const index = indexFacts(all);
  const history = historyOf(index, viewer, now);
  if (history.tip === undefined) return { kind: "none", strangers: history.strangers };
  const { tip } = history;
  const leaves: LeaveFact[] = [];
  const rotations: RotationFact[] = [];
  const opaque: OpaqueFact[] = [];
  const complaints: ComplaintFact[] = [];
  const lost: LostFact[] = [];
  for (const fact of all) {
    if (fact.kind === "leave") leaves.push(fact);
    else if (fact.kind === "rotation" && fact.base === tip.fact.id) rotations.push(fact);
    else if (fact.kind === "opaque" && fact.of === "rotation" && fact.sealed?.prev === tip.fact.id) opaque.push(fact);
    else if (fact.kind === "complaint") complaints.push(fact);
    else if (fact.kind === "lost") lost.push(fact);
  }
  let persons: ((key: PubkeyHex) => readonly PubkeyHex[]) | undefined;
  const handed = (key: PubkeyHex) => {
    persons ??= handedBy(all);
    return persons(key);
  };
  const epoch: EpochFacts = { leaves, rotations, opaque, complaints, handed };
  const complaintsOf = (target: EventId) => complaints.filter((complaint) => complaint.target === target);
  return judge({ index, history, epoch, lost, complaintsOf }, tip, viewer, now);
}

/** What I opened once is not opaque, although an earlier look at it with fewer keys said so. */
function openedFirst(facts: Iterable<Fact>): readonly Fact[] {
  const all = [...facts];
  const opened = new Set<EventId>();
  for (const fact of all) if (fact.kind === "owner" || fact.kind === "rotation") opened.add(fact.id);
  return all.filter((fact) => fact.kind !== "opaque" || !opened.has(fact.id));
}

/** What `judge` reads, however it was gathered. */
export interface Gathered {
  readonly index: FactIndex;
  readonly history: History;
  readonly epoch: EpochFacts;
  readonly lost: readonly LostFact[];
  readonly complaintsOf: (target: EventId) => readonly ComplaintFact[];
}

export function judge(gathered: Gathered, tip: ChainNode, viewer: Viewer, now: number): Selection {
  const { index, history, epoch } = gathered;
  const choice = choose(tip, epoch);
  const blocks: Block[] = [];
  if (choice.uncovered.length > 0) blocks.push("leaver-holds-key");
  if (!isMember(choice.current.roster, viewer.me)) blocks.push("not-a-member");
  if (choice.leaving.has(viewer.me)) blocks.push("leaving");
  const ahead = eventsAhead(index, history, tip, now);
  if (ahead.byOwner && !viewer.insist) blocks.push("out-of-date");
  const shutOut = shutOutBy(index, history.counting, tip, now);
  if (shutOut.length > 0) blocks.push("removed-or-garbled");
  if (gathered.lost.some((fact) => isSaidLost(fact, tip))) blocks.push("branch-lost");
  if (history.rivals.length > 0) blocks.push("rival-handovers");
  const garbled = epoch.opaque.filter(
    ({ sealed }) => sealed !== undefined && isMember(tip.fact.roster, sealed.author) && !choice.leaving.has(viewer.me),
  );
  const complaints = gathered.complaintsOf(tip.fact.id);
  const unreadable = [...new Set([...shutOut, ...garbled].map((fact) => fact.id))].sort();
  return {
    kind: "found",
    tip,
    history,
    choice,
    blocks,
    maybeOutOfDate: ahead.byMember,
    rivals: history.rivals,
    unreadable,
    shutOut,
    complaints,
  };
}

export function mayWrite(selection: Selection): boolean {
  return selection.kind === "found" && selection.blocks.length === 0;
}

/** GROUP-19: events of my epoch or later whose predecessor I do not hold. */
function eventsAhead(
  index: FactIndex,
  history: History,
  tip: ChainNode,
  now: number,
): { readonly byOwner: boolean; readonly byMember: boolean } {
  const owner = ownerOf(tip.fact.roster);
  let [byOwner, byMember] = [false, false];
  for (const children of index.gaps.values()) {
    for (const { author, epoch, created_at, id } of children) {
      if (history.nodes.has(id) || epoch < tip.fact.epoch || created_at > now + FUTURE_SECONDS) continue;
      if (author === owner) byOwner = true;
      else if (isMember(tip.fact.roster, author)) byMember = true;
    }
  }
  return { byOwner, byMember };
}

/** GROUP-18: by its author or by the owner it names, nobody else. */
function isSaidLost({ target, author }: LostFact, tip: ChainNode): boolean {
  return target === tip.fact.id && (author === tip.fact.author || author === ownerOf(tip.fact.roster));
}

/** Whom the opened events handed a key, by key. */
export function handedBy(facts: Iterable<Fact>): (key: PubkeyHex) => readonly PubkeyHex[] {
  const byKey = new Map<PubkeyHex, Set<PubkeyHex>>();
  for (const fact of facts) {
    if (fact.kind !== "owner" && fact.kind !== "rotation") continue;
    const persons = byKey.get(fact.key) ?? new Set();
    for (const { person } of fact.roster) persons.add(person);
    byKey.set(fact.key, persons);
  }
  return (key) => [...(byKey.get(key) ?? [])];
}
