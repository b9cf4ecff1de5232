/** One poll: vote as nobody, watch the tally grow, and count it again from the relays alone. */
import type { PollStanding } from "@subrosa/client/session/poll-count";
import type { KnownPoll } from "@subrosa/client/session/polls";
import type { EventId } from "@subrosa/core/bytes";
import { createSignal, For, type JSX, onCleanup, Show } from "solid-js";
import { type Opened, useOpened } from "../account/opened.ts";
import { createMinute, useApp } from "../frame/app.ts";
import { Form } from "../frame/form.tsx";
import { reasonIn } from "../frame/reasons.ts";
import { clockTime, dayOf } from "../frame/time.ts";
import { watch } from "../frame/watch.ts";
import { WhatRelaysSee } from "../groups/what-relays-see.tsx";
import { tidyName } from "../talk/line.ts";
import { Pane } from "../talk/pane.tsx";
import { Words } from "../talk/words.tsx";

type Polls = NonNullable<Opened["polls"]>;

export function PollView(props: { readonly id: EventId }): JSX.Element {
  const { say } = useApp();
  const { polls } = useOpened();
  const known = polls === undefined ? () => undefined : watchOne(polls, props.id);
  return (
    <Pane title={say("poll.title")} back={{ view: "speak" }}>
      <Show when={known()} fallback={<p class="banner">{say("poll.unknown")}</p>}>
        {(poll) => <Open known={poll()} polls={polls!} />}
      </Show>
    </Pane>
  );
}

function watchOne(polls: Polls, id: EventId): () => KnownPoll | undefined {
  const all = watch(polls.known);
  return () => all().get(id);
}

function Open(props: { readonly known: KnownPoll; readonly polls: Polls }): JSX.Element {
  const { say, language, announce } = useApp();
  const now = createMinute();
  const [round, setRound] = createSignal(0);
  const { poll } = props.known;
  const isOver = (): boolean => poll.endsAt !== undefined && now() > poll.endsAt;
  const mayVote = (): boolean => !isOver() && (props.known.vote === undefined || poll.revote);
  const vote = async (fields: FormData): Promise<string | undefined> => {
    const choices = fields.getAll("choice").filter((each) => typeof each === "string");
    const cast = await props.polls.vote(poll.id, choices);
    if (!cast.ok) return reasonIn(say, cast.reason);
    announce(say("poll.voted"));
    return undefined;
  };
  return (
    <>
      <p class="lead">
        <Words text={poll.question} />
      </p>
      <p class="quiet">
        {say("poll.electorate", { n: poll.keys?.length ?? 0 })}{" "}
        <Show when={poll.endsAt}>
          {(end) => say("poll.ends", { day: dayOf(end(), now(), language()), time: clockTime(end(), language()) })}
        </Show>
      </p>
      <Show
        when={mayVote()}
        fallback={<p class="banner calm">{say(props.known.vote === undefined ? "poll.over" : "poll.voted")}</p>}
      >
        <Form act={vote} label={say(props.known.vote === undefined ? "poll.vote" : "poll.vote-again")}>
          <fieldset class="stack tight">
            <legend class="unseen">{say("poll.choices")}</legend>
            <For each={poll.options}>
              {({ id, label }) => (
                <label class="card choice">
                  <input type={poll.type === "singlechoice" ? "radio" : "checkbox"} name="choice" value={id} />
                  <bdi>{tidyName(label)}</bdi>
                </label>
              )}
            </For>
          </fieldset>
          <p class="hint">{say("poll.notice")}</p>
        </Form>
      </Show>
      <Show when={`${round()}`} keyed>
        {(_) => <Tally known={props.known} polls={props.polls} />}
      </Show>
      <div class="stack tight">
        <div class="row">
          <button type="button" onClick={() => setRound((n) => n + 1)}>
            {say("poll.recount")}
          </button>
        </div>
        <p class="hint">{say("poll.recount.hint")}</p>
      </div>
      <WhatRelaysSee kind="post" relays={props.known.relays} />
    </>
  );
}

/** Counted from nothing, each time it is opened: every ballot is fetched and verified here. */
function Tally(props: { readonly known: KnownPoll; readonly polls: Polls }): JSX.Element {
  const { say } = useApp();
  const count = props.polls.count(props.known.poll.id);
  onCleanup(() => count?.[Symbol.dispose]());
  const standing: () => PollStanding | undefined = count === undefined ? () => undefined : watch(count.standing);
  const votes = (id: string): number => standing()?.tally.votes.get(id) ?? 0;
  const refused = (): number => [...(standing()?.refused.values() ?? [])].reduce((sum, n) => sum + n, 0);
  return (
    <section class="card stack" aria-label={say("poll.tally")}>
      <h2>{say("poll.tally")}</h2>
      <Show when={standing()}>
        {(here) => (
          <>
            <For each={props.known.poll.options}>
              {({ id, label }) => (
                <label class="bar">
                  <span class="row spread">
                    <bdi>{tidyName(label)}</bdi>
                    <span>{say("poll.votes", { n: votes(id) })}</span>
                  </span>
                  <progress max={Math.max(1, here().tally.voters)} value={votes(id)} />
                </label>
              )}
            </For>
            <p aria-live="polite">
              {say("poll.voters", { n: here().tally.voters })}{" "}
              <Show when={here().checking > 0}>{say("poll.checking", { n: here().checking })}</Show>
            </p>
            <p class="hint">
              {say("poll.verified-here")} <Show when={refused() > 0}>{say("poll.refused", { n: refused() })}</Show>{" "}
              <Show when={!here().complete}>{say("poll.incomplete")}</Show>
            </p>
            <details>
              <summary>{say("poll.ballots")}</summary>
              <ol class="stack tight">
                <For each={here().tally.counted}>
                  {(ballot) => (
                    <li class="key">
                      {ballot.id} → {ballot.choices.join(", ")}
                    </li>
                  )}
                </For>
              </ol>
            </details>
          </>
        )}
      </Show>
    </section>
  );
}
