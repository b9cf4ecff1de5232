/** Every conversation of more than two: anonymous groups, encrypted channels, and invitations that wait. */
import type { ChannelSummary } from "@subrosa/client/session/channel-view";
import type { GroupSummary } from "@subrosa/client/session/group-view";
import type { EventId, PubkeyHex } from "@subrosa/core/bytes";
import { createMemo, createSignal, For, type JSX, Match, Show, Switch } from "solid-js";
import { useOpened } from "../account/opened.ts";
import { createMinute, useApp } from "../frame/app.ts";
import { Avatar } from "../frame/avatar.tsx";
import { Icon, Rose } from "../frame/icons.tsx";
import { type Place, writePlace } from "../frame/route.ts";
import { shortTime } from "../frame/time.ts";
import { watch } from "../frame/watch.ts";
import { isFound } from "../people/find.ts";
import { useNames } from "../people/names.ts";
import { SearchField } from "../people/search-field.tsx";
import { useMarks } from "../people/unread.ts";
import { excerpt, tidyName } from "../talk/line.ts";
import { ChannelTalk } from "./channel.tsx";
import { ChannelAbout } from "./channel-about.tsx";
import { GroupTalk } from "./group.tsx";
import { GroupAbout } from "./group-about.tsx";
import { Invitation } from "./invitation.tsx";
import { Join } from "./join.tsx";
import { NewGroup } from "./new-group.tsx";

interface Row {
  readonly id: EventId;
  readonly place: Place;
  readonly kind: "group" | "channel";
  readonly name: string;
  readonly last: { readonly author: PubkeyHex; readonly at: number; readonly text: string } | undefined;
  readonly waiting: number;
}

export function Groups(): JSX.Element {
  const { say, place } = useApp();
  const idIn = (view: Place["view"]): EventId | undefined => {
    const at = place();
    return at.view === view && "id" in at ? (at.id as EventId) : undefined;
  };
  const chosen = (): EventId | undefined =>
    idIn("group") ?? idIn("group-about") ?? idIn("channel") ?? idIn("channel-about");
  const joining = (): string | undefined => {
    const at = place();
    return at.view === "join" ? at.text : undefined;
  };
  return (
    <main class="main split" classList={{ chosen: place().view !== "groups" }}>
      <section class="list" aria-label={say("nav.groups")}>
        <header>
          <h1 tabindex="-1" data-focus={place().view === "groups" ? "" : undefined}>
            {say("nav.groups")}
          </h1>
          <a class="button" href={writePlace({ view: "new-group" })}>
            <Icon name="plus" />
            {say("groups.new")}
          </a>
        </header>
        <List chosen={chosen()} />
      </section>
      <Switch
        fallback={
          <section class="pane">
            <div class="empty">
              <Rose />
              <p>{say("groups.choose")}</p>
            </div>
          </section>
        }
      >
        <Match when={place().view === "new-group"}>
          <NewGroup />
        </Match>
        <Match when={joining()}>{(text) => <Join text={text()} />}</Match>
        <Match when={idIn("group")} keyed>
          {(id) => <GroupTalk id={id} />}
        </Match>
        <Match when={idIn("group-about")} keyed>
          {(id) => <GroupAbout id={id} />}
        </Match>
        <Match when={idIn("channel")} keyed>
          {(id) => <ChannelTalk id={id} />}
        </Match>
        <Match when={idIn("channel-about")} keyed>
          {(id) => <ChannelAbout id={id} />}
        </Match>
      </Switch>
    </main>
  );
}

function List(props: { readonly chosen: string | undefined }): JSX.Element {
  const { say } = useApp();
  const { session } = useOpened();
  const groups = session.groups === undefined ? () => new Map<EventId, GroupSummary>() : watch(session.groups.list);
  const channels =
    session.channels === undefined ? () => new Map<EventId, ChannelSummary>() : watch(session.channels.list);
  const [sought, setSought] = createSignal("");
  const saidIn = ({ id, kind }: Row): readonly string[] => {
    const entries =
      kind === "group" ? session.groups?.group(id).current?.entries : session.channels?.channel(id).current?.entries;
    return (entries ?? []).map(({ text }) => text);
  };
  const rows = createMemo((): readonly Row[] => {
    const all: Row[] = [...groups().values()].map(({ id, name, last, requests }) => {
      const place: Place = { view: "group", id };
      return { id, place, kind: "group", name: tidyName(name), last, waiting: requests };
    });
    for (const { id, name, last, kind } of channels().values()) {
      if (kind === "invited") continue;
      all.push({ id, place: { view: "channel", id }, kind: "channel", name: tidyName(name), last, waiting: 0 });
    }
    return all
      .filter((row) => sought() === "" || isFound(sought(), [row.name, ...saidIn(row)]))
      .sort((a, b) => (b.last?.at ?? 0) - (a.last?.at ?? 0));
  });
  const ids = createMemo(() => rows().map(({ id }) => id));
  const invitations = createMemo(() => [...channels().values()].flatMap((each) => each.invitations));
  return (
    <>
      <Show when={session.groups === undefined}>
        <p class="banner">{say("lacks.groups")}</p>
      </Show>
      <For each={invitations()}>{(invitation) => <Invitation invitation={invitation} />}</For>
      <Show when={groups().size + channels().size > 0}>
        <SearchField onSearch={setSought} />
      </Show>
      <Show
        when={rows().length > 0}
        fallback={
          <div class="empty">
            <p>{say(sought() === "" ? "groups.none" : "search.none")}</p>
          </div>
        }
      >
        <ul class="rows">
          <For each={ids()}>
            {(id) => (
              <Show when={rows().find((row) => row.id === id)}>
                {(row) => <RowOf row={row()} isChosen={props.chosen === id} />}
              </Show>
            )}
          </For>
        </ul>
      </Show>
    </>
  );
}

function RowOf(props: { readonly row: Row; readonly isChosen: boolean }): JSX.Element {
  const { say, language } = useApp();
  const { me } = useOpened();
  const nameOf = useNames();
  const now = createMinute();
  const { unreadIn } = useMarks();
  const said = (): string => {
    const { last, kind } = props.row;
    if (last === undefined) return say(kind === "group" ? "kind.group" : "kind.channel");
    return `${nameOf(last.author)}: ${excerpt(last.text)}`;
  };
  const fresh = (): number => {
    const { last, waiting, id } = props.row;
    return waiting + (last === undefined ? 0 : unreadIn(id, [{ at: last.at, isMine: last.author === me }]));
  };
  return (
    <li>
      <a href={writePlace(props.row.place)} aria-current={props.isChosen ? "true" : undefined}>
        <Avatar of={props.row.id} />
        <span class="grow">
          <bdi class="name">{props.row.name || say("group.nameless")}</bdi>
          <bdi class="last">{said()}</bdi>
        </span>
        <span class="stack tight">
          <Show when={props.row.last}>{(last) => <time>{shortTime(last().at, now(), language())}</time>}</Show>
          <Show when={fresh() > 0}>
            <span class="count">
              {fresh()} <span class="unseen">{say("unread", { n: fresh() })}</span>
            </span>
          </Show>
        </span>
      </a>
    </li>
  );
}
