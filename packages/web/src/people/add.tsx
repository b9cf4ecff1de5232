/** Finding each other: one's own link and code to show, and a place for the other's. */
import { createSignal, type JSX, Show } from "solid-js";
import { linkTo, readCard, readInviteText, writeCard } from "../account/invite-link.ts";
import { useOpened } from "../account/opened.ts";
import { useApp } from "../frame/app.ts";
import { Copy } from "../frame/copy.tsx";
import { Form, textOf } from "../frame/form.tsx";
import { Icon } from "../frame/icons.tsx";
import { QrCode } from "../frame/qr.tsx";
import { reasonIn } from "../frame/reasons.ts";
import { writePlace } from "../frame/route.ts";
import { shortKey } from "./names.ts";

/** `text`: what a link brought, or "new". */
export function Add(props: { readonly text: string }): JSX.Element {
  const { say, go } = useApp();
  const { session, notes, me, relays, curve } = useOpened();
  const card = () => (props.text === "new" ? undefined : readCard(props.text, curve));
  const [tab, setTab] = createSignal<"theirs" | "mine">("theirs");
  const own = (): string =>
    linkTo({ view: "add", text: writeCard({ person: me, relays, name: notes.setting("name") ?? "" }) });
  const ask = async (fields: FormData): Promise<string | undefined> => {
    const given = card() === undefined ? textOf(fields, "who") : props.text;
    const invite = readInviteText(given);
    if (invite !== undefined) {
      go({ view: "join", text: invite });
      return undefined;
    }
    const found = readCard(given, curve);
    if (found === undefined) return say("add.unknown");
    if (found.person === me) return say("add.yourself");
    const name = textOf(fields, "name") || found.name;
    if (name !== "") await notes.call(found.person, name);
    const ignored = await session.contacts?.request(found.person, textOf(fields, "words"));
    if (ignored !== undefined) return reasonIn(say, ignored);
    go({ view: "person", id: found.person });
    return undefined;
  };
  return (
    <section class="pane">
      <header>
        <a class="back button icon" href={writePlace({ view: "people" })} aria-label={say("back")}>
          <Icon name="back" />
        </a>
        <h1 tabindex="-1" data-focus="">
          {say("add.title")}
        </h1>
      </header>
      <div class="page">
        <div class="stack">
          <fieldset class="row" aria-label={say("add.title")}>
            <button
              type="button"
              aria-pressed={tab() === "theirs"}
              class={tab() === "theirs" ? "main" : ""}
              onClick={() => setTab("theirs")}
            >
              {say("add.theirs")}
            </button>
            <button
              type="button"
              aria-pressed={tab() === "mine"}
              class={tab() === "mine" ? "main" : ""}
              onClick={() => setTab("mine")}
            >
              {say("add.mine")}
            </button>
          </fieldset>
          <Show
            when={tab() === "theirs"}
            fallback={
              <>
                <p>{say("add.mine.hint")}</p>
                <QrCode text={own()} label={say("add.mine.code")} />
                <Copy text={own()} label={say("add.mine.link")} />
                <p class="hint">{say("add.mine.privacy")}</p>
              </>
            }
          >
            <Form act={ask} label={say("add.ask")}>
              <Show
                when={card()}
                fallback={
                  <label>
                    {say("add.who")}
                    <textarea name="who" rows="3" required dir="ltr" spellcheck={false} />
                    <span class="hint">{say("add.who.hint")}</span>
                  </label>
                }
              >
                {(found) => <p class="lead">{say("add.found", { name: found().name || shortKey(found().person) })}</p>}
              </Show>
              <label>
                {say("person.name")}
                <input name="name" maxlength="64" value={card()?.name ?? ""} />
                <span class="hint">{say("person.name.hint")}</span>
              </label>
              <label>
                {say("add.words")}
                <textarea name="words" rows="2" maxlength="2000" dir="auto" />
                <span class="hint">{say("add.words.hint")}</span>
              </label>
              <p class="hint">
                <Icon name="lock" /> {say("add.privacy")}
              </p>
            </Form>
          </Show>
        </div>
      </div>
    </section>
  );
}
