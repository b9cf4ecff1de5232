/** What a channel is, who has spoken in it, and what its owner can do: describe, invite, move without somebody, hand over. */
import type { ChannelView } from "@subrosa/client/session/channel-view";
import type { EventId, PubkeyHex } from "@subrosa/core/bytes";
import { createSignal, For, type JSX, Show } from "solid-js";
import { readCard } from "../account/invite-link.ts";
import { useOpened } from "../account/opened.ts";
import { useApp } from "../frame/app.ts";
import { Avatar } from "../frame/avatar.tsx";
import { Dialog } from "../frame/dialog.tsx";
import { createAct, Form, textOf } from "../frame/form.tsx";
import { reasonIn } from "../frame/reasons.ts";
import { watch } from "../frame/watch.ts";
import { useNames } from "../people/names.ts";
import { tidyName } from "../talk/line.ts";
import { Pane } from "../talk/pane.tsx";
import { Words } from "../talk/words.tsx";
import { WhatRelaysSee } from "./what-relays-see.tsx";

export function ChannelAbout(props: { readonly id: EventId }): JSX.Element {
  const { say } = useApp();
  const { session } = useOpened();
  const view = session.channels === undefined ? () => undefined : watch(session.channels.channel(props.id));
  return (
    <Show when={view()} fallback={<p class="banner">{say("why.unknown-channel")}</p>}>
      {(channel) => <About channel={channel()} />}
    </Show>
  );
}

function About(props: { readonly channel: ChannelView }): JSX.Element {
  const { say, go } = useApp();
  const { session, me, curve } = useOpened();
  const { busy, error, run } = createAct();
  // Safety: shown only where there are channels.
  const channels = session.channels!;
  const { id } = props.channel;
  const isOwner = (): boolean => props.channel.owner === me && props.channel.mayWrite;
  const name = (): string => tidyName(props.channel.metadata.name ?? "") || say("group.nameless");
  const act = (what: () => Promise<string | undefined>): void => {
    void run(async () => {
      const ignored = await what();
      return ignored && reasonIn(say, ignored);
    });
  };
  const invite = async (fields: FormData): Promise<string | undefined> => {
    const card = readCard(textOf(fields, "who"), curve);
    if (card === undefined) return say("add.unknown");
    const ignored = await channels.invite(id, [card.person], textOf(fields, "words"));
    return ignored && reasonIn(say, ignored);
  };
  return (
    <Pane title={name()} back={{ view: "channel", id }}>
      <Show when={props.channel.metadata.about}>{(about) => <Words text={about()} />}</Show>
      <p class="hint">{say("kind.channel.sentence")}</p>
      <Show when={error()}>
        <p class="error" role="alert">
          {error()}
        </p>
      </Show>
      <Show when={props.channel.mayWrite}>
        <section class="stack">
          <h2>{say("group.invite")}</h2>
          <p>{say("channel.invite.hint")}</p>
          <Form act={invite} label={say("channel.invite")}>
            <label>
              {say("add.who")}
              <textarea name="who" rows="2" required dir="ltr" spellcheck={false} />
            </label>
            <label>
              {say("add.words")}
              <textarea name="words" rows="2" maxlength="2000" dir="auto" />
            </label>
          </Form>
        </section>
      </Show>
      <section class="stack tight">
        <h2>{say("channel.members", { n: props.channel.members.length })}</h2>
        <p class="hint">{say("channel.members.hint")}</p>
        <ul class="stack tight">
          <For each={props.channel.members}>
            {(person) => <Member person={person} channel={props.channel} isOwner={isOwner()} act={act} busy={busy()} />}
          </For>
        </ul>
      </section>
      <Show when={isOwner()}>
        <details>
          <summary>{say("group.edit")}</summary>
          <Form
            label={say("save")}
            act={async (fields) => {
              const relays = textOf(fields, "relays")
                .split(/\s+/)
                .filter((each) => each !== "");
              const metadata = { name: textOf(fields, "name"), about: textOf(fields, "about") };
              const ignored = await channels.describe(id, metadata, relays);
              return ignored && reasonIn(say, ignored);
            }}
          >
            <label>
              {say("group.name")}
              <input name="name" required maxlength="100" dir="auto" value={props.channel.metadata.name ?? ""} />
            </label>
            <label>
              {say("group.about-words")}
              <textarea name="about" rows="2" maxlength="2000" dir="auto" value={props.channel.metadata.about ?? ""} />
            </label>
            <label>
              {say("group.relays")}
              <textarea name="relays" rows="2" dir="ltr" spellcheck={false} value={props.channel.relays.join("\n")} />
              <span class="hint">{say("group.relays.hint")}</span>
            </label>
          </Form>
        </details>
      </Show>
      <WhatRelaysSee kind="channel" relays={props.channel.relays} />
      <section class="stack tight">
        <p class="hint">{say("channel.leave.hint")}</p>
        <div class="row">
          <button
            type="button"
            class="grave"
            disabled={busy()}
            onClick={() =>
              act(async () => {
                const ignored = await channels.leave(id);
                if (ignored === undefined) go({ view: "groups" });
                return ignored;
              })
            }
          >
            {say("group.leave")}
          </button>
        </div>
      </section>
    </Pane>
  );
}

interface MemberProps {
  readonly person: PubkeyHex;
  readonly channel: ChannelView;
  readonly isOwner: boolean;
  readonly act: (what: () => Promise<string | undefined>) => void;
  readonly busy: boolean;
}

function Member(props: MemberProps): JSX.Element {
  const { say } = useApp();
  const { session, me } = useOpened();
  const nameOf = useNames();
  const [asks, setAsks] = createSignal<"remove" | "hand-over">();
  const channels = session.channels!;
  const sure = (): void => {
    const what = asks();
    setAsks(undefined);
    if (what === "remove") props.act(() => channels.remove(props.channel.id, props.person));
    if (what === "hand-over") props.act(() => channels.delegate(props.channel.id, props.person));
  };
  return (
    <li class="card row">
      <Avatar of={props.person} tiny />
      <span class="grow">
        <bdi>{nameOf(props.person)}</bdi>{" "}
        <Show when={props.channel.owner === props.person}>
          <span class="chip">{say("role.owner")}</span>
        </Show>
      </span>
      <Show when={props.isOwner && props.person !== me}>
        <button type="button" class="plain" disabled={props.busy} onClick={() => setAsks("hand-over")}>
          {say("member.hand-over")}
        </button>
        <button type="button" class="plain" disabled={props.busy} onClick={() => setAsks("remove")}>
          {say("member.remove")}
        </button>
      </Show>
      <Show when={asks()}>
        {(what) => (
          <Dialog title={say(`member.${what()}`)} onClose={() => setAsks(undefined)}>
            <p>{say(`channel.member.${what()}.sure`, { name: nameOf(props.person) })}</p>
            <div class="row">
              <button type="button" class="main" onClick={sure}>
                {say(`member.${what()}`)}
              </button>
              <button type="button" onClick={() => setAsks(undefined)}>
                {say("cancel")}
              </button>
            </div>
          </Dialog>
        )}
      </Show>
    </li>
  );
}
