/** An encrypted channel as one talks in it: old and new as one history, its state said plainly. */
import type { ChannelView } from "@subrosa/client/session/channel-view";
import type { EventId } from "@subrosa/core/bytes";
import { createMemo, createSignal, For, type JSX, Show } from "solid-js";
import { useOpened } from "../account/opened.ts";
import { useApp } from "../frame/app.ts";
import { Avatar } from "../frame/avatar.tsx";
import { createAct } from "../frame/form.tsx";
import { Icon } from "../frame/icons.tsx";
import { reasonIn } from "../frame/reasons.ts";
import { writePlace } from "../frame/route.ts";
import { watch } from "../frame/watch.ts";
import { useNames } from "../people/names.ts";
import { useMarks } from "../people/unread.ts";
import { type Aim, Composer } from "../talk/composer.tsx";
import { BARE, type Line, tidyName } from "../talk/line.ts";
import { Talk } from "../talk/talk.tsx";

const MESSAGE = 403;
const SAID_STATES = ["waiting", "removed", "stopped", "ended", "delegate"] as const;

export function ChannelTalk(props: { readonly id: EventId }): JSX.Element {
  const { say } = useApp();
  const { session } = useOpened();
  const view = session.channels === undefined ? () => undefined : watch(session.channels.channel(props.id));
  return (
    <Show when={view()} fallback={<p class="banner">{say("why.unknown-channel")}</p>}>
      {(channel) => <Open channel={channel()} />}
    </Show>
  );
}

function Open(props: { readonly channel: ChannelView }): JSX.Element {
  const { say } = useApp();
  const { session, me } = useOpened();
  const nameOf = useNames();
  const { sawUntil, draftOf, keepDraft } = useMarks();
  const { error, run } = createAct();
  const [aim, setAim] = createSignal<Aim>();
  // Safety: shown only where there are channels.
  const channels = session.channels!;
  const { id } = props.channel;
  const name = (): string => tidyName(props.channel.metadata.name ?? "") || say("group.nameless");
  const lines = createMemo(() =>
    props.channel.entries
      .filter(({ kind }) => kind === MESSAGE)
      .map((entry): Line => ({ ...BARE, ...entry, isMine: entry.author === me })),
  );
  const act = (what: () => Promise<string | undefined>): void => {
    void run(async () => {
      const ignored = await what();
      return ignored && reasonIn(say, ignored);
    });
  };
  return (
    <section class="pane" aria-label={name()}>
      <header>
        <a class="back button icon" href={writePlace({ view: "groups" })} aria-label={say("back")}>
          <Icon name="back" />
        </a>
        <Avatar of={id} />
        <span class="grow">
          <h1 tabindex="-1" data-focus="">
            <bdi>{name()}</bdi>
          </h1>
          <span class="quiet small">
            {say("kind.channel")}
            <Show when={props.channel.moved > 0}> · {say("channel.moved", { n: props.channel.moved })}</Show>
          </span>
        </span>
        <a class="button" href={writePlace({ view: "channel-about", id })}>
          <Icon name="info" />
          {say("group.about")}
        </a>
      </header>
      <ChannelBanners channel={props.channel} act={act} />
      <Show when={error()}>
        <p class="above error" role="alert">
          {error()}
        </p>
      </Show>
      <Talk
        label={say("talk.in", { name: name() })}
        me={me}
        lines={lines()}
        nameOf={nameOf}
        acts={
          props.channel.mayWrite
            ? {
                reply: (line) => setAim({ kind: "reply", line }),
                react: (line, reaction) => act(() => channels.react(id, line.id, reaction)),
              }
            : {}
        }
        empty={say("group.begin")}
        onSeen={(last) => sawUntil(id, last)}
      />
      <Show when={props.channel.mayWrite}>
        <Composer
          label={say("talk.write", { name: name() })}
          of={id}
          aim={aim()}
          onAim={setAim}
          nameOf={nameOf}
          draft={draftOf(id)}
          onDraft={(text) => keepDraft(id, text)}
          send={async ({ text, aim: at }) => {
            const ignored = await channels.say(id, text, at?.line.id);
            return ignored && reasonIn(say, ignored);
          }}
        />
      </Show>
    </section>
  );
}

interface ChannelBannersProps {
  readonly channel: ChannelView;
  readonly act: (what: () => Promise<string | undefined>) => void;
}

function ChannelBanners(props: ChannelBannersProps): JSX.Element {
  const { say } = useApp();
  const { session } = useOpened();
  const nameOf = useNames();
  const channels = session.channels!;
  const { id } = props.channel;
  const state = () => SAID_STATES.find((kind) => kind === props.channel.kind);
  return (
    <>
      <Show when={state()}>
        {(kind) => (
          <div class="above">
            <div class="banner" classList={{ grave: kind() === "removed" || kind() === "stopped" }} role="status">
              <span class="grow">
                {say(`channel.state.${kind()}`, { name: props.channel.offer ? nameOf(props.channel.offer.from) : "" })}
              </span>
              <Show when={kind() === "delegate"}>
                <button type="button" onClick={() => props.act(() => channels.accept(id))}>
                  {say("channel.accept")}
                </button>
              </Show>
            </div>
          </div>
        )}
      </Show>
      <Show when={!props.channel.verified && props.channel.kind !== "ended"}>
        <p class="above banner">{say("channel.unverified")}</p>
      </Show>
      <For each={props.channel.warnings}>
        {(warning) => <p class="above banner">{say(`channel.warning.${warning.what}`)}</p>}
      </For>
      <For each={props.channel.moves}>
        {(next) => (
          <div class="above">
            <div class="banner grave">
              <span class="grow">{say("channel.two-moves")}</span>
              <button type="button" onClick={() => props.act(() => channels.follow(id, next))}>
                {say("banner.choose", { name: next.slice(0, 8) })}
              </button>
            </div>
          </div>
        )}
      </For>
      <Show when={props.channel.newRelays.length > 0}>
        <div class="above">
          <div class="banner calm">
            <span class="grow">{say("banner.relays", { relays: props.channel.newRelays.join(", ") })}</span>
            <button type="button" onClick={() => props.act(() => channels.approve(id, props.channel.newRelays))}>
              {say("banner.relays.yes")}
            </button>
          </div>
        </div>
      </Show>
    </>
  );
}
