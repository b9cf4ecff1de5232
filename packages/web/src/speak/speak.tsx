/** What members of groups say without a name, and what they are asked: the feed, writing, polls. */

import type { EventId } from "@subrosa/core/bytes";
import { type JSX, Match, Switch } from "solid-js";
import { useApp } from "../frame/app.ts";
import { FeedView } from "./feed-view.tsx";
import { NewPoll } from "./new-poll.tsx";
import { PollView } from "./poll-view.tsx";
import { Write } from "./write.tsx";

export function Speak(): JSX.Element {
  const { place } = useApp();
  const poll = (): EventId | undefined => {
    const at = place();
    return at.view === "poll" ? (at.id as EventId) : undefined;
  };
  return (
    <main class="main">
      <Switch fallback={<FeedView />}>
        <Match when={place().view === "write"}>
          <Write />
        </Match>
        <Match when={place().view === "new-poll"}>
          <NewPoll />
        </Match>
        <Match when={poll()} keyed>
          {(id) => <PollView id={id} />}
        </Match>
      </Switch>
    </main>
  );
}
