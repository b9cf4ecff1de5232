/** A value that its owner sets and others watch, for what is not on the disk; `live` makes a view of it. */
import type { Watchable } from "./live.ts";

export class Cell<T> implements Watchable<T> {
  readonly #watchers = new Set<(value: T) => void>();
  #state: T;

  constructor(state: T) {
    this.#state = state;
  }

  get state(): T {
    return this.#state;
  }

  set(state: T): void {
    if (Object.is(state, this.#state)) return;
    this.#state = state;
    for (const watcher of [...this.#watchers]) watcher(state);
  }

  watch(watcher: (value: T) => void): () => void {
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }
}
