/**
 * What a screen shows of one channel, and of those it moved from, as one conversation.
 *
 * Spec: docs/spec/channels.md. Derived from the machine's state when somebody looks.
 */
import type { EventId, PubkeyHex } from "@subrosa/core/bytes";
import type { Metadata } from "@subrosa/core/channel/metadata";
import type { Channel, Warning } from "@subrosa/core/channel/state";
import type { Tag } from "@subrosa/core/nostr/event";
import type { RelayUrl } from "@subrosa/core/nostr/relay-url";

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
  /** Owners and everybody who has spoken: the draft has no roster. */
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
