/** Everybody one is in touch with, whoever asks to be, and beside them the conversation that was chosen. */
import type { Acquainted } from "@subrosa/client/session/contacts";
import type { PubkeyHex } from "@subrosa/core/bytes";
import { createMemo, createSignal, For, type JSX, Match, Show, Switch } from "solid-js";
import { isBlocked } from "../account/notes.ts";
import { useOpened } from "../account/opened.ts";
import { createMinute, useApp } from "../frame/app.ts";
import { Avatar } from "../frame/avatar.tsx";
import { Icon, Rose } from "../frame/icons.tsx";
import { writePlace } from "../frame/route.ts";
import { shortTime } from "../frame/time.ts";
import { watch } from "../frame/watch.ts";
import { excerpt, type Line } from "../talk/line.ts";
import { Add } from "./add.tsx";
import { isFound } from "./find.ts";
import { lastOf, linesOf } from "./lines.ts";
import { useNames } from "./names.ts";
import { Person } from "./person.tsx";
import { SearchField } from "./search-field.tsx";
import { useMarks } from "./unread.ts";

interface Row {
  readonly person: PubkeyHex;
  readonly acquainted: Acquainted;
  readonly last: Line | undefined;
}

export function People(): JSX.Element {
  const { say, place } = useApp();
  const { session } = useOpened();
  const person = (): string | undefined => {
    const at = place();
    return at.view === "person" ? at.id : undefined;
  };
  const invitation = (): string | undefined => {
    const at = place();
    return at.view === "add" ? at.text : undefined;
  };
  return (
    <main class="main split" classList={{ chosen: person() !== undefined || invitation() !== undefined }}>
      <section class="list" aria-label={say("nav.people")}>
        <header>
          <h1 tabindex="-1" data-focus={place().view === "people" ? "" : undefined}>
            {say("nav.people")}
          </h1>
          <a class="button" href={writePlace({ view: "add", text: "new" })}>
            <Icon name="plus" />
            {say("people.add")}
          </a>
        </header>
        <Show when={session.contacts} fallback={<p class="banner">{say("lacks.contacts")}</p>}>
          <Contacts chosen={person()} />
        </Show>
      </section>
      <Switch
        fallback={
          <section class="pane">
            <div class="empty">
              <Rose />
              <p>{say("people.choose")}</p>
            </div>
          </section>
        }
      >
        <Match when={invitation()}>{(text) => <Add text={text()} />}</Match>
        <Match when={person()} keyed>
          {(id) => <Person person={id as PubkeyHex} />}
        </Match>
      </Switch>
    </main>
  );
}

function Contacts(props: { readonly chosen: string | undefined }): JSX.Element {
  const { say } = useApp();
  const { session, notes } = useOpened();
  const nameOf = useNames();
  // Safety: shown only where there are contacts.
  const contacts = watch(session.contacts!.contacts);
  const kept = watch(notes.live);
  const [sought, setSought] = createSignal("");
  const rows = createMemo((): readonly Row[] =>
    [...contacts()]
      .filter(([person]) => !isBlocked(kept(), person))
      .filter(([person, { messages }]) => {
        return isFound(sought(), [nameOf(person), ...[...messages.values()].map(({ text }) => text)]);
      })
      .map(([person, acquainted]) => ({ person, acquainted, last: lastOf(acquainted) }))
      .filter(({ acquainted }) => acquainted.acquaintance.relation.kind !== "none")
      .sort((a, b) => (b.last?.at ?? 0) - (a.last?.at ?? 0)),
  );
  const asking = () => rows().filter(({ acquainted }) => acquainted.acquaintance.relation.kind === "requested-by-peer");
  const others = () => rows().filter((row) => !asking().includes(row));
  return (
    <>
      <Show when={contacts().size > 0}>
        <SearchField onSearch={setSought} />
      </Show>
      <Show
        when={rows().length > 0}
        fallback={
          <div class="empty">
            <p>{say(sought() === "" ? "people.none" : "search.none")}</p>
          </div>
        }
      >
        <Show when={asking().length > 0}>
          <h2 class="small rows-title">{say("people.asking", { n: asking().length })}</h2>
          <Rows rows={asking()} chosen={props.chosen} />
        </Show>
        <Rows rows={others()} chosen={props.chosen} />
      </Show>
    </>
  );
}

function Rows(props: { readonly rows: readonly Row[]; readonly chosen: string | undefined }): JSX.Element {
  const { say, language } = useApp();
  const nameOf = useNames();
  const now = createMinute();
  const { unreadIn } = useMarks();
  const { me } = useOpened();
  const unreadOf = (person: PubkeyHex): number => unreadIn(person, linesOf(rowOf(person)?.acquainted, me));
  const people = createMemo(() => props.rows.map(({ person }) => person));
  const rowOf = (person: PubkeyHex): Row | undefined => props.rows.find((row) => row.person === person);
  const said = (row: Row | undefined): string => {
    if (row?.last !== undefined) return `${row.last.isMine ? `${say("you")}: ` : ""}${excerpt(row.last.text)}`;
    const relation = row?.acquainted.acquaintance.relation.kind;
    if (relation === "requested-by-peer") return excerpt(row?.acquainted.words ?? "") || say("person.asks.short");
    if (relation === "requested") return say("person.waiting.short");
    return relation === "active" ? say("person.active.short") : say("person.over.short");
  };
  return (
    <ul class="rows">
      <For each={people()}>
        {(person) => (
          <li>
            <a
              href={writePlace({ view: "person", id: person })}
              aria-current={props.chosen === person ? "true" : undefined}
            >
              <Avatar of={person} />
              <span class="grow">
                <bdi class="name">{nameOf(person)}</bdi>
                <bdi class="last">{said(rowOf(person))}</bdi>
              </span>
              <span class="stack tight">
                <Show when={rowOf(person)?.last}>
                  {(last) => <time>{shortTime(last().at, now(), language())}</time>}
                </Show>
                <Show when={unreadOf(person) > 0}>
                  <span class="count">
                    {unreadOf(person)} <span class="unseen">{say("unread", { n: unreadOf(person) })}</span>
                  </span>
                </Show>
              </span>
            </a>
          </li>
        )}
      </For>
    </ul>
  );
}
