/**
 * The selection while facts come one by one: `ledger.add(fact).select(now)` equals `select(all facts)`, and a fact
 * costs the same whether it is the tenth or the ten-thousandth (docs/spec/groups.md §4; a property proves both).
 *
 * A ledger is a value: `add` gives another one. The newest shares its indexes with its ancestors; asking an ancestor
 * again rebuilds them from its own facts, which is correct and slow. The common case, an owner event on a known one,
 * extends the history; whatever is unusual (events from the future, unopened ones, handovers) recomputes it whole.
 */
import type { EventId, PubkeyHex } from "../bytes.ts";
import type { EpochFacts } from "./candidates.ts";
import {
  type ComplaintFact,
  type Fact,
  type LeaveFact,
  type LostFact,
  type OpaqueFact,
  type OwnerFact,
  ownerOf,
  type RotationFact,
  type Viewer,
} from "./facts.ts";
import { append, GrowingIndex, type History, historyOf } from "./history.ts";
import { type ChainNode, endOf, FUTURE_SECONDS, isGreater, isHandover, standsOn } from "./rules.ts";
import { judge, type Selection } from "./select.ts";

export class Ledger {
  readonly viewer: Viewer;
  readonly #book: Book;
  readonly #length: number;

  private constructor(viewer: Viewer, book: Book, length: number) {
    this.viewer = viewer;
    this.#book = book;
    this.#length = length;
  }

  static of(facts: Iterable<Fact>, viewer: Viewer): Ledger {
    const book = new Book(facts);
    return new Ledger(viewer, book, book.facts.length);
  }

  add(fact: Fact): Ledger {
    const book = this.#current();
    book.add(fact);
    return new Ledger(this.viewer, book, book.facts.length);
  }

  /** The same facts for changed decisions of the user. */
  as(viewer: Viewer): Ledger {
    return Ledger.of(this.facts(), viewer);
  }

  select(now: number): Selection {
    return this.#current().select(this.viewer, now);
  }

  facts(): readonly Fact[] {
    return this.#book.facts.slice(0, this.#length);
  }

  #current(): Book {
    return this.#book.facts.length === this.#length ? this.#book : new Book(this.facts());
  }
}

/** The indexes behind a ledger; they only grow. */
class Book {
  readonly facts: Fact[] = [];
  readonly #index = new GrowingIndex();
  readonly #opened = new Set<EventId>();
  readonly #leaves = new Map<PubkeyHex, LeaveFact>();
  readonly #rotations = new Map<EventId, Map<EventId, RotationFact>>();
  readonly #opaque = new Map<EventId, OpaqueFact[]>();
  readonly #complaints = new Map<EventId, ComplaintFact[]>();
  readonly #lost: LostFact[] = [];
  readonly #handed = new Map<PubkeyHex, Set<PubkeyHex>>();
  /** No owner event is held back from here on. */
  #settledFrom = 0;
  #trees = 0;
  #nodes = new Map<EventId, ChainNode>();
  #ends = new Set<ChainNode>();
  #history: { readonly found: History; readonly viewer: Viewer; readonly at: number } | undefined;

  constructor(facts: Iterable<Fact>) {
    for (const fact of facts) this.add(fact);
  }

  add(fact: Fact): void {
    this.facts.push(fact);
    if (fact.kind === "leave") {
      // Only the latest leave of a person can matter.
      const known = this.#leaves.get(fact.person);
      if (known === undefined || known.epoch < fact.epoch) this.#leaves.set(fact.person, fact);
    } else if (fact.kind === "complaint") append(this.#complaints, fact.target, fact);
    else if (fact.kind === "lost") this.#lost.push(fact);
    else this.#hold(fact);
  }

  #hold(fact: Exclude<Fact, LeaveFact | ComplaintFact | LostFact>): void {
    const known = this.#opened.has(fact.id);
    this.#index.add(fact);
    if (fact.kind === "rotation") this.#rotate(fact);
    // Something stood on it before it came.
    if (this.#index.byPrev.has(fact.id)) this.#history = undefined;
    if (fact.kind === "refused" || known) return;
    this.#settledFrom = Math.max(this.#settledFrom, fact.created_at - FUTURE_SECONDS);
    if (fact.kind === "opaque") {
      if (fact.of === "rotation" && fact.sealed !== undefined) append(this.#opaque, fact.sealed.prev, fact);
      if (fact.of === "owner") this.#history = undefined;
      return;
    }
    this.#opened.add(fact.id);
    this.#hand(fact.key, fact.roster);
    if (fact.kind === "owner" && !this.#extend(fact)) this.#history = undefined;
  }

  /** Told again with its sealed-prev, once the previous key was known. */
  #rotate(fact: RotationFact): void {
    const here = this.#rotations.get(fact.base) ?? new Map<EventId, RotationFact>();
    if (here.get(fact.id)?.sealed === undefined) here.set(fact.id, fact);
    this.#rotations.set(fact.base, here);
  }

  #hand(key: PubkeyHex, roster: readonly { readonly person: PubkeyHex }[]): void {
    const persons = this.#handed.get(key) ?? new Set();
    for (const { person } of roster) persons.add(person);
    this.#handed.set(key, persons);
  }

  /** True where the cached history is still right, with this event in it or rightly without it. */
  #extend(fact: OwnerFact): boolean {
    if (this.#history === undefined) return false;
    const { found, viewer, at } = this.#history;
    const { tip } = found;
    const parent = fact.prev === undefined ? undefined : this.#nodes.get(fact.prev);
    if (tip === undefined || parent === undefined || this.#index.opaqueOwners.size > 0) return false;
    if (found.rivals.length > 0 || viewer.chosen.length > 0 || isHandover(parent.fact)) return false;
    // Another owner may begin other histories anew, and two trees may be rivals.
    if (isHandover(fact) || isHandover(tip.fact)) return false;
    if (ownerOf(fact.roster) !== ownerOf(tip.fact.roster) || this.#trees !== 1) return false;
    if (at < this.#settledFrom) return false;
    const node = standsOn(parent, fact);
    // Below a newcomer's first event, a badly placed one may be an earlier beginning.
    if (node === undefined) return found.nodes.values().next().value?.fact.prev === undefined;
    this.#nodes.set(fact.id, node);
    this.#ends.add(node);
    this.#ends.delete(parent);
    const next = isGreater(endOf(node), endOf(tip)) ? node : tip;
    // On another branch other handovers are mine.
    if (next === node && parent !== tip) return false;
    this.#history = { found: { ...found, tip: next }, viewer, at };
    return true;
  }

  select(viewer: Viewer, now: number): Selection {
    const { found } = this.#historyFor(viewer, now);
    if (found.tip === undefined) return { kind: "none", strangers: found.strangers };
    const { id } = found.tip.fact;
    const rotations = [...(this.#rotations.get(id)?.values() ?? [])];
    const opaque = (this.#opaque.get(id) ?? []).filter((fact) => !this.#opened.has(fact.id));
    const epoch: EpochFacts = {
      leaves: [...this.#leaves.values()],
      rotations,
      opaque,
      complaints: [...rotations, ...opaque].flatMap((fact) => this.#complaints.get(fact.id) ?? []),
      handed: (key) => [...(this.#handed.get(key) ?? [])],
    };
    const complaintsOf = (target: EventId) => this.#complaints.get(target) ?? [];
    return judge({ index: this.#index, history: found, epoch, lost: this.#lost, complaintsOf }, found.tip, viewer, now);
  }

  #historyFor(viewer: Viewer, now: number): { readonly found: History } {
    const cached = this.#history;
    const settled = now >= this.#settledFrom && cached !== undefined && cached.at >= this.#settledFrom;
    if (cached !== undefined && settled && cached.viewer === viewer) return cached;
    const found = historyOf(this.#index, viewer, now);
    this.#nodes = new Map(found.nodes);
    this.#ends = new Set(found.ends);
    this.#trees = [...found.nodes.values()].filter((node) => node.parent === undefined).length;
    // Of one tree all of it counts, or none.
    const counting = this.#trees === 1 ? this.#nodes : found.counting;
    this.#history = { found: { ...found, nodes: this.#nodes, counting, ends: this.#ends }, viewer, at: now };
    return this.#history;
  }
}
