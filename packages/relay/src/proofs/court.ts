/**
 * Judges proofs one after the other beside everything else: after each group of keys the event loop goes round, and
 * then it waits as long as it worked, so that proofs take half of a thread at most and delay nobody by more than one
 * group. What waits is bounded; what finds no room is not judged, which is what "unverified" means.
 */
import type { SignedEvent } from "@subrosa/core/nostr/event";
import type { RingShelf } from "@subrosa/core/ring/ring-shelf";
import { type Judgement, judge } from "./judge.ts";

const MAX_WAITING = 10_000;

interface Waiting {
  readonly event: SignedEvent;
  readonly resolve: (judgement: Judgement | undefined) => void;
}

export class Court {
  readonly #shelf: RingShelf;
  readonly #queue: Waiting[] = [];
  #working: Promise<void> | undefined;
  #closed = false;

  constructor(shelf: RingShelf) {
    this.#shelf = shelf;
  }

  get waiting(): number {
    return this.#queue.length;
  }

  /** Undefined where there was no room, or no time before the relay stopped. */
  judge(event: SignedEvent): Promise<Judgement | undefined> {
    if (this.#closed || this.#queue.length >= MAX_WAITING) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      this.#queue.push({ event, resolve });
      this.#working ??= this.#work();
    });
  }

  async #work(): Promise<void> {
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      next.resolve(await this.#judge(next.event));
    }
    this.#working = undefined;
  }

  async #judge(event: SignedEvent): Promise<Judgement | undefined> {
    const steps = judge(event, this.#shelf);
    while (!this.#closed) {
      const start = performance.now();
      const step = steps.next();
      if (step.done) return step.value;
      const worked = performance.now() - start;
      await new Promise((done) => setTimeout(done, worked));
    }
    return undefined;
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const { resolve } of this.#queue.splice(0)) resolve(undefined);
    await this.#working;
  }
}
