/**
 * A view that is shown once, or with --watch again and again as it changes, until Ctrl-C or --timeout ends it well: that is
 * how one leaves a view.
 */
import type { Live } from "@subrosa/client/session/live";
import type { Tools } from "./command.ts";
import type { Given } from "./given.ts";

export async function watched<T>(
  live: Live<T>,
  given: Given,
  { screen, signal }: Tools,
  show: (value: T) => void,
): Promise<void> {
  if (!given.has("watch")) {
    show(live.current);
    return;
  }
  for await (const value of live.values(signal)) {
    screen.clear();
    show(value);
  }
}

/** Things that come one after the other, each shown once; without --watch those that are there. */
export async function followed<T, I>(
  live: Live<T>,
  given: Given,
  { signal }: Tools,
  { items, idOf, show }: { items: (value: T) => Iterable<I>; idOf: (item: I) => string; show: (item: I) => void },
): Promise<void> {
  const shown = new Set<string>();
  const showNew = (value: T): void => {
    for (const item of items(value)) {
      if (shown.has(idOf(item))) continue;
      shown.add(idOf(item));
      show(item);
    }
  };
  showNew(live.current);
  if (!given.has("watch")) return;
  for await (const value of live.values(signal)) showNew(value);
}

/** Resolves with the first value that is as it should be; --timeout ends it with 124. */
export async function until<T>(live: Live<T>, { signal }: Tools, isSo: (value: T) => boolean): Promise<T> {
  for await (const value of live.values(signal)) {
    if (isSo(value)) return value;
  }
  throw signal.reason;
}
