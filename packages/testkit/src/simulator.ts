/**
 * An in-memory network that misbehaves on purpose, the same way for the same seed.
 *
 *   publish ─► relays (store for ever) ─► deliveries, each with a time ─► next()
 *
 * Relays drop live deliveries, repeat them, delay and so reorder them, keep messages from chosen viewers, and are cut
 * off from some. What a relay stored is never lost: `ask` fetches it, `heal` ends every fault and lets everybody ask.
 * So after `heal` and a drained queue every viewer holds every message that reached any relay.
 *
 * Generic over messages; knows no protocol, no real time. Nodes with durable state: simulator-nodes.ts.
 */
import { SeededRandom } from "./simulator-random.ts";

export interface Faults {
  /** Probability that a relay forgets to deliver a new message to a viewer. It still stores it. */
  readonly drop: number;
  /** Probability that it delivers it once more. */
  readonly repeat: number;
  /** Deliveries take 0 … delay seconds, uniform: what reorders them. */
  readonly delay: number;
  /** Probability that a relay withholds a message from a viewer until healed, also when asked. */
  readonly withhold: number;
}

const GENTLE: Faults = { drop: 0, repeat: 0, delay: 0, withhold: 0 };

export interface SimulatorOptions<M> {
  readonly seed: number;
  readonly viewers: number;
  readonly relays?: number;
  /** What makes two messages the same one. */
  readonly id: (message: M) => string;
  readonly faults?: Partial<Faults>;
  /** Seconds at which the clock starts. */
  readonly start?: number;
}

export interface Delivery<M> {
  readonly viewer: number;
  readonly relay: number;
  readonly message: M;
  readonly at: number;
}

interface Queued<M> extends Delivery<M> {
  readonly order: number;
}

export class Simulator<M> {
  readonly random: SeededRandom;
  readonly viewers: number;
  readonly relays: number;
  readonly #id: (message: M) => string;
  readonly #stores: Map<string, M>[];
  /** Links that are cut, by `#link`. */
  readonly #cut = new Set<number>();
  readonly #allRelays: readonly number[];
  /** For each link the ids of what the relay keeps from the viewer. */
  readonly #withheld: Set<string>[];
  #faults: Faults;
  #queue: Queued<M>[] = [];
  #order = 0;
  #now: number;

  constructor({ seed, viewers, relays = 2, id, faults, start = 0 }: SimulatorOptions<M>) {
    this.random = new SeededRandom(seed);
    this.viewers = viewers;
    this.relays = relays;
    this.#id = id;
    this.#allRelays = Array.from({ length: relays }, (_, relay) => relay);
    this.#faults = { ...GENTLE, ...faults };
    this.#stores = Array.from({ length: relays }, () => new Map());
    this.#withheld = Array.from({ length: relays * viewers }, () => new Set());
    this.#now = start;
  }

  get now(): number {
    return this.#now;
  }

  /** How many deliveries are under way. */
  get pending(): number {
    return this.#queue.length;
  }

  /** Lets time pass; nothing is delivered before it is asked for by `next`. */
  advance(seconds: number): void {
    this.#now += seconds;
  }

  /** Sends to the relays that the author reaches. False where none of them took it. */
  publish(author: number, message: M, relays: readonly number[] = this.#allRelays): boolean {
    let taken = false;
    for (const relay of relays) {
      if (this.#cut.has(this.#link(relay, author))) continue;
      taken = true;
      this.#accept(relay, message);
    }
    return taken;
  }

  #accept(relay: number, message: M): void {
    const store = this.#stores[relay] as Map<string, M>;
    const id = this.#id(message);
    if (store.has(id)) return;
    store.set(id, message);
    for (let viewer = 0; viewer < this.viewers; viewer++) {
      if (this.random.chance(this.#faults.withhold)) this.#withheld[this.#link(relay, viewer)]?.add(id);
      if (this.random.chance(this.#faults.drop)) continue;
      this.#send(relay, viewer, message);
      if (this.random.chance(this.#faults.repeat)) this.#send(relay, viewer, message);
    }
  }

  #send(relay: number, viewer: number, message: M): void {
    const link = this.#link(relay, viewer);
    if (this.#cut.has(link) || this.#withheld[link]?.has(this.#id(message)) === true) return;
    const at = this.#now + (this.#faults.delay > 0 ? this.random.below(this.#faults.delay + 1) : 0);
    push(this.#queue, { viewer, relay, message, at, order: this.#order++ });
  }

  /** The next delivery, and the clock moves to it; undefined where nothing is under way. */
  next(): Delivery<M> | undefined {
    const delivery = pop(this.#queue);
    if (delivery !== undefined) this.#now = Math.max(this.#now, delivery.at);
    return delivery;
  }

  /** A viewer asks the relays that he reaches for all they have for him. */
  ask(viewer: number, relays: readonly number[] = this.#allRelays): void {
    for (const relay of relays) {
      const messages = [...(this.#stores[relay] as Map<string, M>).values()];
      for (const message of this.random.shuffle(messages)) this.#send(relay, viewer, message);
    }
  }

  /** From now on this relay keeps the message from this viewer; what is under way already arrives. */
  withhold(relay: number, viewer: number, id: string): void {
    this.#withheld[this.#link(relay, viewer)]?.add(id);
  }

  /** Cuts a viewer off from these relays: he neither sends nor receives, and what is under way is lost. */
  partition(viewer: number, relays: readonly number[]): void {
    for (const relay of relays) this.#cut.add(this.#link(relay, viewer));
    this.#queue = heap(this.#queue.filter((d) => d.viewer !== viewer || !relays.includes(d.relay)));
  }

  /** A crash: everything under way to this viewer is lost. Restarting, he asks again. */
  crash(viewer: number): void {
    this.#queue = heap(this.#queue.filter((delivery) => delivery.viewer !== viewer));
  }

  /** Everything works from now on, relays tell each other what they have, and everybody asks for everything. */
  heal(): void {
    this.#faults = GENTLE;
    this.#cut.clear();
    for (const kept of this.#withheld) kept.clear();
    const everything = new Map(this.#stores.flatMap((store) => [...store]));
    for (const store of this.#stores) for (const [id, message] of everything) store.set(id, message);
    for (let viewer = 0; viewer < this.viewers; viewer++) this.ask(viewer, [0]);
  }

  /** What a relay holds, oldest first: for assertions. */
  stored(relay: number): readonly M[] {
    return [...(this.#stores[relay] as Map<string, M>).values()];
  }

  #link(relay: number, viewer: number): number {
    return relay * this.viewers + viewer;
  }
}

/** A binary heap by time, then by the order of sending. */
function before<M>(a: Queued<M>, b: Queued<M>): boolean {
  return a.at !== b.at ? a.at < b.at : a.order < b.order;
}

function push<M>(queue: Queued<M>[], item: Queued<M>): void {
  let at = queue.length;
  queue.push(item);
  while (at > 0) {
    const parent = (at - 1) >> 1;
    const above = queue[parent] as Queued<M>;
    if (!before(item, above)) break;
    queue[at] = above;
    at = parent;
  }
  queue[at] = item;
}

function pop<M>(queue: Queued<M>[]): Queued<M> | undefined {
  const top = queue[0];
  const last = queue.pop();
  if (top === undefined || last === undefined || queue.length === 0) return top;
  let at = 0;
  for (let child = 1; child < queue.length; child = 2 * at + 1) {
    const right = queue[child + 1];
    if (right !== undefined && before(right, queue[child] as Queued<M>)) child++;
    const smaller = queue[child] as Queued<M>;
    if (!before(smaller, last)) break;
    queue[at] = smaller;
    at = child;
  }
  queue[at] = last;
  return top;
}

function heap<M>(items: readonly Queued<M>[]): Queued<M>[] {
  return [...items].sort((a, b) => (before(a, b) ? -1 : 1));
}
