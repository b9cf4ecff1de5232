/**
 * A value that changes, for a screen: read it, watch it, or walk its changes with `for await`. No framework.
 *
 * A watcher hears the present value at once and then every change; whoever walks hears the latest value, and misses those
 * that came while he was busy: what he reads is a state, not a history, so nothing piles up.
 */

export interface Live<T> extends AsyncIterable<T> {
  readonly current: T;
  /** Until the answer is called. */
  subscribe(watcher: (value: T) => void): () => void;
  /** As `for await` over the live value itself, and it ends when the signal is aborted. */
  values(signal: AbortSignal): AsyncIterable<T>;
}

/** What is used of a driver. */
export interface Watchable<S> {
  readonly state: S;
  watch(watcher: (state: S) => void): () => void;
}

/** A part of a driver's state; it changes where `select` answers with another value than before (`Object.is`). */
export function live<S, T>(source: Watchable<S>, select: (state: S) => T): Live<T> {
  const subscribe = (watcher: (value: T) => void): (() => void) => {
    let last = select(source.state);
    watcher(last);
    return source.watch((state) => {
      const next = select(state);
      if (Object.is(next, last)) return;
      last = next;
      watcher(next);
    });
  };
  const values = (signal?: AbortSignal): AsyncIterable<T> => latest(subscribe, signal);
  return {
    get current() {
      return select(source.state);
    },
    subscribe,
    values,
    [Symbol.asyncIterator]: () => values()[Symbol.asyncIterator](),
  };
}

async function* latest<T>(
  subscribe: (watcher: (value: T) => void) => () => void,
  signal: AbortSignal | undefined,
): AsyncGenerator<T, void, void> {
  const unread: T[] = [];
  let wake = (): void => undefined;
  const onAbort = (): void => wake();
  const stop = subscribe((value) => {
    unread[0] = value;
    wake();
  });
  signal?.addEventListener("abort", onAbort);
  try {
    while (signal?.aborted !== true) {
      if (unread.length === 0) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      yield* unread.splice(0);
    }
  } finally {
    stop();
    signal?.removeEventListener("abort", onAbort);
  }
}
