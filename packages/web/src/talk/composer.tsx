/**
 * Where one writes. Enter sends, Shift and Enter makes a new line; what is not sent yet is kept as a draft. A reply and an
 * edit stand above the field and are called off with Escape.
 */
import { createEffect, createSignal, For, type JSX, on, Show } from "solid-js";
import { useApp } from "../frame/app.ts";
import { createAct } from "../frame/form.tsx";
import { Icon } from "../frame/icons.tsx";
import { lasting } from "../frame/time.ts";
import { excerpt, type Line } from "./line.ts";

export interface Aim {
  readonly kind: "reply" | "edit";
  readonly line: Line;
}

export interface Written {
  readonly text: string;
  readonly aim: Aim | undefined;
  readonly disappearsAfter: number | undefined;
}

export interface ComposerProps {
  readonly label: string;
  readonly aim: Aim | undefined;
  readonly onAim: (aim: Aim | undefined) => void;
  readonly nameOf: (person: Line["author"]) => string;
  /** Answers with a sentence where it was not sent: what was typed stays. */
  readonly send: (written: Written) => Promise<string | undefined>;
  readonly draft: string;
  readonly onDraft: (text: string) => void;
  /** Changes when one goes to another conversation: another draft. */
  readonly of: string;
  readonly mayDisappear?: boolean;
  readonly sendFile?: ((file: File) => Promise<string | undefined>) | undefined;
}

const LIFETIMES = [300, 3_600, 86_400, 604_800];

export function Composer(props: ComposerProps): JSX.Element {
  const { say, language } = useApp();
  const { busy, error, run } = createAct();
  const [text, setText] = createSignal(props.draft);
  const [lifetime, setLifetime] = createSignal(0);
  let field: HTMLTextAreaElement | undefined;
  createEffect(
    on(
      () => props.of,
      () => setText(props.draft),
      { defer: true },
    ),
  );
  createEffect(
    on(
      () => props.aim,
      (aim) => {
        if (aim?.kind === "edit") setText(aim.line.text);
        if (aim !== undefined) field?.focus();
      },
      { defer: true },
    ),
  );
  const write = (next: string): void => {
    setText(next);
    if (props.aim?.kind !== "edit") props.onDraft(next);
  };
  const send = async (): Promise<string | undefined> => {
    const written = text().trim();
    if (written === "") return undefined;
    const answer = await props.send({
      text: written,
      aim: props.aim,
      disappearsAfter: lifetime() === 0 ? undefined : lifetime(),
    });
    if (answer !== undefined) return answer;
    write("");
    props.onDraft("");
    props.onAim(undefined);
    return undefined;
  };
  const attach = async (event: Event & { readonly currentTarget: HTMLInputElement }): Promise<void> => {
    const input = event.currentTarget;
    const [file] = input.files ?? [];
    const { sendFile } = props;
    if (file === undefined || sendFile === undefined) return;
    await run(() => sendFile(file));
    input.value = "";
  };
  return (
    <div class="composer">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void run(send).then(() => field?.focus());
        }}
      >
        <Show when={props.aim}>
          {(aim) => (
            <div class="row small">
              <Icon name="reply" />
              <span class="grow">
                {say(aim().kind === "edit" ? "talk.editing" : "talk.replying", {
                  name: props.nameOf(aim().line.author),
                })}{" "}
                <bdi class="quiet">{excerpt(aim().line.text, 60)}</bdi>
              </span>
              <button type="button" class="icon" aria-label={say("cancel")} onClick={() => props.onAim(undefined)}>
                <Icon name="close" />
              </button>
            </div>
          )}
        </Show>
        <Show when={error()}>
          <p class="error" role="alert">
            {error()}
          </p>
        </Show>
        <div class="row">
          <Show when={props.sendFile !== undefined}>
            <label class="button icon" title={say("talk.attach")}>
              <Icon name="image" />
              <span class="unseen">{say("talk.attach")}</span>
              <input
                class="unseen"
                type="file"
                accept="image/*"
                disabled={busy()}
                onChange={(event) => void attach(event)}
              />
            </label>
          </Show>
          <textarea
            class="grow"
            rows="1"
            dir="auto"
            aria-label={props.label}
            placeholder={props.label}
            value={text()}
            ref={(element) => (field = element)}
            onInput={(event) => write(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key === "Escape" && props.aim !== undefined) props.onAim(undefined);
              if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
              event.preventDefault();
              event.currentTarget.form?.requestSubmit();
            }}
          />
          <button type="submit" class="main icon" aria-label={say("talk.send")} disabled={busy()}>
            <Icon name="send" />
          </button>
        </div>
        <Show when={props.mayDisappear === true}>
          <label class="row small">
            <span>{say("talk.lifetime")}</span>
            <span>
              <select value={lifetime()} onChange={(event) => setLifetime(Number(event.currentTarget.value))}>
                <option value="0">{say("talk.lifetime.none")}</option>
                <For each={LIFETIMES}>{(each) => <option value={each}>{lasting(each, language())}</option>}</For>
              </select>
            </span>
          </label>
        </Show>
      </form>
    </div>
  );
}
