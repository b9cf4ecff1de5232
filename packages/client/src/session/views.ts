/**
 * Many views as one value: it is another one exactly where one of them is. So what is derived from all of them is never
 * older than they are, although its watchers are told once in a while.
 */
import type { Watchable } from "./live.ts";

export interface View<T> {
  readonly state: T;
}

export function together<K, T>(
  views: () => Iterable<readonly [K, View<T>]>,
  watch: Watchable<unknown>["watch"],
): Watchable<ReadonlyMap<K, T>> {
  let last: ReadonlyMap<K, T> = new Map();
  return {
    get state() {
      const next = new Map([...views()].map(([name, view]) => [name, view.state] as const));
      const isSame = next.size === last.size && [...next].every(([name, each]) => Object.is(last.get(name), each));
      if (!isSame) last = next;
      return last;
    },
    watch: (watcher) => watch(() => watcher(last)),
  };
}
