/**
 * The owner events that are valid for one viewer, as trees (docs/spec/groups.md §4, GROUP-18, GROUP-22).
 *
 *   480 ◄── 485 ◄── 485        a tree grows from the create event, or for a newcomer from the first event he opens,
 *            ▲                 and anew from one on a predecessor he holds and cannot place
 *            └───── 485
 *
 * A function of the set of facts and of `now`. The tip of the greatest chain is o*.
 */
import type { EventId, PubkeyHex } from "../bytes.ts";
import { type Fact, type OpaqueFact, type OwnerFact, ownerOf, type Viewer } from "./facts.ts";
import {
  type ChainEnd,
  type ChainNode,
  endOf,
  FUTURE_SECONDS,
  handoversAfter,
  isGreater,
  isHandover,
  rootNode,
  standsOn,
  wellMade,
} from "./rules.ts";

/** A set of facts by what is asked of it. */
export interface FactIndex {
  readonly owners: ReadonlyMap<EventId, OwnerFact>;
  readonly byPrev: ReadonlyMap<EventId, readonly OwnerFact[]>;
  /** The 485s that are held and not opened. */
  readonly opaqueOwners: ReadonlyMap<EventId, OpaqueFact>;
  readonly held: ReadonlySet<EventId>;
  /** Owner events whose predecessor is not held, by that predecessor (GROUP-19). */
  readonly gaps: ReadonlyMap<EventId, readonly OwnerFact[]>;
}

export interface History {
  readonly nodes: ReadonlyMap<EventId, ChainNode>;
  /** Those that may be o*: all, or what whom the newest invite names began, and what follows from it (GROUP-22). */
  readonly counting: ReadonlyMap<EventId, ChainNode>;
  /** Those on which nothing stands: the tip's, and where branches ended that lost. */
  readonly ends: ReadonlySet<ChainNode>;
  /** o*, undefined where no history has begun. */
  readonly tip: ChainNode | undefined;
  /** Accepted handovers by one owner, neither standing on the other (GROUP-18), as far as nothing was chosen. */
  readonly rivals: readonly EventId[];
  /** Owners who signed a first event for me without having been named by an invite: the user is asked. */
  readonly strangers: readonly PubkeyHex[];
}

/** An index that grows with the set it describes. */
export class GrowingIndex implements FactIndex {
  readonly owners = new Map<EventId, OwnerFact>();
  readonly byPrev = new Map<EventId, OwnerFact[]>();
  readonly opaqueOwners = new Map<EventId, OpaqueFact>();
  readonly held = new Set<EventId>();
  readonly gaps = new Map<EventId, OwnerFact[]>();

  add(fact: Fact): void {
    if (fact.kind === "leave" || fact.kind === "complaint" || fact.kind === "lost") return;
    this.held.add(fact.id);
    this.gaps.delete(fact.id);
    if (fact.kind === "opaque" && fact.of === "owner" && !this.owners.has(fact.id))
      this.opaqueOwners.set(fact.id, fact);
    if (fact.kind !== "owner" || this.owners.has(fact.id)) return;
    this.opaqueOwners.delete(fact.id);
    this.owners.set(fact.id, fact);
    if (fact.prev === undefined) return;
    append(this.byPrev, fact.prev, fact);
    if (!this.held.has(fact.prev)) append(this.gaps, fact.prev, fact);
  }
}

export function indexFacts(facts: Iterable<Fact>): FactIndex {
  const index = new GrowingIndex();
  for (const fact of facts) index.add(fact);
  return index;
}

export function append<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

export function historyOf(index: FactIndex, viewer: Viewer, now: number): History {
  const dropped = new Set<EventId>();
  for (;;) {
    const found = grow(index, viewer, now, dropped);
    const groups = rivalGroups(index, found, now, dropped);
    const before = dropped.size;
    for (const id of rejected(groups, found.nodes, viewer.chosen)) dropped.add(id);
    // What a choice brings up may have rivals, against which it was made too.
    if (dropped.size === before) return { ...found, rivals: [...new Set(groups.flat())] };
  }
}

/** What the user has decided against: every rival that does not stand on one chain with what he chose. */
function rejected(
  groups: readonly (readonly EventId[])[],
  nodes: ReadonlyMap<EventId, ChainNode>,
  chosen: readonly EventId[],
): ReadonlySet<EventId> {
  const out = new Set<EventId>();
  for (const group of groups) {
    const kept = group.filter((id) => chosen.includes(id));
    for (const id of group) {
      if (!chosen.includes(id) && kept.some((other) => !onOneChain(nodes.get(id), nodes.get(other)))) out.add(id);
    }
  }
  return out;
}

/** What is held outside my history stands on one chain with nothing in it. */
function onOneChain(a: ChainNode | undefined, b: ChainNode | undefined): boolean {
  return a !== undefined && b !== undefined && (isOn(a, b) || isOn(b, a));
}

function grow(index: FactIndex, viewer: Viewer, now: number, dropped: ReadonlySet<EventId>): Omit<History, "rivals"> {
  const nodes = new Map<EventId, ChainNode>();
  const plant = (root: ChainNode): void => {
    const queue = dropped.has(root.fact.id) ? [] : [root];
    for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
      nodes.set(node.fact.id, node);
      if (dropped.has(node.fact.id)) continue;
      for (const child of index.byPrev.get(node.fact.id) ?? []) {
        const next = standsOn(node, child);
        if (next !== undefined) queue.push(next);
      }
    }
  };
  const first = firstEvents(index, viewer, now);
  if (first.root !== undefined) plant(first.root);
  let counting = countingFor(nodes, viewer, now);
  let tip = greatest(counting.values(), now);
  for (let begun = true; begun && tip !== undefined; ) {
    begun = false;
    for (const owner of whoBegin(index, counting, tip, now)) {
      // One at a time, the oldest first: what grows from one beginning is not another. And all of one owner's before
      // anybody else's: one of his events may hand over and have lost to the next.
      let beginning = newBeginning(index, nodes, owner, viewer, now, dropped);
      while (beginning !== undefined) {
        plant(beginning);
        begun = true;
        counting = countingFor(nodes, viewer, now);
        tip = greatest(counting.values(), now) ?? tip;
        beginning = newBeginning(index, nodes, owner, viewer, now, dropped);
      }
      if (begun) break;
    }
  }
  const ends = new Set(nodes.values());
  for (const { parent } of nodes.values()) if (parent !== undefined) ends.delete(parent);
  return { nodes, counting, ends, tip, strangers: tip === undefined ? first.strangers : [] };
}

/**
 * GROUP-22: a beginning states its own weight, and who cannot open what it stands on cannot check it. So where one whom
 * a new invite names has begun a tree, only his trees count (of several such: the newest invite's), and those of owners
 * whom a tree that counts names.
 */
function countingFor(
  nodes: ReadonlyMap<EventId, ChainNode>,
  viewer: Viewer,
  now: number,
): ReadonlyMap<EventId, ChainNode> {
  if (viewer.reinvitedBy.length === 0) return nodes;
  const roots = new Map<ChainNode, ChainNode>();
  const named = new Map<ChainNode, Set<PubkeyHex | undefined>>();
  // A node comes after what it stands on.
  for (const node of nodes.values()) {
    const root = (node.parent && roots.get(node.parent)) ?? node;
    roots.set(node, root);
    const owners = named.get(root) ?? new Set();
    if (node.notBefore <= now) owners.add(ownerOf(node.fact.roster));
    named.set(root, owners);
  }
  const begun = new Set([...named.keys()].map((root) => root.fact.author));
  const newest = viewer.reinvitedBy.findLast((author) => begun.has(author));
  if (newest === undefined) return nodes;
  const counted = new Set([...named.keys()].filter((root) => root.fact.author === newest));
  // A set visits what is added while it is gone through.
  for (const known of counted) {
    for (const root of named.keys()) {
      if (named.get(known)?.has(root.fact.author)) counted.add(root);
    }
  }
  return new Map([...nodes].filter(([, node]) => counted.has(roots.get(node)!)));
}

/** The 480 where it opens; else the first event signed by an owner whom my invite named. */
function firstEvents(
  index: FactIndex,
  viewer: Viewer,
  now: number,
): { readonly root: ChainNode | undefined; readonly strangers: readonly PubkeyHex[] } {
  const inTime: ChainNode[] = [];
  for (const fact of index.owners.values()) {
    const root = rootNode(fact);
    if (root.notBefore > now || !wellMade(fact)) continue;
    if (fact.prev === undefined) return { root, strangers: [] };
    inTime.push(root);
  }
  const invited = inTime.filter((node) => viewer.invitedBy.includes(node.fact.author));
  const root = oldest(invited);
  return { root, strangers: [...new Set(inTime.map((node) => node.fact.author))].sort() };
}

/**
 * GROUP-22: the owner in my roster; or, where something greater than o* is proved and does not open, whoever made that:
 * it may be his who took the group over. While o* hands over and nothing stands on it, its author comes before the heir:
 * the handover may have lost to what he made after an event that I cannot open.
 */
function whoBegin(
  index: FactIndex,
  nodes: ReadonlyMap<EventId, ChainNode>,
  tip: ChainNode,
  now: number,
): readonly (PubkeyHex | undefined)[] {
  const [shut] = shutOutBy(index, nodes, tip, now);
  if (shut?.sealed !== undefined) return [shut.sealed.author];
  const owner = ownerOf(tip.fact.roster);
  return isHandover(tip.fact) ? [tip.fact.author, owner] : [owner];
}

/**
 * GROUP-22: the oldest event of this author on a predecessor that I hold and that is no part of my history: I cannot
 * open it, or others cannot tell that it is invalid.
 */
function newBeginning(
  index: FactIndex,
  nodes: ReadonlyMap<EventId, ChainNode>,
  owner: PubkeyHex | undefined,
  viewer: Viewer,
  now: number,
  dropped: ReadonlySet<EventId>,
): ChainNode | undefined {
  const roots: ChainNode[] = [];
  for (const [prev, children] of index.byPrev) {
    if (nodes.has(prev) || !index.held.has(prev)) continue;
    for (const fact of children) {
      if (nodes.has(fact.id) || dropped.has(fact.id) || !wellMade(fact)) continue;
      if (fact.author !== owner && !viewer.reinvitedBy.includes(fact.author)) continue;
      const root = rootNode(fact);
      if (root.notBefore <= now) roots.push(root);
    }
  }
  return oldest(roots);
}

function oldest(roots: readonly ChainNode[]): ChainNode | undefined {
  const [first] = [...roots].sort(
    ({ fact: a }, { fact: b }) => a.epoch - b.epoch || a.created_at - b.created_at || (a.id < b.id ? -1 : 1),
  );
  return first;
}

/** GROUP-19: 485s greater than o* that do not open, by the owner of an event that I hold; the greatest first. */
export function shutOutBy(
  index: FactIndex,
  nodes: ReadonlyMap<EventId, ChainNode>,
  tip: ChainNode,
  now: number,
): readonly OpaqueFact[] {
  if (index.opaqueOwners.size === 0) return [];
  const ends = [...index.opaqueOwners.values()].flatMap((fact) => {
    const end = provedEnd(fact, nodes, now);
    return end !== undefined && isGreater(end, endOf(tip)) ? [{ fact, end }] : [];
  });
  return ends.sort((a, b) => (isGreater(a.end, b.end) ? -1 : 1)).map(({ fact }) => fact);
}

/** Where the chain of an event that I cannot open ends, as its sealed-prev proves it. */
function provedEnd(fact: OpaqueFact, nodes: ReadonlyMap<EventId, ChainNode>, now: number): ChainEnd | undefined {
  const { sealed, created_at, id } = fact;
  const parent = sealed && nodes.get(sealed.prev);
  if (sealed === undefined || parent === undefined || parent.notBefore > now || created_at > now + FUTURE_SECONDS)
    return undefined;
  if (sealed.author !== ownerOf(parent.fact.roster) || sealed.epoch !== parent.fact.epoch + 1) return undefined;
  return { handovers: handoversAfter(parent), epoch: sealed.epoch, created_at, id };
}

function greatest(nodes: Iterable<ChainNode>, now: number): ChainNode | undefined {
  let tip: ChainNode | undefined;
  for (const node of nodes) {
    if (node.notBefore > now) continue;
    if (tip === undefined || isGreater(endOf(node), endOf(tip))) tip = node;
  }
  return tip;
}

/**
 * GROUP-18: what no rule over a set can decide. Accepted handovers by one owner in one tree that are not all on one
 * chain; a tree that begins with an event of somebody who, in another tree, has handed over; and what somebody who
 * handed over on my chain handed over outside my history.
 */
function rivalGroups(
  index: FactIndex,
  { nodes, tip }: Pick<History, "nodes" | "tip">,
  now: number,
  dropped: ReadonlySet<EventId>,
): readonly (readonly EventId[])[] {
  const accepted = acceptedHandovers(index, nodes, now);
  if (accepted.length === 0) return [];
  const trees = new Map<string, ChainNode[]>();
  for (const node of accepted) {
    const tree = `${rootOf(node).fact.id}:${node.fact.author}`;
    trees.set(tree, [...(trees.get(tree) ?? []), node]);
  }
  const groups: EventId[][] = [];
  for (const handovers of trees.values()) {
    const deepest = handovers.reduce((a, b) => (b.fact.epoch > a.fact.epoch ? b : a));
    if (handovers.some((node) => !isOn(node, deepest))) groups.push(handovers.map((node) => node.fact.id).sort());
  }
  const root = tip && rootOf(tip);
  for (const node of accepted) {
    if (root !== undefined && node.fact.author === root.fact.author && rootOf(node) !== root) {
      groups.push([root.fact.id, node.fact.id]);
    }
  }
  for (const mine of accepted) {
    if (tip === undefined || !isOn(mine, tip)) continue;
    for (const id of handoversOutside(index, nodes, mine, now)) if (!dropped.has(id)) groups.push([mine.fact.id, id]);
  }
  return groups;
}

/**
 * Accepted handovers by the author of one on my chain that stand on what I cannot place. By the handovers that they
 * state, neither stands on the other: a group that came back to its former owner may be handed over again.
 */
function handoversOutside(
  index: FactIndex,
  nodes: ReadonlyMap<EventId, ChainNode>,
  mine: ChainNode,
  now: number,
): EventId[] {
  const root = rootOf(mine);
  return [...index.owners.values()].flatMap((fact) => {
    if (fact.author !== mine.fact.author || fact.prev === undefined || nodes.has(fact.prev)) return [];
    if (nodes.has(fact.id) || !isHandover(fact) || !wellMade(fact)) return [];
    const node = rootNode(fact);
    if (node.handovers > mine.handovers || (node.handovers < root.handovers && fact.epoch < root.fact.epoch)) return [];
    return node.notBefore <= now && acceptedHandovers(index, treeOn(index, node), now).includes(node) ? [fact.id] : [];
  });
}

/** An event that I cannot place, with what stands on it. */
function treeOn(index: FactIndex, node: ChainNode): ReadonlyMap<EventId, ChainNode> {
  const children = (index.byPrev.get(node.fact.id) ?? []).flatMap((fact) => standsOn(node, fact) ?? []);
  return new Map([node, ...children].map((one) => [one.fact.id, one]));
}

function acceptedHandovers(
  index: FactIndex,
  nodes: ReadonlyMap<EventId, ChainNode>,
  now: number,
): readonly ChainNode[] {
  const out = new Set<ChainNode>();
  for (const fact of index.opaqueOwners.values()) {
    const parent = fact.sealed && nodes.get(fact.sealed.prev);
    if (parent !== undefined && isHandover(parent.fact) && provedEnd(fact, nodes, now)) out.add(parent);
  }
  for (const { parent, notBefore } of nodes.values()) {
    if (parent !== undefined && notBefore <= now && isHandover(parent.fact)) out.add(parent);
  }
  return [...out];
}

function rootOf(node: ChainNode): ChainNode {
  let at = node;
  while (at.parent !== undefined) at = at.parent;
  return at;
}

/** Is `node` an ancestor of `tip`, or `tip` itself? */
export function isOn(node: ChainNode, tip: ChainNode): boolean {
  let at: ChainNode | undefined = tip;
  while (at !== undefined && at.fact.epoch > node.fact.epoch) at = at.parent;
  return at?.fact.id === node.fact.id;
}
