/**
 * What a screen shows of one group, computed from the machine's state when somebody looks.
 *
 * Spec: docs/spec/groups.md. Everything is derived, so no two fields can disagree; what a field cannot say is absent.
 */
import type { EventId, PubkeyHex } from "@subrosa/core/bytes";
import type { Entry } from "@subrosa/core/group/conversation";
import type { Role } from "@subrosa/core/group/facts";
import { openRequests } from "@subrosa/core/group/group";
import type { GroupInfo } from "@subrosa/core/group/metadata";
import type { Block, Selection } from "@subrosa/core/group/select";
import { BLOCKED } from "@subrosa/core/group/sentences";
import { entriesOf, infoOf, personBehind } from "@subrosa/core/group/show";
import { type Phase, type View, viewOf } from "@subrosa/core/group/view";
import { type RelayUrl, relayUrl } from "@subrosa/core/nostr/relay-url";
import type { GroupState, Repeat } from "./group-machine.ts";

export interface GroupMember {
  /** The key that is his in this group. */
  readonly person: PubkeyHex;
  /** Whom to show: himself, where that key is one that his signer introduced (GROUP-23), else the same. */
  readonly behind: PubkeyHex;
  readonly role: Role;
  /** 0 is the owner. */
  readonly rank: number;
  /** He has said that he leaves, and nobody has carried it out yet. */
  readonly isLeaving: boolean;
}

/** Somebody who asks to be let in; the owner approves, and an admin may tell him that it was seen. */
export interface JoinRequest {
  readonly id: EventId;
  readonly person: PubkeyHex;
  readonly behind: PubkeyHex;
  readonly words: string;
  readonly at: number;
  /** An admin has marked it, or we ignored it: shown elsewhere or not at all. */
  readonly isSeen: boolean;
}

/**
 * What goes on besides talking, for a banner; at most one, the gravest.
 * `sentence` says it to people.
 */
export interface Banner {
  readonly kind: /** Our request waits for the owner. */
    | "asked"
    /** Our request is still being worked on (proof of work). */
    | "working"
    /** We look in through a private invite. */
    | "guest"
    | "removed"
    | "leaving"
    /** Somebody is leaving and still holds the key: a member is changing it. */
    | "rotation-under-way"
    | "stale"
    /** As stale, and writing goes on (GROUP-19). */
    | "maybe-stale"
    | "branch-lost"
    /** Two new owners: choose with `choose`. */
    | "rivals"
    /** Somebody has let us in whom no invite named as the owner: `trust` him if it is he (GROUP-22). */
    | "unknown-owner"
    /** A relay has not shown everything yet. */
    | "catching-up";
  readonly sentence: string;
}

export interface GroupView {
  readonly id: EventId;
  /** Our key in this group. */
  readonly me: PubkeyHex;
  /** Undefined until an event of the group could be opened. */
  readonly info: GroupInfo | undefined;
  readonly phase: Phase;
  readonly epoch: number;
  readonly owner: PubkeyHex | undefined;
  /** By rank. */
  readonly members: readonly GroupMember[];
  readonly mayWrite: boolean;
  /** Why not; each has a sentence in core's `sentences`. */
  readonly blocks: readonly Block[];
  readonly banner: Banner | undefined;
  /** In the order of true time; replies, reactions, edits, pins and moderation applied. */
  readonly entries: readonly Entry[];
  /** Whose people wait for an answer, oldest first. Empty for outsiders. */
  readonly requests: readonly JoinRequest[];
  readonly repeats: readonly Repeat[];
  /** Owner events of two handovers that contradict each other. */
  readonly rivals: readonly EventId[];
  /** Who let us in without having been named by an invite. */
  readonly strangers: readonly PubkeyHex[];
  readonly relays: readonly RelayUrl[];
  /** Relays that the owner names and we have not agreed to: agree with `useRelays`. */
  readonly newRelays: readonly RelayUrl[];
  readonly asked: number | undefined;
}

/** One line of a list of groups. */
export interface GroupSummary {
  readonly id: EventId;
  readonly name: string;
  readonly phase: Phase;
  readonly members: number;
  readonly mayWrite: boolean;
  readonly requests: number;
  readonly last: Entry | undefined;
  readonly banner: Banner | undefined;
}

/** What the view needs besides the state. */
export interface Looking {
  readonly now: number;
  readonly seen: ReadonlyMap<EventId, number>;
  /** Every relay has shown all that it holds. */
  readonly isCaughtUp: boolean;
}

export function groupView(id: EventId, state: GroupState, looking: Looking): GroupView {
  const { group } = state;
  const { now, seen } = looking;
  const selection = group.ledger.select(now);
  const view = viewOf(selection, group.ledger.viewer.me);
  const info = infoOf(group, now);
  const leaving = new Set(view.leaving);
  const named = (info?.relays ?? []).flatMap((url) => relayUrl(url) ?? []);
  return {
    id,
    me: group.ledger.viewer.me,
    info,
    ...{ phase: view.phase, epoch: view.epoch, owner: view.owner, mayWrite: view.mayWrite, blocks: view.blocks },
    members: view.members.map((member): GroupMember => {
      const { person, role, rank } = member;
      return { person, role, rank, behind: personBehind(group, member), isLeaving: leaving.has(person) };
    }),
    banner: bannerOf(state, view, selection, looking),
    entries: entriesOf(group, now, (message) => seen.get(message) ?? now),
    requests: requestsOf(state, view, now),
    repeats: state.repeats,
    rivals: selection.kind === "found" ? selection.rivals : [],
    strangers: selection.kind === "none" ? selection.strangers : [],
    relays: state.relays,
    newRelays: [...new Set(named)].filter((url) => !state.relays.includes(url)),
    asked: state.asked,
  };
}

export function groupSummary({
  id,
  info,
  phase,
  members,
  mayWrite,
  requests,
  entries,
  banner,
}: GroupView): GroupSummary {
  const waiting = requests.filter(({ isSeen }) => !isSeen).length;
  const name = info?.name ?? "";
  return { id, name, phase, members: members.length, mayWrite, requests: waiting, last: entries.at(-1), banner };
}

function requestsOf({ group, ignored }: GroupState, { phase, members }: View, now: number): readonly JoinRequest[] {
  if (phase !== "owner" && phase !== "admin" && phase !== "member") return [];
  const keepers = new Set(members.filter(({ role }) => role !== "member").map(({ person }) => person));
  const told = group.reader
    .messages()
    .flatMap(({ author, words, at }) =>
      keepers.has(author) && words.kind === "moderation" && words.act === "seen" ? [{ target: words.target, at }] : [],
    );
  const newest = new Map<PubkeyHex, JoinRequest>();
  for (const { id, author, words, at } of openRequests(group, now)) {
    const known = newest.get(author);
    if (known !== undefined && known.at >= at) continue;
    const isSeen = ignored.has(id) || told.some(({ target, at: when }) => target === author && when >= at);
    const behind = personBehind(group, { person: author });
    newest.set(author, { id, person: author, behind, words: words.kind === "text" ? words.text : "", at, isSeen });
  }
  return [...newest.values()].sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
}

function bannerOf(state: GroupState, view: View, selection: Selection, looking: Looking): Banner | undefined {
  const { phase, blocks } = view;
  const blocked = (kind: Banner["kind"], block: Block): Banner[] =>
    blocks.includes(block) ? [{ kind, sentence: BLOCKED[block] }] : [];
  const when = (isSo: boolean, kind: Banner["kind"], sentence: string): Banner[] => (isSo ? [{ kind, sentence }] : []);
  const isOutside = phase === "outside";
  const [gravest] = [
    ...blocked("rivals", "rival-handovers"),
    ...blocked("branch-lost", "branch-lost"),
    ...blocked("removed", "removed-or-garbled"),
    ...when(phase === "removed", "removed", "You were removed from this group, or you left it."),
    ...blocked("leaving", "leaving"),
    ...blocked("stale", "out-of-date"),
    ...when(
      isOutside && selection.kind === "none" && selection.strangers.length > 0,
      "unknown-owner",
      "Somebody has let you in, and your invite did not name the owner. Trust him only if you know that it is he.",
    ),
    ...when(
      isOutside && state.group.mining.length > 0,
      "working",
      "Your request is being worked on: the group asks for proof of work.",
    ),
    ...when(isOutside && state.asked !== undefined, "asked", "You have asked to join; the owner has to let you in."),
    ...when(isOutside && selection.kind === "found", "guest", "You look in as a guest; ask to join to take part."),
    ...blocked("rotation-under-way", "leaver-holds-key"),
    ...when(view.maybeOutOfDate, "maybe-stale", BLOCKED["out-of-date"]),
    ...when(!looking.isCaughtUp, "catching-up", "Not everything has come from the relays yet."),
  ];
  return gravest;
}
