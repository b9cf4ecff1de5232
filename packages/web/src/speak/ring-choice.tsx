/**
 * Among whom one speaks: the members of one of one's groups, a group's directory, a ring that was pinned, or keys that are
 * pasted. What the keys are worth is said by the checklist; here they are only brought together.
 */
import type { GroupSummary } from "@subrosa/client/session/group-view";
import type { EventId, PubkeyHex } from "@subrosa/core/bytes";
import { readPublicKey } from "@subrosa/core/nostr/keys";
import { createEffect, createMemo, createSignal, For, type JSX, Show } from "solid-js";
import { useOpened } from "../account/opened.ts";
import { useApp } from "../frame/app.ts";
import { watch } from "../frame/watch.ts";
import { tidyName } from "../talk/line.ts";
import { AddDirectory } from "./add-directory.tsx";

export interface RingChoiceProps {
  readonly onKeys: (keys: readonly PubkeyHex[]) => void;
}

type Source = "pasted" | `group ${string}` | `directory ${string}`;

export function RingChoice(props: RingChoiceProps): JSX.Element {
  const { say } = useApp();
  const { session, rings, curve } = useOpened();
  const groups = session.groups === undefined ? () => new Map<EventId, GroupSummary>() : watch(session.groups.list);
  const known = watch(rings.current);
  const [source, setSource] = createSignal<Source>("pasted");
  const [pasted, setPasted] = createSignal("");
  const keys = createMemo((): readonly PubkeyHex[] => {
    const [kind, name] = splitOnce(source());
    if (kind === "group") {
      const view = session.groups?.group(name as EventId).current;
      return view?.members.map(({ person }) => person) ?? [];
    }
    if (kind === "directory") {
      const resolution = [...known().directories.values()].find(({ address }) => address === name)?.resolution;
      return resolution?.ok === true ? (resolution.keys as readonly PubkeyHex[]) : [];
    }
    return keysIn(pasted(), curve);
  });
  createEffect(() => props.onKeys(keys()));
  return (
    <fieldset class="stack tight">
      <legend class="title">{say("ring.title")}</legend>
      <label>
        {say("ring.source")}
        <select value={source()} onChange={(event) => setSource(event.currentTarget.value as Source)}>
          <option value="pasted">{say("ring.paste")}</option>
          <For each={[...groups().values()]}>
            {({ id, name, members }) => (
              <option value={`group ${id}`}>
                {say("ring.group", { name: tidyName(name) || say("group.nameless"), n: members })}
              </option>
            )}
          </For>
          <For each={[...known().directories.values()]}>
            {({ address, label }) => <option value={`directory ${address}`}>{tidyName(label)}</option>}
          </For>
        </select>
      </label>
      <Show when={source() === "pasted"}>
        <label>
          {say("ring.keys")}
          <textarea
            class="key"
            rows="4"
            dir="ltr"
            spellcheck={false}
            value={pasted()}
            onInput={(event) => setPasted(event.currentTarget.value)}
          />
          <span class="hint">{say("ring.keys.hint")}</span>
        </label>
      </Show>
      <p aria-live="polite">{say("ring.count", { n: keys().length })}</p>
      <AddDirectory />
    </fieldset>
  );
}

function splitOnce(text: string): readonly [string, string] {
  const at = text.indexOf(" ");
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}

/** Every key in the text, once; whatever is none is passed over. */
export function keysIn(text: string, curve: Parameters<typeof readPublicKey>[1]): readonly PubkeyHex[] {
  const keys = new Set<PubkeyHex>();
  for (const word of text.split(/[\s,;"'[\]]+/).slice(0, 4_000)) {
    const read = word === "" ? undefined : readPublicKey(word, curve);
    if (read?.ok === true) keys.add(read.pubkey);
  }
  return [...keys];
}
