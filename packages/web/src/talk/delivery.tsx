/** What became of something of one's own: waiting, sent, refused; relay by relay where one asks, and once more on demand. */
import { standingOf } from "@subrosa/client/session/delivery";
import type { EventId } from "@subrosa/core/bytes";
import { For, type JSX, Show } from "solid-js";
import { useOpened } from "../account/opened.ts";
import { useApp } from "../frame/app.ts";
import { Icon } from "../frame/icons.tsx";
import { watch } from "../frame/watch.ts";
import { excerpt } from "./line.ts";

export function Delivery(props: { readonly id: EventId }): JSX.Element {
  const { say } = useApp();
  const { session } = useOpened();
  const deliveries = watch(session.outbox.deliveries);
  const delivery = () => deliveries().get(props.id);
  return (
    <Show when={delivery()}>
      {(here) => (
        <details class="delivery">
          <summary>{say(`delivery.${standingOf(here())}`)}</summary>
          <ul class="stack tight">
            <For each={[...here().relays]}>
              {([relay, answer]) => (
                <li>
                  <Icon name={answer.kind === "accepted" ? "check" : answer.kind === "waiting" ? "wait" : "cross"} />{" "}
                  <bdi>{relay}</bdi>{" "}
                  {say(`delivery.relay.${answer.kind}`, {
                    reason: answer.kind === "refused" ? excerpt(answer.reason, 200) : "",
                  })}
                </li>
              )}
            </For>
          </ul>
          <Show when={standingOf(here()) === "refused"}>
            <button type="button" class="plain" onClick={() => void session.outbox.resend(props.id)}>
              {say("delivery.resend")}
            </button>
          </Show>
        </details>
      )}
    </Show>
  );
}
