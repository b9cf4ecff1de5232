/**
 * A live value of the client as a signal of the view that looks at it, for as long as it looks.
 *
 * The first change is shown at once; what follows within a moment is shown together, and is not even computed before: a
 * relay that brings a thousand messages costs a few views of them, not a thousand.
 */
import type { Live } from "@subrosa/client/session/live";
import { type Accessor, createSignal, onCleanup } from "solid-js";

/** Milliseconds. */
const MOMENT = 60;

export function watch<T>(live: Live<T>): Accessor<T> {
  const [value, setValue] = createSignal<T>(live.current);
  let stop = (): void => undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const begin = (): void => {
    // Whoever subscribes is told the present value first.
    let isPresent = true;
    stop = live.subscribe((next) => {
      setValue(() => next);
      if (isPresent) return;
      stop();
      timer = setTimeout(begin, MOMENT);
    });
    isPresent = false;
  };
  begin();
  onCleanup(() => {
    clearTimeout(timer);
    stop();
  });
  return value;
}
