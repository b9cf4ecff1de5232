/** One person: who he is to us, what was said, and what one can do about it. */
import type { Acquainted } from "@subrosa/client/session/contacts";
import type { PubkeyHex } from "@subrosa/core/bytes";
import { createMemo, createSignal, type JSX, Match, Show, Switch } from "solid-js";
import { useOpened } from "../account/opened.ts";
import { useApp } from "../frame/app.ts";
import { Avatar } from "../frame/avatar.tsx";
import { createAct, Form, textOf } from "../frame/form.tsx";
import { Icon } from "../frame/icons.tsx";
import { reasonIn } from "../frame/reasons.ts";
import { writePlace } from "../frame/route.ts";
import { watch } from "../frame/watch.ts";
import { type Aim, Composer } from "../talk/composer.tsx";
import { tidyName } from "../talk/line.ts";
import { Talk } from "../talk/talk.tsx";
import { Words } from "../talk/words.tsx";
import { linesOf } from "./lines.ts";
import { useNames } from "./names.ts";
import { PersonCard } from "./person-card.tsx";
import { useMarks } from "./unread.ts";

export function Person(props: { readonly person: PubkeyHex }): JSX.Element {
  const { say } = useApp();
  const { session, notes } = useOpened();
  const nameOf = useNames();
  const contacts =
    session.contacts === undefined ? () => new Map<PubkeyHex, Acquainted>() : watch(session.contacts.contacts);
  const acquainted = (): Acquainted | undefined => contacts().get(props.person);
  const relation = () => acquainted()?.acquaintance.relation.kind ?? "none";
  const [showsCard, setShowsCard] = createSignal(false);
  const { busy, error, run } = createAct();
  const answer = (kind: "accept" | "reject" | "remove"): void => {
    const { contacts: correspondence } = session;
    if (correspondence === undefined) return;
    void run(async () => {
      const ignored = await correspondence.answer(props.person, kind);
      return ignored && reasonIn(say, ignored);
    });
  };
  return (
    <section class="pane" aria-label={nameOf(props.person)}>
      <header>
        <a class="back button icon" href={writePlace({ view: "people" })} aria-label={say("back")}>
          <Icon name="back" />
        </a>
        <Avatar of={props.person} />
        <h1 class="grow" tabindex="-1" data-focus="">
          <bdi>{nameOf(props.person)}</bdi>
        </h1>
        <button type="button" class="icon" aria-label={say("person.about")} onClick={() => setShowsCard(true)}>
          <Icon name="info" />
        </button>
      </header>
      <Show when={showsCard()}>
        <PersonCard
          person={props.person}
          mayRemove={relation() === "active"}
          onRemove={() => answer("remove")}
          onClose={() => setShowsCard(false)}
        />
      </Show>
      <Show when={error()}>
        <p class="banner grave" role="alert">
          {error()}
        </p>
      </Show>
      <Switch fallback={<Over person={props.person} kind={relation()} />}>
        <Match when={relation() === "requested-by-peer"}>
          <div class="talk stack">
            <p class="lead">{say("person.asks", { name: nameOf(props.person) })}</p>
            <Show when={acquainted()?.words}>
              {(words) => <blockquote class="card">{<Words text={words()} />}</blockquote>}
            </Show>
            <p class="hint">{say("person.asks.hint")}</p>
            <Form
              label={say("person.accept")}
              act={async (fields) => {
                const name = tidyName(textOf(fields, "name"));
                if (name !== "") await notes.call(props.person, name);
                answer("accept");
                return undefined;
              }}
              beside={
                <button type="button" disabled={busy()} onClick={() => answer("reject")}>
                  {say("person.ignore")}
                </button>
              }
            >
              <label>
                {say("person.name")}
                <input name="name" maxlength="64" dir="auto" />
                <span class="hint">{say("person.name.hint")}</span>
              </label>
            </Form>
          </div>
        </Match>
        <Match when={relation() === "requested"}>
          <div class="talk stack">
            <p class="lead">{say("person.waiting", { name: nameOf(props.person) })}</p>
            <p class="hint">{say("person.waiting.hint")}</p>
          </div>
        </Match>
        <Match when={relation() === "active"}>
          <Conversation person={props.person} acquainted={acquainted()} />
        </Match>
      </Switch>
    </section>
  );
}

/** Nobody speaks here now; what was said stays readable. */
function Over(props: { readonly person: PubkeyHex; readonly kind: string }): JSX.Element {
  const { say } = useApp();
  const nameOf = useNames();
  return (
    <div class="talk stack">
      <p class="lead">
        {say(
          props.kind === "removed"
            ? "person.removed"
            : props.kind === "rejected"
              ? "person.rejected"
              : "person.stranger",
          { name: nameOf(props.person) },
        )}
      </p>
      <div class="row">
        <a class="button" href={writePlace({ view: "add", text: props.person })}>
          {say("person.ask-again")}
        </a>
      </div>
    </div>
  );
}

function Conversation(props: { readonly person: PubkeyHex; readonly acquainted: Acquainted | undefined }): JSX.Element {
  const { say } = useApp();
  const { session, me } = useOpened();
  const nameOf = useNames();
  const { sawUntil, draftOf, keepDraft } = useMarks();
  const [aim, setAim] = createSignal<Aim>();
  const lines = createMemo(() => linesOf(props.acquainted, me));
  return (
    <>
      <Talk
        label={say("talk.with", { name: nameOf(props.person) })}
        me={me}
        lines={lines()}
        nameOf={nameOf}
        acts={{ reply: (line) => setAim({ kind: "reply", line }) }}
        empty={say("person.begin", { name: nameOf(props.person) })}
        onSeen={(last) => sawUntil(props.person, last)}
      />
      <Composer
        label={say("talk.write", { name: nameOf(props.person) })}
        of={props.person}
        aim={aim()}
        onAim={setAim}
        nameOf={nameOf}
        draft={draftOf(props.person)}
        onDraft={(text) => keepDraft(props.person, text)}
        send={async ({ text, aim: at }) => {
          const ignored = await session.contacts?.say(props.person, text, at?.line.id);
          return ignored && reasonIn(say, ignored);
        }}
      />
    </>
  );
}
