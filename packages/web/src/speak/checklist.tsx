/** What to know before one posts, in the client's order and in the reader's language; what was found stands beside it. */
import type { PostCheck } from "@subrosa/client/session/post-checklist";
import { For, type JSX, Show } from "solid-js";
import { useApp } from "../frame/app.ts";
import { Icon } from "../frame/icons.tsx";
import type { Key } from "../frame/words.ts";
import { excerpt } from "../talk/line.ts";

/** One sentence for each answer that a check can give. */
const SAID: Readonly<Record<PostCheck["id"], Readonly<Partial<Record<PostCheck["level"], Key>>>>> = {
  membership: { ok: "check.membership.ok", stop: "check.membership.stop" },
  size: { ok: "check.size.ok", warn: "check.size.warn", stop: "check.size.stop" },
  strangers: { ok: "check.strangers.ok", warn: "check.strangers.warn" },
  names: { ok: "check.names.ok", warn: "check.names.warn" },
  people: { ok: "check.people.ok", warn: "check.people.warn" },
  links: { ok: "check.links.ok", warn: "check.links.warn" },
  hidden: { ok: "check.hidden.ok", warn: "check.hidden.warn" },
  relays: { ok: "check.relays.ok", warn: "check.relays.warn", stop: "check.relays.stop" },
  linkable: { ok: "check.linkable.ok", warn: "check.linkable.warn" },
  time: { ok: "check.time.ok" },
  forever: { warn: "check.forever.warn" },
};

export function Checklist(props: { readonly checks: readonly PostCheck[]; readonly n: number }): JSX.Element {
  const { say } = useApp();
  const sentence = ({ id, level, sentence: english }: PostCheck): string => {
    const key = SAID[id][level];
    return key === undefined ? english : say(key, { n: props.n });
  };
  return (
    <section class="card" aria-label={say("check.title")}>
      <h2>{say("check.title")}</h2>
      <ul class="checklist">
        <For each={props.checks}>
          {(check) => (
            <li class={check.level === "ok" ? "" : check.level === "warn" ? "warn" : "bad"}>
              <Icon name={check.level === "ok" ? "check" : check.level === "warn" ? "alert" : "cross"} />
              <span>
                <span class="unseen">{say(`check.level.${check.level}`)} </span>
                {sentence(check)}
                <Show when={(check.found?.length ?? 0) > 0}>
                  {" "}
                  <bdi class="quiet">{excerpt((check.found ?? []).join(" · "), 160)}</bdi>
                </Show>
              </span>
            </li>
          )}
        </For>
      </ul>
    </section>
  );
}
