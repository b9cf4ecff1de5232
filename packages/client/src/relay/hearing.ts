/**
 * How far relays have been heard: every question that stands open at one, and everything that came and is still being
 * read, stored or acted on.
 *
 *     asking ─► fully | partly | refused | silent | unreachable          (a new connection asks again)
 *
 * Caught up means that no question is asking any more and that nothing that came is still in hand, for a whole turn of
 * the event loop. It speaks of the relays as they were when they answered: what is live goes on. A question that failed
 * is named and holds nobody up.
 */
import type { RelayUrl } from "@subrosa/core/nostr/relay-url";
import { type Clock, orAborted, pause } from "../ports.ts";

/** How a relay answered a question with an end; "partly": it has more than it has shown. */
export type Answered = "fully" | "partly" | "refused" | "silent";
export type Standing = "asking" | Answered | "unreachable";

/** Standings of one relay's questions, the worst first: what is said of a relay is the first that any of them has. */
const WORST_FIRST: readonly Standing[] = ["unreachable", "silent", "refused", "asking", "partly", "fully"];

export interface Heard {
  /** Nothing is asking, and nothing that came is in hand. */
  readonly isCaughtUp: boolean;
  /** Of each relay that is asked something. */
  readonly relays: ReadonlyMap<RelayUrl, Standing>;
}

export interface Question extends Disposable {
  stands(standing: Standing): void;
}

export class Hearing {
  readonly #clock: Clock;
  readonly #questions = new Set<{ readonly relay: RelayUrl; standing: Standing }>();
  readonly #watchers = new Set<(heard: Heard) => void>();
  #inHand = 0;
  #state: Heard | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get state(): Heard {
    this.#state ??= this.#look();
    return this.#state;
  }

  watch(watcher: (heard: Heard) => void): () => void {
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }

  /** A question to a relay, asking until it says otherwise or is disposed of. */
  question(relay: RelayUrl): Question {
    const question = { relay, standing: "asking" as Standing };
    this.#questions.add(question);
    this.#changed();
    return {
      stands: (standing) => {
        if (question.standing === standing) return;
        question.standing = standing;
        this.#changed();
      },
      [Symbol.dispose]: () => {
        if (this.#questions.delete(question)) this.#changed();
      },
    };
  }

  /** Something that follows from what came, until it is done, well or not. */
  during<T>(work: Promise<T>): Promise<T> {
    this.#inHand++;
    if (this.#inHand === 1) this.#changed();
    const end = (): void => {
      this.#inHand--;
      if (this.#inHand === 0) this.#changed();
    };
    work.then(end, end);
    return work;
  }

  /** Resolves when it is caught up; rejects with the signal's reason where that comes first. */
  async caughtUp(signal: AbortSignal = new AbortController().signal): Promise<Heard> {
    for (;;) {
      signal.throwIfAborted();
      await this.#idle(signal);
      // What was just done may begin something else in the same turn of the event loop.
      await pause(this.#clock, 0, signal);
      if (this.state.isCaughtUp) return this.state;
    }
  }

  async #idle(signal: AbortSignal): Promise<void> {
    if (this.state.isCaughtUp) return;
    let stop = (): void => undefined;
    const idle = new Promise<void>((resolve) => {
      stop = this.watch(({ isCaughtUp }) => {
        if (isCaughtUp) resolve();
      });
    });
    await orAborted(idle, signal).finally(stop);
  }

  #look(): Heard {
    const relays = new Map<RelayUrl, Standing>();
    for (const { relay, standing } of this.#questions) {
      const known = relays.get(relay);
      if (known === undefined || WORST_FIRST.indexOf(standing) < WORST_FIRST.indexOf(known))
        relays.set(relay, standing);
    }
    const isAsking = [...this.#questions].some(({ standing }) => standing === "asking");
    return { isCaughtUp: this.#inHand === 0 && !isAsking, relays };
  }

  #changed(): void {
    this.#state = undefined;
    for (const watcher of [...this.#watchers]) watcher(this.state);
  }
}
