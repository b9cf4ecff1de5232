/** How much waits for its owner: messages not read, people who ask, invitations. */
import type { ChannelSummary } from "@subrosa/client/session/channel-view";
import type { Acquainted } from "@subrosa/client/session/contacts";
import type { GroupSummary } from "@subrosa/client/session/group-view";
import type { EventId, PubkeyHex } from "@subrosa/core/bytes";
import { type Accessor, createMemo } from "solid-js";
import { isBlocked } from "../account/notes.ts";
import { useOpened } from "../account/opened.ts";
import { watch } from "../frame/watch.ts";
import { linesOf } from "./lines.ts";
import { useMarks } from "./unread.ts";

export interface Waiting {
  readonly people: Accessor<number>;
  readonly talks: Accessor<number>;
  /** Has anybody been talked to yet? */
  readonly hasTalked: Accessor<boolean>;
}

export function useWaiting(): Waiting {
  const { session, notes, me } = useOpened();
  const kept = watch(notes.live);
  const { unreadIn } = useMarks();
  const contacts =
    session.contacts === undefined ? () => new Map<PubkeyHex, Acquainted>() : watch(session.contacts.contacts);
  const groups = session.groups === undefined ? () => new Map<EventId, GroupSummary>() : watch(session.groups.list);
  const channels =
    session.channels === undefined ? () => new Map<EventId, ChannelSummary>() : watch(session.channels.list);
  const lastUnread = (id: EventId, last: { readonly author: PubkeyHex; readonly at: number } | undefined): number =>
    last === undefined ? 0 : unreadIn(id, [{ at: last.at, isMine: last.author === me }]);
  const people = createMemo(() =>
    [...contacts()].reduce((sum, [person, acquainted]) => {
      if (isBlocked(kept(), person)) return sum;
      const asks = acquainted.acquaintance.relation.kind === "requested-by-peer" ? 1 : 0;
      return sum + asks + unreadIn(person, linesOf(acquainted, me));
    }, 0),
  );
  const talks = createMemo(
    () =>
      [...groups()].reduce((sum, [id, { last, requests }]) => sum + requests + lastUnread(id, last), 0) +
      [...channels()].reduce((sum, [id, { last, invitations }]) => sum + invitations.length + lastUnread(id, last), 0),
  );
  const hasTalked = createMemo(
    () =>
      [...contacts().values()].some(({ messages }) => messages.size > 0) ||
      [...groups().values()].some(({ last }) => last !== undefined) ||
      [...channels().values()].some(({ last }) => last !== undefined),
  );
  return { people, talks, hasTalked };
}
