/** What somebody wrote: as text, in its own direction, with addresses that open in a new window when they are clicked. */
import { For, type JSX, Show } from "solid-js";
import { piecesOf } from "./line.ts";

export function Words(props: { readonly text: string }): JSX.Element {
  return (
    <span class="words" dir="auto">
      <For each={piecesOf(props.text)}>
        {(piece) => (
          <Show when={piece.kind === "link"} fallback={piece.text}>
            <a href={piece.text} target="_blank" rel="noopener noreferrer nofollow" referrerpolicy="no-referrer">
              {piece.text}
            </a>
          </Show>
        )}
      </For>
    </span>
  );
}
