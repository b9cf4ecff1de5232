/** What the relays of a conversation learn from it, in the words of the specification, one click away. */
import { For, type JSX } from "solid-js";
import { useApp } from "../frame/app.ts";
import type { Key } from "../frame/words.ts";

type Kind = "group" | "channel" | "contact" | "post";
const SEEN: Readonly<Record<Kind, readonly Key[]>> = {
  group: ["sees.group.1", "sees.group.2", "sees.group.3"],
  channel: ["sees.channel.1", "sees.channel.2", "sees.channel.3"],
  contact: ["sees.contact.1", "sees.contact.2"],
  post: ["sees.post.1", "sees.post.2"],
};
const UNSEEN: Readonly<Record<Kind, Key>> = {
  group: "sees.group.not",
  channel: "sees.channel.not",
  contact: "sees.contact.not",
  post: "sees.post.not",
};

export function WhatRelaysSee(props: { readonly kind: Kind; readonly relays?: readonly string[] }): JSX.Element {
  const { say } = useApp();
  return (
    <details>
      <summary>{say("sees.title")}</summary>
      <div class="card stack tight">
        <ul class="stack tight">
          <For each={SEEN[props.kind]}>{(key) => <li>{say(key)}</li>}</For>
        </ul>
        <p>{say(UNSEEN[props.kind])}</p>
        <p class="hint">{say("sees.address")}</p>
        <For each={props.relays ?? []}>
          {(relay) => (
            <p class="key">
              <bdi>{relay}</bdi>
            </p>
          )}
        </For>
      </div>
    </details>
  );
}
