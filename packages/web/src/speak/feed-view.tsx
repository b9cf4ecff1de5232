/**
 * The feed: posts with a proof, newest first, checked while they are on the screen and not before. More come into the
 * page as one scrolls, so that a thousand of them cost no more than those one has seen.
 */
import type { Post } from "@subrosa/client/session/post";
import type { EventId } from "@subrosa/core/bytes";
import { createMemo, createSignal, For, type JSX, onCleanup, onMount, Show } from "solid-js";
import { useOpened } from "../account/opened.ts";
import { createMinute, useApp } from "../frame/app.ts";
import { Icon, Rose } from "../frame/icons.tsx";
import { writePlace } from "../frame/route.ts";
import { watch } from "../frame/watch.ts";
import { tidyName } from "../talk/line.ts";
import { followFeed } from "./follow.ts";
import { PostCard } from "./post-card.tsx";

const AT_ONCE = 12;

export function FeedView(): JSX.Element {
  const { say } = useApp();
  const opened = useOpened();
  const { feed, polls } = opened;
  const now = createMinute();
  const posts = watch(feed.posts);
  const known = polls === undefined ? () => new Map() : watch(polls.known);
  const [onlyVerified, setOnlyVerified] = createSignal(false);
  const [most, setMost] = createSignal(AT_ONCE);
  const shown = createMemo(() => {
    const all = posts().filter(({ event }) => event.kind !== POLL);
    return onlyVerified() ? all.filter(({ state }) => state.kind === "verified" && state.badge) : all;
  });
  const byId = createMemo(() => new Map(posts().map((post) => [post.event.id, post] as const)));
  // Texts are compared by value: a list that says the same leaves what stands on the screen alone.
  const ids = createMemo(
    () =>
      shown()
        .slice(0, most())
        .map(({ event }) => event.id),
    [] as EventId[],
    { equals: (a, b) => a.length === b.length && a.every((id, i) => id === b[i]) },
  );
  const look = createLook((seen) => feed.look(seen));
  onCleanup(followFeed(opened));
  onCleanup(() => feed.look([]));
  const waiting = createMemo(() =>
    [...known().values()].sort((a, b) => b.poll.createdAt - a.poll.createdAt).slice(0, 5),
  );
  return (
    <section class="pane" aria-label={say("nav.speak")}>
      <header>
        <h1 class="grow" tabindex="-1" data-focus="">
          {say("nav.speak")}
        </h1>
        <a class="button" href={writePlace({ view: "new-poll" })}>
          <Icon name="poll" />
          {say("poll.new")}
        </a>
        <a class="button main" href={writePlace({ view: "write" })}>
          <Icon name="speak" />
          {say("speak.write")}
        </a>
      </header>
      <section class="page" tabindex="0" aria-label={say("speak.feed")}>
        <div class="stack">
          <p class="quiet">{say("speak.lead")}</p>
          <Show when={waiting().length > 0}>
            <section class="stack tight" aria-label={say("poll.list")}>
              <h2>{say("poll.list")}</h2>
              <ul class="stack tight">
                <For each={waiting()}>
                  {({ poll }) => (
                    <li>
                      <a class="card row" href={writePlace({ view: "poll", id: poll.id })}>
                        <Icon name="poll" />
                        <bdi class="grow">{tidyName(poll.question)}</bdi>
                      </a>
                    </li>
                  )}
                </For>
              </ul>
            </section>
          </Show>
          <label class="check">
            <input
              type="checkbox"
              checked={onlyVerified()}
              onChange={(event) => setOnlyVerified(event.currentTarget.checked)}
            />
            {say("speak.only-verified")}
          </label>
          <Show
            when={ids().length > 0}
            fallback={
              <div class="empty">
                <Rose />
                <p>{say("speak.none")}</p>
              </div>
            }
          >
            <ol class="feed">
              <For each={ids()}>
                {(id) => (
                  <Show when={byId().get(id)}>
                    {(post) => <PostCard post={post() as Post} now={now()} watch={look} />}
                  </Show>
                )}
              </For>
            </ol>
            <Show when={shown().length > most()}>
              <More onNear={() => setMost((n) => n + AT_ONCE)} label={say("speak.more")} />
            </Show>
          </Show>
        </div>
      </section>
    </section>
  );
}

const POLL = 1068;

/** Tells which posts are on the screen, at most once in a frame. */
function createLook(tell: (ids: readonly EventId[]) => void): (element: HTMLElement, id: string) => void {
  const seen = new Map<Element, EventId>();
  let frame = 0;
  const soon = (): void => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(() => tell([...seen.values()]));
  };
  const ids = new WeakMap<Element, EventId>();
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        const id = ids.get(target);
        if (isIntersecting && id !== undefined) seen.set(target, id);
        else seen.delete(target);
      }
      soon();
    },
    { rootMargin: "200px" },
  );
  onCleanup(() => {
    cancelAnimationFrame(frame);
    observer.disconnect();
  });
  return (element, id) => {
    ids.set(element, id as EventId);
    observer.observe(element);
    onCleanup(() => {
      seen.delete(element);
      observer.unobserve(element);
    });
  };
}

/** A button that is pressed by itself when it comes near the screen. */
function More(props: { readonly onNear: () => void; readonly label: string }): JSX.Element {
  let button: HTMLButtonElement | undefined;
  onMount(() => {
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting === true) props.onNear();
      },
      { rootMargin: "600px" },
    );
    if (button !== undefined) observer.observe(button);
    // What was near and still is tells nothing new: it is looked at again after each step.
    const timer = setInterval(() => {
      if (button === undefined) return;
      observer.unobserve(button);
      observer.observe(button);
    }, 250);
    onCleanup(() => {
      clearInterval(timer);
      observer.disconnect();
    });
  });
  return (
    <button type="button" ref={(element) => (button = element)} onClick={() => props.onNear()}>
      {props.label}
    </button>
  );
}
