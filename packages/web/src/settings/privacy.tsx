/** What is private from whom, in one page of plain words; the same that docs/guide/people.md says at more length. */
import { For, type JSX } from "solid-js";
import { useApp } from "../frame/app.ts";
import type { Key } from "../frame/words.ts";
import { WhatRelaysSee } from "../groups/what-relays-see.tsx";
import { Pane } from "../talk/pane.tsx";

const PARTS: readonly {
  readonly title: Key;
  readonly kind: "contact" | "group" | "channel" | "post";
  readonly said: Key;
}[] = [
  { title: "nav.people", kind: "contact", said: "privacy.contact" },
  { title: "kind.group", kind: "group", said: "kind.group.sentence" },
  { title: "kind.channel", kind: "channel", said: "kind.channel.sentence" },
  { title: "nav.speak", kind: "post", said: "privacy.post" },
];

export function Privacy(): JSX.Element {
  const { say } = useApp();
  return (
    <Pane title={say("privacy.title")} back={{ view: "settings" }}>
      <p class="lead">{say("privacy.lead")}</p>
      <For each={PARTS}>
        {({ title, kind, said }) => (
          <section class="stack tight">
            <h2>{say(title)}</h2>
            <p>{say(said)}</p>
            <WhatRelaysSee kind={kind} />
          </section>
        )}
      </For>
      <section class="stack tight">
        <h2>{say("privacy.device")}</h2>
        <p>{say("privacy.device.said")}</p>
        <p>{say("privacy.address")}</p>
        <p>{say("privacy.secrecy")}</p>
      </section>
    </Pane>
  );
}
