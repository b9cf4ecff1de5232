/**
 * Speaking as a member: among whom, what, under no name or a lasting one; then the checklist, which is the last word
 * before it goes out and cannot come back.
 */

import { systemClock, systemRandom } from "@subrosa/client/ports";
import { postAnonymously } from "@subrosa/client/session/anonymous-post";
import type { Acquainted } from "@subrosa/client/session/contacts";
import { remoteMemberSigner } from "@subrosa/client/session/member-signer";
import { postChecklist, roundedTime } from "@subrosa/client/session/post-checklist";
import type { PubkeyHex } from "@subrosa/core/bytes";
import { createMemo, createSignal, For, type JSX, Show } from "solid-js";
import { petname } from "../account/notes.ts";
import { useOpened } from "../account/opened.ts";
import { useApp } from "../frame/app.ts";
import { Form } from "../frame/form.tsx";
import { reasonIn } from "../frame/reasons.ts";
import { watch } from "../frame/watch.ts";
import { WhatRelaysSee } from "../groups/what-relays-see.tsx";
import { tidyName } from "../talk/line.ts";
import { Pane } from "../talk/pane.tsx";
import { Checklist } from "./checklist.tsx";
import { RingChoice } from "./ring-choice.tsx";

/** No name, a new pseudonym, or one that one has. */
type As = "nobody" | "new" | PubkeyHex;

export function Write(): JSX.Element {
  const { say, go, announce } = useApp();
  const { session, identity, notes, me, relays, curve, pseudonyms } = useOpened();
  const [text, setText] = createSignal("");
  const [keys, setKeys] = createSignal<readonly PubkeyHex[]>([]);
  const [at, setAt] = createSignal(relays.join("\n"));
  const [as, setAs] = createSignal<As>("nobody");
  const kept = watch(notes.live);
  const contacts =
    session.contacts === undefined ? () => new Map<PubkeyHex, Acquainted>() : watch(session.contacts.contacts);
  const pens = pseudonyms === undefined ? () => [] : watch(pseudonyms.own);
  const own = createMemo(() => [...pens().values()].filter(({ endedAt }) => endedAt === undefined));
  const ring = (): readonly PubkeyHex[] => own().find(({ pubkey }) => pubkey === as())?.members ?? keys();
  const to = (): readonly string[] =>
    at()
      .split(/\s+/)
      .filter((each) => each !== "");
  const checks = createMemo(() =>
    postChecklist({
      ...{ text: text(), keys: ring(), me, relays: to(), relaysThatKnowMe: new Set(relays), now: systemClock.now() },
      names: [notes.setting("name") ?? ""],
      isKnown: (key) => contacts().has(key as PubkeyHex) || petname(kept(), key as PubkeyHex) !== undefined,
      ...(as() === "nobody" ? {} : { scope: "pseudonym" as const }),
    }),
  );
  const isReady = (): boolean => text().trim() !== "" && checks().every(({ level }) => level !== "stop");

  const post = async (): Promise<string | undefined> => {
    const content = text().trim();
    const pen = as();
    if (pen !== "nobody" && pseudonyms !== undefined) {
      const asked = { label: content.slice(0, 40), text: content, keys: keys(), relays: to() };
      const spoken = pen === "new" ? await pseudonyms.create(asked) : await pseudonyms.say(pen, { content });
      if (!spoken.ok) return reasonIn(say, spoken.reason);
    } else if (identity.kind === "own") {
      const posting = {
        secret: identity.secret,
        outbox: session.outbox,
        clock: systemClock,
        random: systemRandom,
        curve,
      };
      const made = await postAnonymously(
        { content, keys: keys(), relays: to(), proof: { form: "member-proof" } },
        posting,
      );
      if (made.ignored !== undefined) return reasonIn(say, made.ignored);
    } else {
      const template = { kind: 1, content, tags: [], created_at: roundedTime(systemClock.now()), keys: keys() };
      const signed = await remoteMemberSigner(identity.signer, curve).sign(template);
      if (!signed.ok) return reasonIn(say, signed.reason);
      const ignored = await session.outbox.send(signed.event, "nobody", to());
      if (ignored !== undefined) return reasonIn(say, ignored);
    }
    announce(say("write.posted"));
    go({ view: "speak" });
    return undefined;
  };
  return (
    <Pane title={say("write.title")} back={{ view: "speak" }}>
      <p class="lead">{say("write.lead")}</p>
      <Show when={own().find(({ pubkey }) => pubkey === as())} fallback={<RingChoice onKeys={setKeys} />}>
        {(pen) => <p>{say("write.pen", { name: tidyName(pen().label), n: pen().members.length })}</p>}
      </Show>
      <Form act={post} label={say("write.post")} disabled={!isReady()}>
        <label>
          {say("write.text")}
          <textarea
            name="text"
            rows="5"
            required
            dir="auto"
            maxlength="20000"
            value={text()}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </label>
        <Show when={pseudonyms !== undefined}>
          <label>
            {say("write.as")}
            <select value={as()} onChange={(event) => setAs(event.currentTarget.value as As)}>
              <option value="nobody">{say("write.as.nobody")}</option>
              <For each={own()}>
                {({ pubkey, label }) => (
                  <option value={pubkey}>{say("write.as.pen", { name: tidyName(label) })}</option>
                )}
              </For>
              <option value="new">{say("write.as.new")}</option>
            </select>
            <span class="hint">{say(as() === "nobody" ? "write.as.nobody.hint" : "write.as.pen.hint")}</span>
          </label>
        </Show>
        <details>
          <summary>{say("write.relays")}</summary>
          <label>
            {say("group.relays")}
            <textarea
              rows="2"
              dir="ltr"
              spellcheck={false}
              value={at()}
              onInput={(event) => setAt(event.currentTarget.value)}
            />
          </label>
        </details>
        <Checklist checks={checks()} n={new Set(ring()).size} />
      </Form>
      <WhatRelaysSee kind="post" relays={to()} />
    </Pane>
  );
}
