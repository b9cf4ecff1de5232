/** What is on its way, relay by relay: kept on this device until it is out, whatever happens to the page. */
import { type Delivery, standingOf } from "@subrosa/client/session/delivery";
import type { EventId } from "@subrosa/core/bytes";
import { createMemo, For, type JSX, Show } from "solid-js";
import { useOpened } from "../account/opened.ts";
import { useApp } from "../frame/app.ts";
import { watch } from "../frame/watch.ts";
import { excerpt } from "../talk/line.ts";

const MOST = 50;

export function OutboxList(): JSX.Element {
  const { say } = useApp();
  const { session } = useOpened();
  const deliveries = watch(session.outbox.deliveries);
  const open = createMemo((): readonly (readonly [EventId, Delivery])[] =>
    [...deliveries()].filter(([, delivery]) => standingOf(delivery) !== "sent").slice(0, MOST),
  );
  return (
    <section class="card stack">
      <h2>{say("outbox.title")}</h2>
      <Show when={open().length > 0} fallback={<p class="quiet">{say("outbox.none")}</p>}>
        <p>{say("outbox.waiting", { n: open().length })}</p>
        <ul class="stack tight">
          <For each={open()}>
            {([id, delivery]) => (
              <li class="stack tight">
                <span>
                  {say("outbox.kind", { kind: String(delivery.event.kind) })}{" "}
                  {say(delivery.as === "nobody" ? "outbox.nobody" : "outbox.named")}
                </span>
                <For each={[...delivery.relays]}>
                  {([relay, answer]) => (
                    <span class="small quiet">
                      <bdi>{relay}</bdi>:{" "}
                      {say(`delivery.relay.${answer.kind}`, {
                        reason: answer.kind === "refused" ? excerpt(answer.reason, 200) : "",
                      })}
                    </span>
                  )}
                </For>
                <Show when={standingOf(delivery) === "refused"}>
                  <span class="row">
                    <button type="button" onClick={() => void session.outbox.resend(id)}>
                      {say("delivery.resend")}
                    </button>
                    <button type="button" onClick={() => void session.outbox.forget(id)}>
                      {say("outbox.forget")}
                    </button>
                  </span>
                </Show>
              </li>
            )}
          </For>
        </ul>
      </Show>
    </section>
  );
}
