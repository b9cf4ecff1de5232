/** Proof of work that is under way for a group: how far, how long on average, nobody knows when. */
import type { Mining } from "@subrosa/client/session/groups-options";
import type { EventId } from "@subrosa/core/bytes";
import { type JSX, Show } from "solid-js";
import { useOpened } from "../account/opened.ts";
import { useApp } from "../frame/app.ts";
import { watch } from "../frame/watch.ts";

export function Working(props: { readonly id: EventId }): JSX.Element {
  const { say } = useApp();
  const { session } = useOpened();
  const work = session.groups === undefined ? () => new Map<EventId, Mining>() : watch(session.groups.work);
  return (
    <Show when={work().get(props.id)}>
      {(here) => (
        <div class="above bar">
          <label class="small">
            {say("work.under-way", { n: here().tried, best: here().best, target: here().target })}
            <progress max={2 ** here().target} value={Math.min(here().tried, 2 ** here().target)} />
          </label>
        </div>
      )}
    </Show>
  );
}
