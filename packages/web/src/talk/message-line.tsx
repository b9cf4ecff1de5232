/** One line of a conversation, with what one may do with it. */
import type { PubkeyHex } from "@subrosa/core/bytes";
import { createSignal, For, type JSX, Show } from "solid-js";
import { useApp } from "../frame/app.ts";
import { Avatar } from "../frame/avatar.tsx";
import { Icon } from "../frame/icons.tsx";
import { excerpt, type Line, tidyName } from "./line.ts";
import { Picture } from "./picture.tsx";
import type { TalkActs } from "./talk-acts.ts";
import { Words } from "./words.tsx";

const REACTIONS = ["👍", "❤️", "😂", "😮", "😢", "🌹"];

export interface MessageLineProps {
  readonly line: Line;
  readonly quoted: Line | undefined;
  readonly me: PubkeyHex;
  readonly name: string;
  readonly nameOf: (person: PubkeyHex) => string;
  readonly timeOf: (at: number) => string;
  readonly acts: TalkActs;
  readonly delivery: JSX.Element;
}

export function MessageLine(props: MessageLineProps): JSX.Element {
  const { say } = useApp();
  const [choosing, setChoosing] = createSignal(false);
  const line = (): Line => props.line;
  const isPlainText = (): boolean => line().file === undefined;
  return (
    <li class="message" classList={{ mine: line().isMine }} id={`m-${line().id}`} tabindex="-1">
      <Show when={!line().isMine}>
        <Avatar of={line().author} tiny />
      </Show>
      <div class="bubble">
        <Show when={!line().isMine}>
          <bdi class="by">{props.name}</bdi>
        </Show>
        <Show when={props.quoted}>
          {(quoted) => (
            <span class="quoted">
              <bdi>{props.nameOf(quoted().author)}</bdi>: <bdi>{excerpt(quoted().text)}</bdi>
            </span>
          )}
        </Show>
        <Show when={line().file} fallback={<Words text={line().text} />}>
          {(file) => <Picture file={file()} open={() => props.acts.openFile?.(line()) ?? Promise.resolve(undefined)} />}
        </Show>
      </div>
      <div class="meta">
        <time dateTime={new Date(line().at * 1000).toISOString()}>{props.timeOf(line().at)}</time>
        <Show when={line().edited}>
          <span>{say("talk.edited")}</span>
        </Show>
        <Show when={line().pinned}>
          <span>{say("talk.pinned")}</span>
        </Show>
        <Show when={line().expires !== undefined}>
          <span>{say("talk.disappears", { time: props.timeOf(line().expires ?? 0) })}</span>
        </Show>
        <Show when={line().late}>
          <span>{say("talk.late")}</span>
        </Show>
        <For each={[...line().reactions]}>
          {([reaction, by]) => (
            <button
              type="button"
              class="reaction"
              aria-pressed={by.includes(props.me)}
              title={by.map(props.nameOf).join(", ")}
              onClick={() => props.acts.react?.(line(), reaction)}
            >
              <bdi>{[...tidyName(reaction)].slice(0, 8).join("")}</bdi> {by.length}
            </button>
          )}
        </For>
        {props.delivery}
        <span class="acts row">
          <Show when={props.acts.reply}>
            {(reply) => (
              <button type="button" class="plain" onClick={() => reply()(line())}>
                {say("talk.reply")}
              </button>
            )}
          </Show>
          <Show when={props.acts.react}>
            <button
              type="button"
              class="plain"
              aria-expanded={choosing()}
              aria-label={say("talk.react")}
              onClick={() => setChoosing(!choosing())}
            >
              <Icon name="smile" />
            </button>
          </Show>
          <Show when={line().isMine && isPlainText() && props.acts.edit}>
            {(edit) => (
              <button type="button" class="plain" onClick={() => edit()(line())}>
                {say("talk.edit")}
              </button>
            )}
          </Show>
          <Show when={props.acts.pin}>
            {(pin) => (
              <button type="button" class="plain" onClick={() => pin()(line())}>
                {say(line().pinned ? "talk.unpin" : "talk.pin")}
              </button>
            )}
          </Show>
          <Show when={line().isMine ? props.acts.remove : props.acts.hide}>
            {(remove) => (
              <button type="button" class="plain" onClick={() => remove()(line())}>
                {say(line().isMine ? "talk.delete" : "talk.hide")}
              </button>
            )}
          </Show>
        </span>
        <Show when={choosing()}>
          <fieldset class="row" aria-label={say("talk.react")}>
            <For each={REACTIONS}>
              {(reaction) => (
                <button
                  type="button"
                  class="plain"
                  onClick={() => {
                    setChoosing(false);
                    props.acts.react?.(line(), reaction);
                  }}
                >
                  {reaction}
                </button>
              )}
            </For>
          </fieldset>
        </Show>
      </div>
    </li>
  );
}
