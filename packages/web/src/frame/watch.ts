/**
 * A live value of the client as a signal of the view that looks at it, for as long as it looks.
 *
 * The first change is shown at once; what follows within a moment is shown together, and is not even computed before: a
 * relay that brings a thousand messages costs a few views of them, not a thousand. The moment is longer where it took long
 * to show the last one, so that whatever the device, most of its time is left for what else it does.
 */
import type { Live } from "@subrosa/client/session/live";
import { type Accessor, createSignal, onCleanup } from "solid-js";

/** Milliseconds, the least and the most. */
const MOMENT = 60;
const LONGEST = 1_000;
/** So many times as long as it took to show the last change, nothing is shown. */
const REST = 5;

export function watch<T>(live: Live<T>): Accessor<T> {
  const [value, setValue] = createSignal<T>(live.current);
  let stop = (): void => undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let spent = 0;
  const begin = (): void => {
    const began = performance.now();
    // Whoever subscribes is told the present value first.
    let isPresent = true;
    stop = live.subscribe((next) => {
      const told = performance.now();
      setValue(() => next);
      if (isPresent) return;
      stop();
      const took = Math.max(spent, performance.now() - told);
      timer = setTimeout(begin, Math.min(LONGEST, Math.max(MOMENT, REST * took)));
    });
    isPresent = false;
    spent = performance.now() - began;
  };
  begin();
  onCleanup(() => {
    clearTimeout(timer);
    stop();
  });
  return value;
}
