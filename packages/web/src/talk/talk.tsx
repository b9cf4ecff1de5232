/**
 * A conversation: the latest lines, earlier ones on demand, what came just now read aloud once. Arrow keys walk from
 * line to line; what one may do with a line stands in it as buttons.
 */
import type { EventId, PubkeyHex } from "@subrosa/core/bytes";
import { createEffect, createMemo, createSignal, For, type JSX, on, onMount, Show } from "solid-js";
import { createMinute, useApp } from "../frame/app.ts";
import { clockIn, dayOf } from "../frame/time.ts";
import { excerpt, type Line } from "./line.ts";
import { MessageLine } from "./message-line.tsx";
import { stableLines } from "./stable-lines.ts";
import type { TalkActs } from "./talk-acts.ts";

export interface TalkProps {
  readonly label: string;
  readonly me: PubkeyHex;
  readonly lines: readonly Line[];
  readonly nameOf: (person: PubkeyHex) => string;
  readonly acts: TalkActs;
  /** Under a line of one's own: what the relays said. */
  readonly delivery?: (line: Line) => JSX.Element;
  /** Where there is nothing yet. */
  readonly empty: string;
  /** May a reader change this line? Default: his own. */
  readonly onSeen?: (last: Line) => void;
}

const AT_ONCE = 60;
const SAID_AT_ONCE = 3;

export function Talk(props: TalkProps): JSX.Element {
  const { say, language, announce } = useApp();
  const now = createMinute();
  const [most, setMost] = createSignal(AT_ONCE);
  const stable = stableLines();
  const shown = createMemo(() => stable(props.lines.slice(-most())));
  const timeOf = createMemo(() => clockIn(language()));
  const byId = createMemo(() => new Map(props.lines.map((line) => [line.id, line] as const)));
  const quoted = (line: Line): Line | undefined => (line.reply === undefined ? undefined : byId().get(line.reply));
  let box: HTMLElement | undefined;
  let isAtEnd = true;
  const toEnd = (): void => {
    if (box !== undefined) box.scrollTop = box.scrollHeight;
  };
  onMount(() => requestAnimationFrame(toEnd));

  // What was there when one came in is read by whoever wants to; what comes later is said once.
  const heard = new Set<EventId>(props.lines.map(({ id }) => id));
  createEffect(
    on(
      () => props.lines,
      (lines) => {
        const fresh = lines.filter(({ id }) => !heard.has(id));
        for (const { id } of fresh) heard.add(id);
        const theirs = fresh.filter(({ isMine }) => !isMine);
        // Many at once are counted: nobody wants to have a hundred read out.
        if (theirs.length > SAID_AT_ONCE) announce(say("unread", { n: theirs.length }));
        else if (theirs.length > 0) {
          const told = theirs.map(({ author, text }) =>
            say("talk.heard", { name: props.nameOf(author), text: excerpt(text) }),
          );
          announce(told.join(" "));
        }
        const last = lines.at(-1);
        if (last !== undefined && document.visibilityState === "visible") props.onSeen?.(last);
        if (isAtEnd || last?.isMine === true) requestAnimationFrame(toEnd);
      },
    ),
  );

  const walk = (event: KeyboardEvent): void => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step === 0 || !(event.target instanceof Element) || event.target.matches("textarea, input, select")) return;
    const all = [...(box?.querySelectorAll<HTMLElement>("li.message") ?? [])];
    const at = all.findIndex((each) => each.contains(event.target as Element));
    const next = all[at < 0 ? all.length - 1 : at + step];
    if (next === undefined) return;
    event.preventDefault();
    next.focus();
  };
  const startsDay = (i: number): boolean => {
    const [before, here] = [shown()[i - 1], shown()[i]];
    return (
      here !== undefined &&
      (before === undefined || new Date(before.at * 1000).toDateString() !== new Date(here.at * 1000).toDateString())
    );
  };

  return (
    <section
      class="talk"
      aria-label={props.label}
      tabindex="0"
      ref={(element) => (box = element)}
      onKeyDown={walk}
      onScroll={(event) => {
        const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
        isAtEnd = scrollHeight - scrollTop - clientHeight < 80;
      }}
    >
      <Show when={props.lines.length > most()}>
        <p class="notice">
          <button type="button" onClick={() => setMost((n) => n + AT_ONCE)}>
            {say("talk.earlier")}
          </button>
        </p>
      </Show>
      <Show when={props.lines.length > 0} fallback={<p class="notice">{props.empty}</p>}>
        <ol>
          <For each={shown()}>
            {(line, i) => (
              <>
                <Show when={startsDay(i())}>
                  <li class="day">{dayOf(line.at, now(), language())}</li>
                </Show>
                <MessageLine
                  line={line}
                  quoted={quoted(line)}
                  me={props.me}
                  name={props.nameOf(line.author)}
                  nameOf={props.nameOf}
                  timeOf={timeOf()}
                  acts={props.acts}
                  delivery={props.delivery?.(line)}
                />
              </>
            )}
          </For>
        </ol>
      </Show>
    </section>
  );
}
