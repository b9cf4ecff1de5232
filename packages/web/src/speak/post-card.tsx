/** One post: from whom as far as that can be known, how it is known, what it says; the ring and the links on demand. */
import type { Post, PostState } from "@subrosa/client/session/post";
import { createSignal, For, type JSX, Match, Show, Switch } from "solid-js";
import { useApp } from "../frame/app.ts";
import { Avatar } from "../frame/avatar.tsx";
import { Icon } from "../frame/icons.tsx";
import { shortTime } from "../frame/time.ts";
import { shortKey, useNames } from "../people/names.ts";
import { excerpt, tidyName } from "../talk/line.ts";
import { Words } from "../talk/words.tsx";
import { failureIn } from "./failure.ts";

export interface PostCardProps {
  readonly post: Post;
  readonly now: number;
  readonly watch: (element: HTMLElement, id: string) => void;
}

export function PostCard(props: PostCardProps): JSX.Element {
  const { say, language } = useApp();
  const nameOf = useNames();
  const [showsRing, setShowsRing] = createSignal(false);
  const proven = () => {
    const { state } = props.post;
    return state.kind === "verified" ? state : undefined;
  };
  const from = (): string => {
    const state = proven();
    if (state === undefined) return say("post.somebody");
    if (state.trust.by === "nothing" || state.trust.by === "floor") return say("post.one-of", { n: state.n });
    const name = tidyName(state.trust.label);
    return say(state.by === "pseudonym" ? "post.pseudonym" : "post.member", { name, n: state.n });
  };
  const { event } = props.post;
  return (
    <li class="card post" tabindex="-1" data-post={event.id} ref={(element) => props.watch(element, event.id)}>
      <div class="from">
        <span class="grow">{from()}</span>
        <StateChip state={props.post.state} />
        <time class="quiet small" dateTime={new Date(event.created_at * 1000).toISOString()}>
          {shortTime(event.created_at, props.now, language())}
        </time>
      </div>
      <Words text={event.content} />
      <Show when={proven()}>
        {(state) => (
          <div class="row">
            <button type="button" class="chip" aria-expanded={showsRing()} onClick={() => setShowsRing(!showsRing())}>
              <Icon name="people" />
              {say("post.size", { n: state().n })}
            </button>
            <Show when={state().sameMember.length > 0}>
              <span class="chip wait">{say("post.same", { n: state().sameMember.length })}</span>
            </Show>
            <Show when={state().announcement === true || state().by === "pseudonym"}>
              <span class="chip" title={event.pubkey}>
                {say("post.pen", { name: shortKey(event.pubkey) })}
              </span>
            </Show>
            <Show when={state().score !== undefined}>
              <span class="chip">{say("post.weakest", { n: state().score ?? 0 })}</span>
            </Show>
            <Show when={!state().badge}>
              <span class="chip bad">{say("post.reposted")}</span>
            </Show>
          </div>
        )}
      </Show>
      <Show when={showsRing() && proven()}>
        {(state) => (
          <div class="stack tight">
            <p class="hint">{say(state().trust.by === "nothing" ? "post.ring.unknown" : "post.ring.known")}</p>
            <ul class="stack tight">
              <For each={state().members}>
                {(person) => (
                  <li class="row small">
                    <Avatar of={person} tiny />
                    <bdi>{nameOf(person)}</bdi>
                  </li>
                )}
              </For>
            </ul>
          </div>
        )}
      </Show>
    </li>
  );
}

function StateChip(props: { readonly state: PostState }): JSX.Element {
  const { say } = useApp();
  const failed = () => (props.state.kind === "failed" ? props.state : undefined);
  const vouched = () => (props.state.kind === "vouched" ? props.state : undefined);
  return (
    <Switch>
      <Match when={props.state.kind === "verified"}>
        <span class="chip good">
          <Icon name="check" />
          {say("state.verified")}
        </span>
      </Match>
      <Match when={props.state.kind === "checking" || props.state.kind === "unchecked"}>
        <span class="chip">
          <Icon name="wait" />
          {say(props.state.kind === "checking" ? "state.checking" : "state.unchecked")}
        </span>
      </Match>
      <Match when={vouched()}>
        {(state) => (
          <span class="chip wait">
            <Icon name="info" />
            {say("state.vouched", { relay: excerpt(state().relays.join(", "), 60) })}
          </span>
        )}
      </Match>
      <Match when={failed()}>
        {(state) => (
          <span class="chip bad">
            <Icon name="cross" />
            {say("state.failed", { why: failureIn(say, state().reason) })}
          </span>
        )}
      </Match>
      <Match when={props.state.kind === "revocation"}>
        <span class="chip">{say("state.ended")}</span>
      </Match>
    </Switch>
  );
}
