/** How much waits in each place: messages not read yet, and people who ask. */
import type { Acquainted } from "@subrosa/client/session/contacts";
import type { EventId, PubkeyHex } from "@subrosa/core/bytes";
import { createMemo, type JSX, Show } from "solid-js";
import { useOpened } from "./account/opened.ts";
import { useApp } from "./frame/app.ts";
import type { sectionOf } from "./frame/route.ts";
import { watch } from "./frame/watch.ts";
import { linesOf } from "./people/lines.ts";
import { useMarks } from "./people/unread.ts";

export function Unread(props: { readonly section: ReturnType<typeof sectionOf> }): JSX.Element {
  const { say } = useApp();
  const { session, me } = useOpened();
  const { unreadIn } = useMarks();
  const contacts =
    session.contacts === undefined ? () => new Map<PubkeyHex, Acquainted>() : watch(session.contacts.contacts);
  const groups = session.groups === undefined ? () => new Map() : watch(session.groups.list);
  const channels = session.channels === undefined ? () => new Map() : watch(session.channels.list);
  const people = createMemo(() =>
    [...contacts()].reduce((sum, [person, acquainted]) => {
      const asks = acquainted.acquaintance.relation.kind === "requested-by-peer" ? 1 : 0;
      return sum + asks + unreadIn(person, linesOf(acquainted, me));
    }, 0),
  );
  const lastUnread = (id: EventId, last: { readonly author: PubkeyHex; readonly at: number } | undefined): number =>
    last === undefined ? 0 : unreadIn(id, [{ at: last.at, isMine: last.author === me }]);
  const talks = createMemo(
    () =>
      [...groups()].reduce((sum, [id, { last, requests }]) => sum + requests + lastUnread(id, last), 0) +
      [...channels()].reduce((sum, [id, { last, invitations }]) => sum + invitations.length + lastUnread(id, last), 0),
  );
  const waiting = (): number => (props.section === "people" ? people() : props.section === "groups" ? talks() : 0);
  return (
    <Show when={waiting() > 0}>
      <span class="count">
        {waiting()} <span class="unseen">{say("unread", { n: waiting() })}</span>
      </span>
    </Show>
  );
}
