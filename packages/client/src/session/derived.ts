/**
 * A view that is computed from a state when somebody looks, and told at most once in a while when nobody but watchers do.
 *
 * While thousands of events are read in, a screen is drawn some times a second and not for each. The same state gives the
 * same object. What depends on the time is looked at again when the owner calls `refresh`.
 */
import type { Clock } from "../ports.ts";
import type { Watchable } from "./live.ts";

/** Milliseconds. */
const SOON = 25;

export class Derived<S, T> implements Watchable<T>, Disposable {
  readonly #source: Watchable<S>;
  readonly #compute: (state: S) => T;
  readonly #clock: Clock;
  readonly #listeners = new Set<() => void>();
  readonly #stop: () => void;
  #seen: S | undefined;
  #value: T | undefined;
  #isStale = true;
  #callOff: (() => void) | undefined;

  constructor(source: Watchable<S>, compute: (state: S) => T, clock: Clock) {
    this.#source = source;
    this.#compute = compute;
    this.#clock = clock;
    this.#stop = source.watch(() => this.#tellSoon());
  }

  get state(): T {
    const { state } = this.#source;
    if (this.#isStale || state !== this.#seen) {
      this.#seen = state;
      this.#isStale = false;
      this.#value = this.#compute(state);
    }
    return this.#value as T;
  }

  watch(watcher: (value: T) => void): () => void {
    return this.onChange(() => watcher(this.state));
  }

  /** That there may be another value, without computing it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  refresh(): void {
    this.#isStale = true;
    this.#tellSoon();
  }

  [Symbol.dispose](): void {
    this.#stop();
    this.#callOff?.();
    this.#listeners.clear();
  }

  #tellSoon(): void {
    if (this.#listeners.size === 0) return;
    this.#callOff ??= this.#clock.after(SOON, () => {
      this.#callOff = undefined;
      for (const listener of [...this.#listeners]) listener();
    });
  }
}
