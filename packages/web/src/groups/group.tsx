/** A group as one talks in it: its banner, who asks to come in, what was said, and where one writes. */
import type { GroupView } from "@subrosa/client/session/group-view";
import type { EventId } from "@subrosa/core/bytes";
import { createMemo, createSignal, type JSX, Show } from "solid-js";
import { useOpened } from "../account/opened.ts";
import { useApp } from "../frame/app.ts";
import { Avatar } from "../frame/avatar.tsx";
import { createAct } from "../frame/form.tsx";
import { Icon } from "../frame/icons.tsx";
import { reasonIn } from "../frame/reasons.ts";
import { writePlace } from "../frame/route.ts";
import { watch } from "../frame/watch.ts";
import { useNames } from "../people/names.ts";
import { useMarks } from "../people/unread.ts";
import { type Aim, Composer, type Written } from "../talk/composer.tsx";
import { Delivery } from "../talk/delivery.tsx";
import { useFiles } from "../talk/files.ts";
import { type Line, tidyName } from "../talk/line.ts";
import { Talk } from "../talk/talk.tsx";
import type { TalkActs } from "../talk/talk-acts.ts";
import { GroupBanner } from "./group-banner.tsx";
import { Requests } from "./requests.tsx";
import { Working } from "./working.tsx";

export function GroupTalk(props: { readonly id: EventId }): JSX.Element {
  const { say } = useApp();
  const { session } = useOpened();
  const view = session.groups === undefined ? () => undefined : watch(session.groups.group(props.id));
  return (
    <Show when={view()} fallback={<p class="banner">{say("why.unknown-group")}</p>}>
      {(group) => <Open group={group()} />}
    </Show>
  );
}

function Open(props: { readonly group: GroupView }): JSX.Element {
  const { say } = useApp();
  const { session, me } = useOpened();
  const nameOf = useNames();
  const { sawUntil, draftOf, keepDraft } = useMarks();
  const { error, run } = createAct();
  const [aim, setAim] = createSignal<Aim>();
  // Safety: shown only where there are groups.
  const groups = session.groups!;
  const { id } = props.group;
  const name = (): string => tidyName(props.group.info?.name ?? "") || say("group.nameless");
  const lines = createMemo(() => props.group.entries.map((entry): Line => ({ ...entry, isMine: entry.author === me })));
  const keepsOrder = (): boolean => props.group.phase === "owner" || props.group.phase === "admin";
  const act = (what: () => Promise<string | undefined>): void => {
    void run(async () => {
      const ignored = await what();
      return ignored && reasonIn(say, ignored);
    });
  };
  const files = useFiles();
  const openFile: NonNullable<TalkActs["openFile"]> = async ({ file }) => file && files.open(file);
  const acts = (): TalkActs => {
    if (!props.group.mayWrite) return { openFile };
    const own: TalkActs = {
      openFile,
      reply: (line) => setAim({ kind: "reply", line }),
      react: (line, reaction) => act(() => groups.react(id, line.id, reaction)),
      edit: (line) => setAim({ kind: "edit", line }),
      remove: (line) => act(() => groups.delete(id, line.id)),
    };
    if (!keepsOrder()) return own;
    return {
      ...own,
      pin: (line) => act(() => groups.moderate(id, { act: line.pinned ? "unpin" : "pin", target: line.id })),
      hide: (line) => act(() => groups.moderate(id, { act: "hide", target: line.id })),
    };
  };
  const send = async ({ text, aim: at, disappearsAfter }: Written): Promise<string | undefined> => {
    const ignored =
      at?.kind === "edit"
        ? await groups.edit(id, at.line.id, text)
        : await groups.say(id, {
            text,
            ...(at === undefined ? {} : { reply: at.line.id }),
            ...(disappearsAfter === undefined ? {} : { disappearsAfter }),
          });
    return ignored && reasonIn(say, ignored);
  };
  return (
    <section class="pane" aria-label={name()}>
      <header>
        <a class="back button icon" href={writePlace({ view: "groups" })} aria-label={say("back")}>
          <Icon name="back" />
        </a>
        <Avatar of={id} />
        <span class="grow">
          <h1 tabindex="-1" data-focus="">
            <bdi>{name()}</bdi>
          </h1>
          <span class="quiet small">{say("group.members", { n: props.group.members.length })}</span>
        </span>
        <a class="button" href={writePlace({ view: "group-about", id })}>
          <Icon name="info" />
          {say("group.about")}
        </a>
      </header>
      <GroupBanner group={props.group} act={act} />
      <Working id={id} />
      <Show when={error()}>
        <p class="above error" role="alert">
          {error()}
        </p>
      </Show>
      <Requests group={props.group} act={act} />
      <Talk
        label={say("talk.in", { name: name() })}
        me={me}
        lines={lines()}
        nameOf={nameOf}
        acts={acts()}
        empty={say(props.group.mayWrite ? "group.begin" : "group.nothing")}
        onSeen={(last) => sawUntil(id, last)}
        delivery={(line) => (line.isMine ? <Delivery id={line.id} /> : undefined)}
      />
      <Show when={props.group.mayWrite}>
        <Composer
          label={say("talk.write", { name: name() })}
          of={id}
          aim={aim()}
          onAim={setAim}
          nameOf={nameOf}
          draft={draftOf(id)}
          onDraft={(text) => keepDraft(id, text)}
          mayDisappear
          send={send}
          sendFile={(file) =>
            files.send(file, async (descriptor) => {
              const ignored = await groups.sendFile(id, descriptor);
              return ignored && reasonIn(say, ignored);
            })
          }
        />
      </Show>
    </section>
  );
}
