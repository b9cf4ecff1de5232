/**
 * What a device is in one conversation, what can happen to it, and what it does about it.
 *
 *   invited ──join──► waiting ──400──► member ⇄ delegate ⇄ owner
 *                       ▲                │ 404          │
 *                       └────────────────┤ notice only ─┴─► removed ──own 404──► waiting
 *                                        ├ void 404, or past the expiration ──► stopped
 *                                        └ forgotten, or left ──► ended
 *
 * Spec: docs/spec/channels.md. All but `invited` and `ended` are derived from the thread's facts at every step.
 */
import type { EventId, PubkeyHex } from "../bytes.ts";
import type { SignedEvent } from "../nostr/event.ts";
import type { Invitation, Offer } from "./fact.ts";
import type { Arrival, Dropped } from "./receive.ts";
import type { Alarm } from "./room.ts";
import type { Path, Thread } from "./thread.ts";

interface Joined {
  readonly thread: Thread;
  readonly path: Path;
}

export type Invited = {
  readonly kind: "invited";
  readonly me: PubkeyHex;
  /** CHANNEL-12: they wait for the user, each with who sent it. */
  readonly invitations: ReadonlyMap<EventId, Invitation>;
};
/** The key is here and the 400 is not: nobody writes yet. */
export type Waiting = Joined & { readonly kind: "waiting" };
export type Member = Joined & { readonly kind: "member" };
/** A member to whom ownership is offered. */
export type Delegate = Joined & { readonly kind: "delegate"; readonly offer: Offer };
export type Owner = Joined & { readonly kind: "owner" };
/** "You may have been removed, or your invitation was lost." */
export type Removed = Joined & { readonly kind: "removed" };
export type Stopped = Joined & { readonly kind: "stopped"; readonly why: "void-move" | "expired" | "move-back" };
/** Nothing is left: neither key nor words. */
export type Ended = { readonly kind: "ended"; readonly why: "expired" | "left" };

export type InThread = Waiting | Member | Delegate | Owner | Removed | Stopped;
export type Channel = Invited | InThread | Ended;

/** A fact of our own, wrapped: `relays` for a wrap to a person, whose relays the channel does not know. */
export interface Posted extends Arrival {
  readonly relays?: readonly string[];
}

export type ChannelEvent =
  | { readonly kind: "received"; readonly arrivals: readonly Arrival[]; readonly now: number }
  | { readonly kind: "posted"; readonly posts: readonly Posted[]; readonly now: number }
  /** The user's consent to one invitation, and to these relays. */
  | { readonly kind: "join"; readonly invitation: EventId; readonly relays: readonly string[]; readonly now: number }
  | { readonly kind: "relays-approved"; readonly relays: readonly string[]; readonly now: number }
  /** The user's choice where two moves cannot be decided between. */
  | { readonly kind: "follow"; readonly next: EventId; readonly now: number }
  | { readonly kind: "tick"; readonly now: number }
  | { readonly kind: "challenged"; readonly relay: string; readonly key: PubkeyHex; readonly challenge: string }
  /** All that this relay holds for the key, of wraps dated `since` to `until`. */
  | {
      readonly kind: "listed";
      readonly relay: string;
      readonly key: PubkeyHex;
      readonly ids: ReadonlySet<EventId>;
      readonly since: number;
      readonly until: number;
    }
  /** The relay would not take this wrap back: it obeys a deletion. */
  | { readonly kind: "refused"; readonly relay: string; readonly key: PubkeyHex; readonly id: EventId }
  /** The answer to `wrap-again`. */
  | { readonly kind: "wrapped-again"; readonly relay: string; readonly of: EventId; readonly outer: SignedEvent }
  | { readonly kind: "leave" };

/** Why the owner's client has to move the channel now. */
export type MoveReason = "new-owner" | "expiration" | "void-move" | "offer-withdrawn";

export type Effect =
  /** `nip40`: only to relays whose NIP-11 lists 40 (CHANNEL-9). */
  | {
      readonly kind: "publish";
      readonly event: SignedEvent;
      readonly relays: readonly string[];
      readonly nip40: boolean;
    }
  /** On a connection of its own for this key, never one that authenticated as the user (CHANNEL-8). */
  | { readonly kind: "read"; readonly key: PubkeyHex; readonly relays: readonly string[] }
  /** As the channel key, on that connection: nip42.ts makes the event with the room's secret. */
  | { readonly kind: "authenticate"; readonly relay: string; readonly key: PubkeyHex; readonly challenge: string }
  /** Open this archived wrap and wrap its inner event anew, for a relay that refuses the old one. */
  | { readonly kind: "wrap-again"; readonly relay: string; readonly key: PubkeyHex; readonly id: EventId }
  | { readonly kind: "schedule"; readonly at: number }
  /** Wipe the secret of this key, close its connections, delete what stores and caches hold of it. */
  | { readonly kind: "forget"; readonly key: PubkeyHex }
  | { readonly kind: "ask-relays"; readonly relays: readonly string[] }
  | { readonly kind: "announce"; readonly ids: readonly EventId[] }
  | { readonly kind: "warn"; readonly what: Warning }
  | { readonly kind: "move-due"; readonly why: MoveReason };

export type Warning = Alarm | "expires-soon" | "unverified-copy" | "out-of-date";

export type Ignored =
  | Dropped
  | "wrong-state"
  | "unknown-invitation"
  | "held-back"
  | "unknown-key"
  | "unknown-move"
  | "nothing-new";

export interface Step {
  readonly state: Channel;
  readonly effects: readonly Effect[];
  /** Present when the event changed nothing, with the reason. */
  readonly ignored?: Ignored;
}
