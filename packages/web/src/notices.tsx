/** What concerns the whole page: no network, a key without a copy once there is something to lose, a sign that something came. */
import { createEffect, createSignal, type JSX, on, onCleanup, Show } from "solid-js";
import { useOpened } from "./account/opened.ts";
import { useApp } from "./frame/app.ts";
import { notify } from "./frame/offline.ts";
import { writePlace } from "./frame/route.ts";
import { watch } from "./frame/watch.ts";
import type { Waiting } from "./people/waiting.ts";

export function Notices(props: { readonly waiting: Waiting }): JSX.Element {
  const { say, preferences } = useApp();
  const { notes, identity } = useOpened();
  const kept = watch(notes.live);
  const [isOnline, setIsOnline] = createSignal(navigator.onLine);
  const look = (): void => {
    setIsOnline(navigator.onLine);
  };
  for (const name of ["online", "offline"]) {
    window.addEventListener(name, look);
    onCleanup(() => window.removeEventListener(name, look));
  }
  createEffect(
    on(
      () => props.waiting.people() + props.waiting.talks(),
      (now, before) => {
        if (before !== undefined && now > before && preferences().notifications) void notify(say("notify.came"));
        return now;
      },
    ),
  );
  const reminds = (): boolean =>
    identity.kind === "own" && props.waiting.hasTalked() && kept().get("setting/key-copied") === undefined;
  return (
    <div class="notices">
      <Show when={!isOnline()}>
        <p class="banner" role="status">
          {say("offline")}
        </p>
      </Show>
      <Show when={reminds()}>
        <section class="banner calm" aria-label={say("key.title")}>
          <span class="grow">{say("key.remind")}</span>
          <a class="button" href={writePlace({ view: "settings" })}>
            {say("key.remind.go")}
          </a>
          <button type="button" class="plain" onClick={() => void notes.set("key-copied", "later")}>
            {say("key.remind.later")}
          </button>
        </section>
      </Show>
    </div>
  );
}
