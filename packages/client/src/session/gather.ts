/**
 * What comes one by one is handled many at once: while a batch is being written, the next one gathers.
 *
 * A relay that catches us up sends hundreds of events in one breath, and a transaction for each would cost more than all
 * that is in them. Nothing waits for a batch to fill. What is offered while it is closing is let go.
 */

/** At some half a millisecond each to open, a batch leaves a page time to draw a frame. */
const MOST = 32;

interface Offered<T, A> {
  readonly item: T;
  readonly resolve: (answer: A) => void;
  readonly reject: (cause: unknown) => void;
}

export class Gathering<T, A> implements AsyncDisposable {
  /** Answers for each, in their order. */
  readonly #handle: (items: readonly T[]) => Promise<readonly A[]>;
  #waiting: Offered<T, A>[] = [];
  #running: Promise<void> | undefined;

  constructor(handle: (items: readonly T[]) => Promise<readonly A[]>) {
    this.#handle = handle;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  offer(item: T): Promise<A> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Resolves when all that was offered has been handled. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  /** Lets what runs end; what waits is not begun. */
  async [Symbol.asyncDispose](): Promise<void> {
    const waiting = this.#waiting.splice(0);
    for (const { reject } of waiting) reject(new Error("closed"));
    await this.#running;
  }

  async #run(): Promise<void> {
    // What comes in this turn of the event loop belongs together.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, MOST);
      try {
        const answers = await this.#handle(batch.map(({ item }) => item));
        for (const [i, { resolve }] of batch.entries()) resolve(answers[i]!);
      } catch (cause) {
        for (const { reject } of batch) reject(cause);
      }
    }
    this.#running = undefined;
  }
}
