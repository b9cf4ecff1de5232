/** What a group is and who is in it: invite, name, roles, remove, leave, hand over, relays, and what relays can see. */
import type { GroupMember, GroupView } from "@subrosa/client/session/group-view";
import type { EventId } from "@subrosa/core/bytes";
import { createSignal, For, type JSX, Show } from "solid-js";
import { linkTo } from "../account/invite-link.ts";
import { useOpened } from "../account/opened.ts";
import { useApp } from "../frame/app.ts";
import { Avatar } from "../frame/avatar.tsx";
import { Copy } from "../frame/copy.tsx";
import { Dialog } from "../frame/dialog.tsx";
import { createAct, Form, textOf } from "../frame/form.tsx";
import { QrCode } from "../frame/qr.tsx";
import { reasonIn } from "../frame/reasons.ts";
import { watch } from "../frame/watch.ts";
import { useNames } from "../people/names.ts";
import { tidyName } from "../talk/line.ts";
import { Pane } from "../talk/pane.tsx";
import { Words } from "../talk/words.tsx";
import { WhatRelaysSee } from "./what-relays-see.tsx";

export function GroupAbout(props: { readonly id: EventId }): JSX.Element {
  const { say } = useApp();
  const { session } = useOpened();
  const view = session.groups === undefined ? () => undefined : watch(session.groups.group(props.id));
  return (
    <Show when={view()} fallback={<p class="banner">{say("why.unknown-group")}</p>}>
      {(group) => <About group={group()} />}
    </Show>
  );
}

function About(props: { readonly group: GroupView }): JSX.Element {
  const { say, go } = useApp();
  const { session } = useOpened();
  const { busy, error, run } = createAct();
  // Safety: shown only where there are groups.
  const groups = session.groups!;
  const { id } = props.group;
  const isOwner = (): boolean => props.group.phase === "owner";
  const isInside = (): boolean => ["member", "admin", "owner"].includes(props.group.phase);
  const name = (): string => tidyName(props.group.info?.name ?? "") || say("group.nameless");
  const invite = (): string | undefined => {
    const text = groups.invite(id);
    return text === undefined ? undefined : linkTo({ view: "join", text });
  };
  const act = (what: () => Promise<string | undefined>): void => {
    void run(async () => {
      const ignored = await what();
      return ignored && reasonIn(say, ignored);
    });
  };
  return (
    <Pane title={name()} back={{ view: "group", id }}>
      <Show when={props.group.info?.about}>{(about) => <Words text={about()} />}</Show>
      <p class="hint">{say("kind.group.sentence")}</p>
      <Show when={error()}>
        <p class="error" role="alert">
          {error()}
        </p>
      </Show>

      <Show when={isInside() && invite()}>
        {(link) => (
          <section class="stack">
            <h2>{say("group.invite")}</h2>
            <p>{say("group.invite.hint")}</p>
            <QrCode text={link()} label={say("group.invite.code")} />
            <Copy text={link()} label={say("group.invite.link")} />
          </section>
        )}
      </Show>

      <section class="stack tight">
        <h2>{say("group.members", { n: props.group.members.length })}</h2>
        <ul class="stack tight">
          <For each={props.group.members}>
            {(member) => <Member member={member} group={props.group} act={act} busy={busy()} />}
          </For>
        </ul>
      </section>

      <Show when={isOwner()}>
        <details>
          <summary>{say("group.edit")}</summary>
          <Form
            label={say("save")}
            act={async (fields) => {
              const relays = textOf(fields, "relays")
                .split(/\s+/)
                .filter((each) => each !== "");
              const info = { name: textOf(fields, "name"), about: textOf(fields, "about"), relays };
              const ignored = await groups.rename(id, info);
              return ignored && reasonIn(say, ignored);
            }}
          >
            <label>
              {say("group.name")}
              <input name="name" required maxlength="100" dir="auto" value={props.group.info?.name ?? ""} />
            </label>
            <label>
              {say("group.about-words")}
              <textarea name="about" rows="2" maxlength="2000" dir="auto" value={props.group.info?.about ?? ""} />
            </label>
            <label>
              {say("group.relays")}
              <textarea name="relays" rows="2" dir="ltr" spellcheck={false} value={props.group.relays.join("\n")} />
              <span class="hint">{say("group.relays.hint")}</span>
            </label>
          </Form>
        </details>
        <div class="stack tight">
          <p class="hint">{say("group.rotate.hint")}</p>
          <div class="row">
            <button type="button" disabled={busy()} onClick={() => act(() => groups.rotate(id))}>
              {say("group.rotate")}
            </button>
          </div>
        </div>
      </Show>

      <WhatRelaysSee kind="group" relays={props.group.relays} />

      <Show when={isInside()}>
        <section class="stack tight">
          <p class="hint">{say(isOwner() ? "group.leave.owner" : "group.leave.hint")}</p>
          <div class="row">
            <button
              type="button"
              class="grave"
              disabled={busy()}
              onClick={() =>
                act(async () => {
                  const ignored = await groups.leave(id);
                  if (ignored === undefined) go({ view: "group", id });
                  return ignored;
                })
              }
            >
              {say("group.leave")}
            </button>
          </div>
        </section>
      </Show>
    </Pane>
  );
}

interface MemberProps {
  readonly member: GroupMember;
  readonly group: GroupView;
  readonly act: (what: () => Promise<string | undefined>) => void;
  readonly busy: boolean;
}

function Member(props: MemberProps): JSX.Element {
  const { say } = useApp();
  const { session, me } = useOpened();
  const nameOf = useNames();
  const [asks, setAsks] = createSignal<"remove" | "hand-over">();
  const groups = session.groups!;
  const { id } = props.group;
  const { person } = props.member;
  const mayChange = (): boolean => props.group.phase === "owner" && person !== me;
  const sure = (): void => {
    const what = asks();
    setAsks(undefined);
    if (what === "remove") props.act(() => groups.remove(id, person));
    if (what === "hand-over") props.act(() => groups.transfer(id, person));
  };
  return (
    <li class="card row">
      <Avatar of={person} tiny />
      <span class="grow">
        <bdi>{nameOf(person)}</bdi> <span class="chip">{say(`role.${props.member.role}`)}</span>
        <Show when={props.member.isLeaving}>
          <span class="chip wait">{say("role.leaving")}</span>
        </Show>
      </span>
      <Show when={mayChange()}>
        <Show when={props.member.isLeaving}>
          <button type="button" disabled={props.busy} onClick={() => props.act(() => groups.putBack(id, person))}>
            {say("member.put-back")}
          </button>
        </Show>
        <button
          type="button"
          class="plain"
          disabled={props.busy}
          onClick={() =>
            props.act(() => groups.promote(id, person, props.member.role === "admin" ? "member" : "admin"))
          }
        >
          {say(props.member.role === "admin" ? "member.demote" : "member.promote")}
        </button>
        <button type="button" class="plain" disabled={props.busy} onClick={() => setAsks("hand-over")}>
          {say("member.hand-over")}
        </button>
        <button type="button" class="plain" disabled={props.busy} onClick={() => setAsks("remove")}>
          {say("member.remove")}
        </button>
      </Show>
      <Show when={asks()}>
        {(what) => (
          <Dialog title={say(`member.${what()}`)} onClose={() => setAsks(undefined)}>
            <p>{say(`member.${what()}.sure`, { name: nameOf(person) })}</p>
            <div class="row">
              <button type="button" class="main" onClick={sure}>
                {say(`member.${what()}`)}
              </button>
              <button type="button" onClick={() => setAsks(undefined)}>
                {say("cancel")}
              </button>
            </div>
          </Dialog>
        )}
      </Show>
    </li>
  );
}
