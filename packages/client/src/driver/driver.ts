/**
 * Runs one pure machine against the world. The only file that knows the order:
 *
 *   1. step(state, event)            pure
 *   2. commit(state, effects)        durable, one transaction: what changed in the state, and the outbox
 *   3. perform(effect)               at least once, after a crash too
 *   4. commit(…, done)               forgotten, in one transaction with what its outcome changed
 *
 * Nothing leaves the device before the state that explains it is on disk. Effects are idempotent by id; that is the
 * price of at-least-once. An effect that fails is tried again with back-off while the driver is open, and after the next
 * opening. A commit that fails leaves us not knowing what is on the disk, so the driver stops: open it again.
 */
import type { RandomSource } from "@subrosa/core/curve/curve";
import { UsageError } from "@subrosa/core/errors";
import { type Backoff, backoffDelay, type Clock, pause } from "../ports.ts";

/** Core's machines are this already: `step` is total, and says why where nothing happened. */
export interface Machine<S, E, F, R extends string = string> {
  readonly initial: S;
  step(state: S, event: E): Step<S, F, R>;
}
export interface Step<S, F, R extends string = string> {
  readonly state: S;
  readonly effects: readonly F[];
  readonly ignored?: R;
}

export interface OutboxEntry<F> {
  readonly id: number;
  readonly effect: F;
}
export interface Snapshot<S, F> {
  readonly state: S | undefined;
  /** Committed and not yet known to be done, oldest first. */
  readonly outbox: readonly OutboxEntry<F>[];
}

/** Port to one machine's place in a store. */
export interface MachineStore<S, F> {
  load(): Promise<Snapshot<S, F>>;
  /** All or nothing: `after` takes the place of `before`, `effects` enter the outbox, `done` leaves it. */
  commit(change: {
    readonly before: S | undefined;
    readonly after: S;
    readonly effects: readonly F[];
    readonly done: number | undefined;
  }): Promise<readonly OutboxEntry<F>[]>;
}

/** Performs one effect and answers with the event it caused, if any. What it throws is tried again. */
export type Perform<E, F> = (effect: F, signal: AbortSignal) => Promise<E | undefined>;

export interface DriverOptions<S, E, F, R extends string = string> {
  readonly machine: Machine<S, E, F, R>;
  readonly store: MachineStore<S, F>;
  readonly perform: Perform<E, F>;
  readonly clock: Clock;
  readonly random: RandomSource;
  /** Default: a second, doubling to five minutes. */
  readonly backoff?: Backoff;
  /** Told of every failure to perform, which is tried again, and of the failure that stopped the driver. */
  readonly onFailure?: (failure: DriverFailure<F>) => void;
}
export type DriverFailure<F> =
  | { readonly kind: "perform"; readonly effect: F; readonly attempt: number; readonly cause: unknown }
  | { readonly kind: "stopped"; readonly cause: unknown };

const BACKOFF: Backoff = Object.freeze({ first: 1_000, longest: 300_000 });

export async function openDriver<S, E, F, R extends string = string>(
  options: DriverOptions<S, E, F, R>,
): Promise<Driver<S, E, F, R>> {
  const { state, outbox } = await options.store.load();
  return Driver.start(options, state, outbox);
}

/** The store belongs to whoever opened it and is not closed here. */
export class Driver<S, E, F, R extends string = string> implements AsyncDisposable {
  readonly #options: DriverOptions<S, E, F, R>;
  readonly #abort = new AbortController();
  readonly #running = new Set<Promise<void>>();
  /** One for each effect that is under way: each has its own listeners. */
  readonly #stops = new Set<AbortController>();
  readonly #watchers = new Set<(state: S) => void>();
  /** Events are handled one at a time: the end of this chain is the queue. */
  #tail: Promise<unknown> = Promise.resolve();
  /** What is on disk; undefined until the first commit. */
  #saved: S | undefined;
  #state: S;

  private constructor(options: DriverOptions<S, E, F, R>, saved: S | undefined) {
    this.#options = options;
    this.#saved = saved;
    this.#state = saved ?? options.machine.initial;
  }

  /** @internal */
  static start<S, E, F, R extends string>(
    options: DriverOptions<S, E, F, R>,
    saved: S | undefined,
    outbox: readonly OutboxEntry<F>[],
  ): Driver<S, E, F, R> {
    const driver = new Driver(options, saved);
    for (const entry of outbox) driver.#begin(entry);
    return driver;
  }

  get state(): S {
    return this.#state;
  }

  /** Resolves when the event's state is durable, not when its effects are done; says why where nothing happened. */
  send(event: E): Promise<R | undefined> {
    return this.#enqueue(event, undefined);
  }

  /** Called with every new state that is durable, until the answer is called. */
  watch(watcher: (state: S) => void): () => void {
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }

  /** Lets what runs come to its next boundary; what is not done stays in the outbox. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop(new UsageError("usage/state", "this driver is closed; open it again"));
    await this.#tail;
    await Promise.all(this.#running);
    this.#watchers.clear();
  }

  #enqueue(event: E, done: number | undefined): Promise<R | undefined> {
    const turn = this.#tail.then(() => this.#handle(event, done));
    this.#tail = turn.catch(() => undefined);
    return turn;
  }

  async #handle(event: E, done: number | undefined): Promise<R | undefined> {
    this.#abort.signal.throwIfAborted();
    const { state, effects, ignored } = this.#options.machine.step(this.#state, event);
    const isNothing = state === this.#state && effects.length === 0 && done === undefined;
    if (!isNothing) await this.#commit(state, effects, done);
    return ignored;
  }

  async #commit(after: S, effects: readonly F[], done: number | undefined): Promise<void> {
    const before = this.#saved;
    let entries: readonly OutboxEntry<F>[];
    try {
      entries = await this.#options.store.commit({ before, after, effects, done });
    } catch (cause) {
      this.#stop(cause);
      this.#options.onFailure?.({ kind: "stopped", cause });
      throw cause;
    }
    const isNew = after !== this.#state;
    this.#saved = after;
    this.#state = after;
    for (const entry of entries) this.#begin(entry);
    if (isNew) for (const watcher of [...this.#watchers]) watcher(after);
  }

  #stop(cause: unknown): void {
    this.#abort.abort(cause);
    for (const stop of this.#stops) stop.abort(cause);
  }

  #begin(entry: OutboxEntry<F>): void {
    // What a commit left behind while the driver closed waits in the outbox for the next opening.
    if (this.#abort.signal.aborted) return;
    const stop = new AbortController();
    this.#stops.add(stop);
    const run = this.#pursue(entry, stop.signal).catch(() => undefined);
    this.#running.add(run);
    void run.then(() => {
      this.#running.delete(run);
      this.#stops.delete(stop);
    });
  }

  /** Rejects only where the driver stopped, which was told already. */
  async #pursue({ id, effect }: OutboxEntry<F>, signal: AbortSignal): Promise<void> {
    for (let attempt = 0; !signal.aborted; attempt++) {
      const outcome = await this.#attempt(effect, attempt, signal);
      if (outcome.ok) {
        const { event } = outcome;
        if (event === undefined) await this.#forget(id);
        else await this.#enqueue(event, id);
        return;
      }
      const { backoff = BACKOFF, clock, random } = this.#options;
      await pause(clock, backoffDelay(backoff, attempt, random), signal);
    }
  }

  async #attempt(
    effect: F,
    attempt: number,
    signal: AbortSignal,
  ): Promise<{ ok: true; event: E | undefined } | { ok: false }> {
    try {
      return { ok: true, event: await this.#options.perform(effect, signal) };
    } catch (cause) {
      if (!signal.aborted) this.#options.onFailure?.({ kind: "perform", effect, attempt, cause });
      return { ok: false };
    }
  }

  #forget(id: number): Promise<void> {
    const turn = this.#tail.then(async () => {
      this.#abort.signal.throwIfAborted();
      await this.#commit(this.#state, [], id);
    });
    this.#tail = turn.catch(() => undefined);
    return turn;
  }
}
