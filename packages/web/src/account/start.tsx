/**
 * The first minute: a name, and one is in. Or: with a key that one has already, in an extension, in a bunker, in a file.
 * What each way means for the key is said where it is chosen.
 */
import { createSignal, For, type JSX, Match, onMount, Show, Switch } from "solid-js";
import { useApp } from "../frame/app.ts";
import { Form, textOf } from "../frame/form.tsx";
import { Icon, Rose } from "../frame/icons.tsx";
import { LanguageChoice } from "../frame/language-choice.tsx";
import type { Key } from "../frame/words.ts";
import { hasDeviceLock } from "./device.ts";
import type { Resident } from "./door.ts";

/** How somebody comes in, with what he gave. */
export type Arrival = { readonly name: string; readonly relay: string; readonly passphrase: string } & (
  | { readonly way: "new" }
  | { readonly way: "extension" }
  | { readonly way: "bunker"; readonly address: string }
  | { readonly way: "file"; readonly text: string; readonly password: string }
);
export type Way = Arrival["way"];

export interface StartProps {
  /** Answers with a sentence where it did not work. */
  readonly arrive: (arrival: Arrival) => Promise<string | undefined>;
  /** The relay beside this page; undefined where there is none. */
  readonly relay: string | undefined;
  readonly onBack: (() => void) | undefined;
}

const WAYS: readonly { readonly way: Exclude<Way, "new">; readonly label: Key; readonly hint: Key }[] = [
  { way: "extension", label: "start.extension", hint: "start.extension.hint" },
  { way: "bunker", label: "start.bunker", hint: "start.bunker.hint" },
  { way: "file", label: "start.file", hint: "start.file.hint" },
];

function Greeting(props: { readonly children: JSX.Element }): JSX.Element {
  let heading: HTMLHeadingElement | undefined;
  onMount(() => heading?.focus());
  return (
    <div class="start">
      <main class="stack">
        <h1 class="brand" tabindex="-1" ref={(element) => (heading = element)}>
          <Rose />
          Subrosa
        </h1>
        {props.children}
        <LanguageChoice />
      </main>
    </div>
  );
}

export function Start(props: StartProps): JSX.Element {
  const { say } = useApp();
  const [way, setWay] = createSignal<Way>("new");
  const needsPassphrase = !hasDeviceLock();
  const act = (fields: FormData): Promise<string | undefined> => {
    const common = {
      name: textOf(fields, "name").normalize("NFC"),
      relay: textOf(fields, "relay") || (props.relay ?? ""),
      passphrase: textOf(fields, "passphrase"),
    };
    const chosen = way();
    if (chosen === "bunker") return props.arrive({ ...common, way: chosen, address: textOf(fields, "bunker") });
    if (chosen === "file") {
      const [text, password] = [textOf(fields, "ncryptsec"), textOf(fields, "password")];
      return props.arrive({ ...common, way: chosen, text, password });
    }
    return props.arrive({ ...common, way: chosen });
  };
  return (
    <Greeting>
      <p class="lead">{say("start.lead")}</p>
      <Form act={act} label={say(way() === "new" ? "start.go" : "start.enter")} class="stack">
        <label>
          {say("start.name")}
          <input name="name" required maxlength="64" autocomplete="nickname" autocapitalize="words" />
          <span class="hint">{say("start.name.hint")}</span>
        </label>
        <Switch>
          <Match when={way() === "bunker"}>
            <label>
              {say("start.bunker")}
              <input name="bunker" required placeholder="bunker://…" autocomplete="off" spellcheck={false} dir="ltr" />
              <span class="hint">{say("start.bunker.hint")}</span>
            </label>
          </Match>
          <Match when={way() === "file"}>
            <KeyFile />
          </Match>
          <Match when={way() === "extension"}>
            <p class="hint">{say("start.extension.hint")}</p>
          </Match>
        </Switch>
        <Show when={props.relay === undefined}>
          <label>
            {say("start.relay")}
            <input name="relay" required placeholder="wss://…" autocomplete="off" spellcheck={false} dir="ltr" />
            <span class="hint">{say("start.relay.hint")}</span>
          </label>
        </Show>
        <Show
          when={needsPassphrase}
          fallback={
            <p class="hint">
              <Icon name="lock" /> {say("start.device")}
            </p>
          }
        >
          <label>
            {say("passphrase")}
            <input name="passphrase" type="password" required autocomplete="new-password" minlength="8" />
            <span class="hint">{say("start.passphrase.why")}</span>
          </label>
        </Show>
      </Form>
      <details>
        <summary>{say("start.have-key")}</summary>
        <div class="stack tight">
          <For each={WAYS}>
            {(one) => (
              <button
                type="button"
                aria-pressed={way() === one.way}
                onClick={() => setWay(way() === one.way ? "new" : one.way)}
              >
                {say(one.label)}
              </button>
            )}
          </For>
        </div>
      </details>
      <Show when={props.onBack}>
        {(back) => (
          <button type="button" class="plain" onClick={() => back()()}>
            {say("start.back")}
          </button>
        )}
      </Show>
    </Greeting>
  );
}

/** The text of the file, or the file itself; it is read here and goes nowhere. */
function KeyFile(): JSX.Element {
  const { say } = useApp();
  let field: HTMLTextAreaElement | undefined;
  const read = async (event: Event & { readonly currentTarget: HTMLInputElement }): Promise<void> => {
    const [file] = event.currentTarget.files ?? [];
    if (file === undefined || field === undefined || file.size > 65_536) return;
    field.value = (/ncryptsec1[0-9a-z]+/.exec(await file.text()) ?? [""])[0];
  };
  return (
    <>
      <label>
        {say("start.file")}
        <input type="file" onChange={(event) => void read(event)} />
      </label>
      <label>
        ncryptsec
        <textarea
          name="ncryptsec"
          class="key"
          required
          rows="3"
          dir="ltr"
          spellcheck={false}
          ref={(element) => (field = element)}
        />
      </label>
      <label>
        {say("start.file.password")}
        <input name="password" type="password" required autocomplete="off" />
      </label>
    </>
  );
}

export interface WaitingProps {
  readonly residents: readonly Resident[];
  readonly refused: string | undefined;
  readonly opening: string | undefined;
  readonly open: (name: string, passphrase: string) => void;
  readonly onAdd: () => void;
}

/** Who is on this device, by name alone: nothing else can be read before one of them is let in. */
export function Waiting(props: WaitingProps): JSX.Element {
  const { say } = useApp();
  const [chosen, setChosen] = createSignal(props.residents[0]?.name ?? "");
  const lock = () => props.residents.find(({ name }) => name === chosen())?.lock;
  return (
    <Greeting>
      <Form
        act={(fields) => {
          props.open(chosen(), textOf(fields, "passphrase"));
          return undefined;
        }}
        label={say("start.enter")}
        disabled={props.opening !== undefined}
      >
        <Show when={props.residents.length > 1} fallback={<p class="lead">{say("door.hello", { name: chosen() })}</p>}>
          <label>
            {say("door.who")}
            <select value={chosen()} onChange={(event) => setChosen(event.currentTarget.value)}>
              <For each={props.residents}>{({ name }) => <option value={name}>{name}</option>}</For>
            </select>
          </label>
        </Show>
        <Show when={lock() === "passphrase"}>
          <label>
            {say("passphrase")}
            <input name="passphrase" type="password" required autocomplete="current-password" />
          </label>
        </Show>
        <Show when={props.refused}>
          <p class="error" role="alert">
            {props.refused}
          </p>
        </Show>
        <Show when={props.opening !== undefined}>
          <p role="status">{say("door.opening")}</p>
        </Show>
      </Form>
      <button type="button" class="plain" onClick={() => props.onAdd()}>
        {say("door.add")}
      </button>
    </Greeting>
  );
}
