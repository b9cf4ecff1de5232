/**
 * The encrypted channels of one person: made, joined by invitation, spoken in, moved, handed over.
 *
 * Spec: docs/spec/channels.md. A conversation keeps the id of its first channel across moves. Methods resolve when the
 * act is durable: with undefined, or with the reason why nothing happened, which has a sentence in channel-reason.ts.
 */
import type { EventId, PubkeyHex } from "@subrosa/core/bytes";
import type { CarriedContent } from "@subrosa/core/channel/compose";
import type { Form } from "@subrosa/core/channel/inner-event";
import type { Metadata } from "@subrosa/core/channel/metadata";
import type { VerifiedEvent } from "@subrosa/core/nostr/event";
import type { IgnoredChannel } from "./channel-reason.ts";
import type { ChannelSummary, ChannelView } from "./channel-view.ts";
import type { Live } from "./live.ts";

export type ChannelAnswer = Promise<IgnoredChannel | undefined>;
export type ChannelMade =
  | { readonly ok: true; readonly id: EventId }
  | { readonly ok: false; readonly reason: IgnoredChannel };

export interface NewChannel {
  readonly metadata: Metadata;
  /** Two at least, or everybody is warned (CHANNEL-10). */
  readonly relays: readonly string[];
  /** "signed" is the draft's own form; "sealed" is deniable (CHANNEL-11). Default "signed". */
  readonly form?: Form;
  /** Seconds that it and each message live (CHANNEL-9). Absent: for ever. */
  readonly lifetime?: number;
}

export interface ChannelMove {
  /** Who comes along besides ourselves; whoever is not named is removed. */
  readonly remaining: readonly PubkeyHex[];
  readonly metadata?: Metadata;
  readonly relays?: readonly string[];
  readonly words?: string;
}

export interface Channels extends AsyncDisposable {
  readonly list: Live<ReadonlyMap<EventId, ChannelSummary>>;
  channel(id: EventId): Live<ChannelView | undefined>;

  create(channel: NewChannel): Promise<ChannelMade>;
  invite(id: EventId, people: readonly PubkeyHex[], words?: string): ChannelAnswer;
  /** The user's consent to an invitation, and to these of its relays (default: all that it names). */
  join(id: EventId, invitation: EventId, relays?: readonly string[]): ChannelAnswer;

  say(id: EventId, text: string, reply?: EventId): ChannelAnswer;
  react(id: EventId, message: EventId, reaction: string): ChannelAnswer;
  /** Any other kind: a poll, an article. */
  carry(id: EventId, content: CarriedContent): ChannelAnswer;

  describe(id: EventId, metadata: Metadata, relays?: readonly string[]): ChannelAnswer;
  /** A new channel with a new key, for those who remain: how somebody is removed. */
  move(id: EventId, move: ChannelMove): ChannelAnswer;
  remove(id: EventId, person: PubkeyHex): ChannelAnswer;
  /** Offers ownership for seven days; to oneself: takes the offer back, and moves the channel. */
  delegate(id: EventId, to: PubkeyHex, words?: string): ChannelAnswer;
  /** Takes the ownership that is offered to us, and moves the channel at once (CHANNEL-3). */
  accept(id: EventId): ChannelAnswer;

  approve(id: EventId, relays: readonly string[]): ChannelAnswer;
  follow(id: EventId, next: EventId): ChannelAnswer;
  /** Forgets key and words here; nobody is told. */
  leave(id: EventId): ChannelAnswer;

  ingest(
    event: VerifiedEvent,
  ): Promise<{ readonly ok: true } | { readonly ok: false; readonly reason: IgnoredChannel }>;
}
