/** One's account, how the page looks, where one reads, what is on its way out, and the way out oneself. */
import { For, type JSX, Match, Show, Switch } from "solid-js";
import { blockedIn } from "../account/notes.ts";
import { useOpened } from "../account/opened.ts";
import { useApp } from "../frame/app.ts";
import { Form, textOf } from "../frame/form.tsx";
import { LanguageChoice } from "../frame/language-choice.tsx";
import { type Preferences, TEXT_SIZES, THEMES } from "../frame/preferences.ts";
import { writePlace } from "../frame/route.ts";
import { watch } from "../frame/watch.ts";
import { useNames } from "../people/names.ts";
import { KeySettings } from "./key-settings.tsx";
import { OutboxList } from "./outbox-list.tsx";
import { Privacy } from "./privacy.tsx";

export function Settings(props: { readonly onLeave: () => void }): JSX.Element {
  const { place } = useApp();
  return (
    <main class="main">
      <Switch fallback={<All onLeave={props.onLeave} />}>
        <Match when={place().view === "privacy"}>
          <Privacy />
        </Match>
      </Switch>
    </main>
  );
}

function All(props: { readonly onLeave: () => void }): JSX.Element {
  const { say } = useApp();
  const { notes, relays } = useOpened();
  return (
    <section class="pane" aria-label={say("nav.settings")}>
      <header>
        <h1 tabindex="-1" data-focus="">
          {say("nav.settings")}
        </h1>
      </header>
      <div class="page">
        <div class="stack">
          <KeySettings />
          <Appearance />
          <section class="card stack">
            <h2>{say("settings.you")}</h2>
            <Form
              label={say("save")}
              act={async (fields) => {
                await notes.set("name", textOf(fields, "name"));
                const at = textOf(fields, "relays")
                  .split(/\s+/)
                  .filter((each) => /^wss?:\/\//.test(each));
                if (at.length === 0) return say("why.relay-address");
                await notes.set("relays", at.join("\n"));
                return undefined;
              }}
            >
              <label>
                {say("start.name")}
                <input name="name" maxlength="64" value={notes.setting("name") ?? ""} />
                <span class="hint">{say("settings.name.hint")}</span>
              </label>
              <label>
                {say("settings.relays")}
                <textarea name="relays" rows="2" dir="ltr" spellcheck={false} value={relays.join("\n")} />
                <span class="hint">{say("settings.relays.hint")}</span>
              </label>
            </Form>
          </section>
          <Blocked />
          <OutboxList />
          <section class="card stack">
            <h2>{say("privacy.title")}</h2>
            <p>{say("privacy.lead")}</p>
            <div class="row">
              <a class="button" href={writePlace({ view: "privacy" })}>
                {say("privacy.open")}
              </a>
            </div>
          </section>
          <section class="card stack">
            <h2>{say("settings.leave")}</h2>
            <p class="hint">{say("settings.leave.hint")}</p>
            <div class="row">
              <button type="button" onClick={() => props.onLeave()}>
                {say("settings.leave.go")}
              </button>
            </div>
          </section>
        </div>
      </div>
    </section>
  );
}

function Blocked(): JSX.Element {
  const { say } = useApp();
  const { notes } = useOpened();
  const nameOf = useNames();
  const kept = watch(notes.live);
  return (
    <Show when={blockedIn(kept()).length > 0}>
      <section class="card stack">
        <h2>{say("settings.blocked")}</h2>
        <ul class="stack tight">
          <For each={blockedIn(kept())}>
            {(person) => (
              <li class="row">
                <bdi class="grow">{nameOf(person)}</bdi>
                <button type="button" onClick={() => void notes.block(person, false)}>
                  {say("settings.unblock")}
                </button>
              </li>
            )}
          </For>
        </ul>
      </section>
    </Show>
  );
}

function Appearance(): JSX.Element {
  const { say, preferences, prefer } = useApp();
  const notifications = async (wanted: boolean): Promise<void> => {
    const allowed = wanted && "Notification" in window ? await Notification.requestPermission() : "denied";
    prefer({ notifications: wanted && allowed === "granted" });
  };
  return (
    <section class="card stack">
      <h2>{say("settings.look")}</h2>
      <LanguageChoice />
      <label>
        {say("settings.theme")}
        <select
          value={preferences().theme}
          onChange={(event) => prefer({ theme: event.currentTarget.value as Preferences["theme"] })}
        >
          <For each={THEMES}>{(theme) => <option value={theme}>{say(`settings.theme.${theme}`)}</option>}</For>
        </select>
      </label>
      <label>
        {say("settings.size")}
        <select
          value={preferences().textSize}
          onChange={(event) => prefer({ textSize: event.currentTarget.value as Preferences["textSize"] })}
        >
          <For each={TEXT_SIZES}>{(size) => <option value={size}>{say(`settings.size.${size}`)}</option>}</For>
        </select>
      </label>
      <label class="check">
        <input
          type="checkbox"
          checked={preferences().motion === "reduced"}
          onChange={(event) => prefer({ motion: event.currentTarget.checked ? "reduced" : "system" })}
        />
        {say("settings.motion")}
      </label>
      <Show when={"Notification" in window}>
        <label class="check">
          <input
            type="checkbox"
            checked={preferences().notifications}
            onChange={(event) => void notifications(event.currentTarget.checked)}
          />
          <span>
            {say("settings.notifications")} <span class="hint">{say("settings.notifications.hint")}</span>
          </span>
        </label>
      </Show>
    </section>
  );
}
