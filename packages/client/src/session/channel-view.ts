/**
 * What a screen shows of one channel, and of those it moved from, as one conversation.
 *
 * Spec: docs/spec/channels.md. Derived from the machine's state when somebody looks.
 */
import type { EventId, PubkeyHex } from "@subrosa/core/bytes";
import { invitationsDue, mayWrite } from "@subrosa/core/channel/channel";
import type { Invitation, Spoken } from "@subrosa/core/channel/fact";
import { MESSAGE } from "@subrosa/core/channel/kinds";
import type { Metadata } from "@subrosa/core/channel/metadata";
import type { Channel, Warning } from "@subrosa/core/channel/state";
import { historyOf, movesOf } from "@subrosa/core/channel/thread";
import type { Tag } from "@subrosa/core/nostr/event";
import { type RelayUrl, relayUrl } from "@subrosa/core/nostr/relay-url";
import type { ChannelState } from "./channel-machine.ts";
import { LISTED, peopleIn } from "./channel-people.ts";

export interface ChannelEntry {
  readonly id: EventId;
  readonly author: PubkeyHex;
  /** The author's own time: the only one that is shown. */
  readonly at: number;
  /** 403 for a message; any other kind was carried in (a reaction, a poll). */
  readonly kind: number;
  readonly text: string;
  readonly tags: readonly Tag[];
  readonly reply: EventId | undefined;
  /** Of each reaction, who gave it. */
  readonly reactions: ReadonlyMap<string, readonly PubkeyHex[]>;
  readonly expires: number | undefined;
}

/** CHANNEL-12: it waits for the user. */
export interface ChannelInvitation {
  readonly id: EventId;
  readonly channel: EventId;
  readonly from: PubkeyHex;
  readonly words: string;
  readonly at: number;
  /** Joining dials these; none is dialled before. */
  readonly relays: readonly string[];
  readonly expires: number | undefined;
}

export interface ChannelView {
  /** The id of the first channel of the conversation: it stays the same across moves. */
  readonly id: EventId;
  readonly kind: Channel["kind"];
  /** For kinds that need one: what happened, and what to do. */
  readonly sentence: string | undefined;
  readonly metadata: Metadata;
  readonly owner: PubkeyHex | undefined;
  /** CHANNEL-1: false is shown as "unverified copy". */
  readonly verified: boolean;
  /** As far as this device knows: the draft has no roster (channel-people.ts). */
  readonly members: readonly PubkeyHex[];
  readonly mayWrite: boolean;
  /** Old and new as one history. */
  readonly entries: readonly ChannelEntry[];
  readonly invitations: readonly ChannelInvitation[];
  /** Ownership is offered to us until then. */
  readonly offer: { readonly from: PubkeyHex; readonly until: number | undefined } | undefined;
  readonly warnings: readonly { readonly what: Warning; readonly sentence: string }[];
  /** Moves that nobody can decide between: choose one with `follow`. */
  readonly moves: readonly EventId[];
  /** Relays that the channel names and nobody here has agreed to: agree with `approve`. */
  readonly newRelays: readonly string[];
  readonly relays: readonly RelayUrl[];
  readonly expiration: number | undefined;
  readonly moved: number;
}

/** One line of a list of channels. */
export interface ChannelSummary {
  readonly id: EventId;
  readonly name: string;
  readonly kind: Channel["kind"];
  readonly mayWrite: boolean;
  readonly invitations: readonly ChannelInvitation[];
  readonly last: ChannelEntry | undefined;
}

const SAYINGS: Readonly<Partial<Record<Channel["kind"], string>>> = {
  invited: "You are invited. Nothing is asked of any relay before you join.",
  waiting: "The channel's first event has not come yet.",
  delegate: "The owner offers you this channel.",
  removed: "The channel has moved without you: you may have been removed, or your invitation was lost.",
  ended: "This channel is over, and nothing of it is kept here.",
};
const STOPPED = {
  "void-move": "A former owner has announced a move. Nobody writes until the present owner moves, or you choose.",
  expired: "This channel has expired.",
  "move-back": "The moves of this channel lead in a circle; nobody writes here any more.",
};
export const WARNINGS: Readonly<Record<Warning, string>> = {
  "two-successors": "Ownership was accepted twice; the later one counts, and one of them lies.",
  "void-move": "Somebody who no longer owns the channel announced a move.",
  "two-moves": "The owner announced two different moves.",
  "one-relay": "This channel is on one relay only: whoever holds its key can have it deleted there.",
  "expires-soon": "This channel expires soon; move it if it should go on.",
  "unverified-copy": "This may be a copy of the channel that somebody else runs.",
  "out-of-date": "Something before this has not come; what you see may be out of date.",
};
const REACTION = 7;

export function channelView(id: EventId, state: ChannelState, now: number): ChannelView {
  const { channel } = state;
  const common = { id, kind: channel.kind, sentence: sentenceOf(channel), moves: [], warnings: warningsOf(state) };
  if (!("thread" in channel)) {
    const invitations = channel.kind === "invited" ? invitationsDue(channel, now).map(invitationOf) : [];
    return { ...common, ...NOTHING, invitations };
  }
  const { thread, path } = channel;
  const { view, room } = path.here;
  const spoken = historyOf(path, now);
  return {
    ...common,
    metadata: view.metadata,
    owner: view.owner,
    verified: view.verified,
    members: peopleIn(channel, now),
    mayWrite: mayWrite(channel, now),
    entries: entriesOf(spoken),
    invitations: [],
    offer: channel.kind === "delegate" ? { from: channel.offer.author, until: channel.offer.expiration } : undefined,
    moves: channel.kind === "stopped" ? movesOf(room).map(({ next }) => next) : [],
    newRelays: view.relays.filter((url) => !thread.approved.includes(url)),
    relays: thread.approved.flatMap((url) => relayUrl(url) ?? []),
    expiration: view.create?.expiration,
    moved: path.places.length - 1,
  };
}

const NOTHING = {
  ...{ metadata: {}, owner: undefined, verified: false, members: [], mayWrite: false, entries: [], offer: undefined },
  ...{ newRelays: [], relays: [], expiration: undefined, moved: 0 },
};

export function channelSummary({
  id,
  metadata,
  kind,
  mayWrite: may,
  invitations,
  entries,
}: ChannelView): ChannelSummary {
  return { id, name: metadata.name ?? "", kind, mayWrite: may, invitations, last: entries.at(-1) };
}

function sentenceOf(channel: Channel): string | undefined {
  return channel.kind === "stopped" ? STOPPED[channel.why] : SAYINGS[channel.kind];
}

function warningsOf({ warnings }: ChannelState): ChannelView["warnings"] {
  return [...warnings].map((what) => ({ what, sentence: WARNINGS[what] }));
}

function invitationOf({ id, channel, author, words, time, relays, expiration }: Invitation): ChannelInvitation {
  return { id, channel, from: author, words, at: time, relays, expires: expiration };
}

function entriesOf(spoken: readonly Spoken[]): readonly ChannelEntry[] {
  const reactions = new Map<string, Map<string, PubkeyHex[]>>();
  for (const fact of spoken) {
    if (fact.type !== "carried" || fact.kind !== REACTION) continue;
    const target = fact.tags.find((tag) => tag[0] === "e" && tag[3] !== "root")?.[1] ?? "";
    const given = reactions.get(target) ?? new Map<string, PubkeyHex[]>();
    const who = given.get(fact.content) ?? [];
    if (!who.includes(fact.author)) given.set(fact.content, [...who, fact.author]);
    reactions.set(target, given);
  }
  return spoken.flatMap((fact): ChannelEntry[] => {
    if (fact.type === "carried" && (fact.kind === REACTION || fact.kind === LISTED)) return [];
    const { id, author, time, expiration } = fact;
    const said =
      fact.type === "message"
        ? { kind: MESSAGE, text: fact.text, tags: [], reply: fact.reply }
        : { kind: fact.kind, text: fact.content, tags: fact.tags, reply: undefined };
    return [{ id, author, at: time, expires: expiration, reactions: reactions.get(id) ?? new Map(), ...said }];
  });
}
