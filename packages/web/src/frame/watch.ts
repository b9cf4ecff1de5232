/** A live value of the client as a signal of the view that looks at it, for as long as it looks. */
import type { Live } from "@subrosa/client/session/live";
import { type Accessor, createEffect, createMemo, createSignal, onCleanup } from "solid-js";

export function watch<T>(live: Live<T>): Accessor<T> {
  const [value, setValue] = createSignal<T>(live.current);
  onCleanup(live.subscribe((next) => setValue(() => next)));
  return value;
}

/** Of a live value that is chosen by something that changes, such as the address. */
export function watchChosen<T>(choose: () => Live<T>): Accessor<T> {
  const chosen = createMemo(choose);
  const [value, setValue] = createSignal<T>(chosen().current);
  createEffect(() => {
    onCleanup(chosen().subscribe((next) => setValue(() => next)));
  });
  return value;
}
