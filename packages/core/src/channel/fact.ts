/**
 * What a verified inner event says, as a value: the words that everything after the door is a function of.
 *
 * Spec: docs/spec/channels.md, the table of inner kinds. Facts are made by read-fact.ts from an InnerEvent and by
 * nothing else in production; being plain values, tests and models make their own. Channel keys in them are Secrets,
 * which neither print nor serialise.
 */
import type { EventId, PubkeyHex } from "../bytes.ts";
import type { Tag } from "../nostr/event.ts";
import type { Secret } from "../secret.ts";
import type { Form } from "./inner-event.ts";
import type { Metadata } from "./metadata.ts";

interface Common {
  readonly id: EventId;
  readonly author: PubkeyHex;
  /** Inner created_at: the true time, and the only one that is shown (CHANNEL-8). */
  readonly time: number;
  /** NIP-40, inside. */
  readonly expiration: number | undefined;
  readonly form: Form;
}

/** 400. Its id is the channel's id and the ticket to it. */
export interface Create extends Common {
  readonly type: "create";
  /** CHANNEL-1: the channel's pubkey; the draft's own form has none. */
  readonly key: PubkeyHex | undefined;
  readonly metadata: Metadata;
  readonly relays: readonly string[];
  /** CHANNEL-11: the form asked for. */
  readonly asks: Form;
}

/** 401, to a person. */
export interface Invitation extends Common {
  readonly type: "invitation";
  readonly channel: EventId;
  readonly secret: Secret;
  readonly relays: readonly string[];
  /** The chain's 406 ids, so that a late joiner notices what he lacks. */
  readonly accepts: readonly EventId[];
  readonly words: string;
}

/** 402. */
export interface Change extends Common {
  readonly type: "change";
  readonly channel: EventId;
  /** The 405 whose acceptance began the author's tenure; none for the creator. */
  readonly tenure: EventId | undefined;
  readonly metadata: Metadata;
  /** Undefined: unchanged. */
  readonly relays: readonly string[] | undefined;
}

/** 403. */
export interface Message extends Common {
  readonly type: "message";
  readonly channel: EventId;
  readonly reply: EventId | undefined;
  readonly text: string;
}

/** 404, to a person: the key of the next channel. */
export interface Move extends Common {
  readonly type: "move";
  readonly channel: EventId;
  readonly next: EventId;
  /** Undefined once the next channel has expired and been forgotten. */
  readonly secret: Secret | undefined;
  readonly tenure: EventId | undefined;
  readonly accepts: readonly EventId[];
  readonly words: string;
}

/** 404, into the old channel: that it moved, and a fingerprint of where, which is no ticket. */
export interface Notice extends Common {
  readonly type: "notice";
  readonly channel: EventId;
  readonly moved: string;
  readonly tenure: EventId | undefined;
}

/** 405. */
export interface Offer extends Common {
  readonly type: "offer";
  readonly channel: EventId;
  /** Naming oneself takes an offer back. */
  readonly to: PubkeyHex;
  readonly tenure: EventId | undefined;
}

/** 406. */
export interface Accept extends Common {
  readonly type: "accept";
  readonly offer: EventId;
  /** Undefined in the draft's own form, which names its 405 alone. */
  readonly channel: EventId | undefined;
  readonly seen: readonly EventId[];
}

/** Any other kind that was wrapped to the channel: reactions, polls, long-form. */
export interface Carried extends Common {
  readonly type: "carried";
  readonly channel: EventId;
  readonly kind: number;
  readonly tags: readonly Tag[];
  readonly content: string;
}

/** What arrives at a channel's key. */
export type ChannelFact = Create | Change | Message | Notice | Offer | Accept | Carried;
/** What arrives at a person's key. */
export type PersonalFact = Invitation | Move;
export type Fact = ChannelFact | PersonalFact;
/** What people say; the rest decides about the channel. */
export type Spoken = Message | Carried;
export type Control = Exclude<Fact, Spoken>;

export function isSpoken(fact: Fact): fact is Spoken {
  return fact.type === "message" || fact.type === "carried";
}

export function isPersonal(fact: Fact): fact is PersonalFact {
  return fact.type === "invitation" || fact.type === "move";
}

/** Latest last; of one second, the smallest id last, since it is the one that counts. */
export function byTime(a: { readonly time: number; readonly id: string }, b: typeof a): number {
  return a.time - b.time || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0);
}

/** Earliest first; of one second, the smallest id first. */
export function earliestFirst(a: { readonly time: number; readonly id: string }, b: typeof a): number {
  return a.time - b.time || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}
