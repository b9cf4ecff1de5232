/**
 * Making the inner events of a channel, as the draft's author published them, plus the tags that close its holes.
 *
 * Spec: docs/spec/channels.md, the table, CHANNEL-1, 3, 5, 6, 9, 11. Positions of the draft are kept: whoever knows
 * only the draft reads these. What may be written when is decided by compose.ts; here it is only spelt.
 */
import { type EventId, fromHex, type PubkeyHex, toHex } from "../bytes.ts";
import { taggedHash } from "../hash.ts";
import { writeShape } from "../json.ts";
import type { EventTemplate, Tag } from "../nostr/event.ts";
import type { Secret } from "../secret.ts";
import { expirationTag } from "./expiration.ts";
import { type Form, InnerDraft } from "./inner-event.ts";
import { ACCEPT, CHANGE, CREATE, DELEGATE, INVITATION, MESSAGE, MOVED } from "./kinds.ts";
import { type Metadata, metadataShape, relayTags } from "./metadata.ts";

/** An offer of ownership lapses after this. */
export const OFFER_LIFETIME = 604_800;

/** What every inner event but a 400 has: when, where, and for how long. */
export interface Posting {
  readonly time: number;
  readonly channel: EventId;
  /** The relay on which the 400 was first seen, or "". */
  readonly hint: string;
  readonly expiration: number | undefined;
}

/** What an owner does names his tenure. */
export interface OwnerPosting extends Posting {
  readonly tenure: EventId | undefined;
}

function draft(kind: number, time: number, tags: readonly Tag[], content: string): InnerDraft {
  return new InnerDraft({ kind, created_at: time, tags, content } satisfies EventTemplate);
}

function e(id: EventId, hint: string, marker: string): Tag {
  return ["e", id, hint, marker];
}

function tenureTag({ tenure, hint }: OwnerPosting): readonly Tag[] {
  return tenure === undefined ? [] : [e(tenure, hint, "tenure")];
}

function rootTag({ channel, hint }: Posting): Tag {
  return e(channel, hint, "root");
}

export interface CreateInputs {
  readonly time: number;
  readonly key: PubkeyHex;
  readonly metadata: Metadata;
  readonly relays: readonly string[];
  readonly form: Form;
  readonly expiration?: number;
}

export function draftCreate({ time, key, metadata, relays, form, expiration }: CreateInputs): InnerDraft {
  const sec: readonly Tag[] = form === "sealed" ? [["sec", "sealed"]] : [];
  const tags = [["p", key], ...relayTags(relays), ...expirationTag(expiration), ...sec];
  return draft(CREATE, time, tags, writeShape(metadataShape, metadata));
}

export interface InvitationInputs extends Posting {
  readonly secret: Secret;
  readonly relays: readonly string[];
  readonly accepts: readonly EventId[];
  readonly words?: string;
}

export function draftInvitation(inputs: InvitationInputs): InnerDraft {
  const { channel, hint, secret, relays, accepts } = inputs;
  const tags = [
    ["e", channel, hint],
    ["privkey", toHex(secret.expose())],
    ...relayTags(relays),
    ...accepts.map((id) => e(id, hint, "accept")),
    ...expirationTag(inputs.expiration),
  ];
  return draft(INVITATION, inputs.time, tags, inputs.words ?? "");
}

export interface ChangeInputs extends OwnerPosting {
  readonly metadata: Metadata;
  /** The full new set, or undefined to leave it as it is. */
  readonly relays?: readonly string[];
}

export function draftChange(inputs: ChangeInputs): InnerDraft {
  const relays = inputs.relays === undefined ? [] : relayTags(inputs.relays);
  const tags = [rootTag(inputs), ...tenureTag(inputs), ...relays, ...expirationTag(inputs.expiration)];
  return draft(CHANGE, inputs.time, tags, writeShape(metadataShape, inputs.metadata));
}

export interface MessageInputs extends Posting {
  readonly text: string;
  readonly reply?: { readonly id: EventId; readonly author: PubkeyHex };
}

export function draftMessage(inputs: MessageInputs): InnerDraft {
  const { reply, hint } = inputs;
  const replies: readonly Tag[] =
    reply === undefined
      ? []
      : [
          ["e", reply.id, hint, "reply"],
          ["p", reply.author, hint],
        ];
  return draft(MESSAGE, inputs.time, [rootTag(inputs), ...replies, ...expirationTag(inputs.expiration)], inputs.text);
}

export interface CarriedInputs extends Posting {
  readonly kind: number;
  readonly tags: readonly Tag[];
  readonly content: string;
}

/** A reaction, a poll, an article: any other kind, with the ticket. */
export function draftCarried(inputs: CarriedInputs): InnerDraft {
  const tags = [rootTag(inputs), ...inputs.tags, ...expirationTag(inputs.expiration)];
  return draft(inputs.kind, inputs.time, tags, inputs.content);
}

export interface MoveInputs extends OwnerPosting {
  readonly next: EventId;
  readonly secret: Secret;
  readonly accepts: readonly EventId[];
  readonly words?: string;
}

/** To each remaining member; one inner event serves them all. */
export function draftMove(inputs: MoveInputs): InnerDraft {
  const { channel, next, secret, hint } = inputs;
  const tags = [
    ["e", channel],
    ["e", next],
    ["privkey", toHex(secret.expose())],
    ["p", toHex(secret.pubkey)],
    ...tenureTag(inputs),
    ...inputs.accepts.map((id) => e(id, hint, "accept")),
    ...expirationTag(inputs.expiration),
  ];
  return draft(MOVED, inputs.time, tags, inputs.words ?? "");
}

/** CHANNEL-5: a removed person reads the notice, and the new 400's id is the ticket, so it carries only its hash. */
export function fingerprintOf(next: EventId): string {
  return toHex(taggedHash("nip112/moved", fromHex(next)!));
}

/** Into the old channel, with the same time as the 404s of the move. */
export function draftNotice(inputs: OwnerPosting & { readonly next: EventId }): InnerDraft {
  const tags = [
    ["e", inputs.channel],
    ["moved", fingerprintOf(inputs.next)],
    ...tenureTag(inputs),
    ...expirationTag(inputs.expiration),
  ];
  return draft(MOVED, inputs.time, tags, "");
}

export interface OfferInputs extends Omit<OwnerPosting, "expiration"> {
  /** Oneself, to take an offer back. */
  readonly to: PubkeyHex;
  readonly words?: string;
}

export function draftOffer(inputs: OfferInputs): InnerDraft {
  const tags = [
    rootTag({ ...inputs, expiration: undefined }),
    ["p", inputs.to],
    ...tenureTag({ ...inputs, expiration: undefined }),
    ...expirationTag(inputs.time + OFFER_LIFETIME),
  ];
  return draft(DELEGATE, inputs.time, tags, inputs.words ?? "");
}

export interface AcceptInputs extends Posting {
  readonly offer: EventId;
  /** CHANNEL-3: all that the delegate held of the tenure he ends. */
  readonly seen: readonly EventId[];
}

export function draftAccept(inputs: AcceptInputs): InnerDraft {
  const tags = [
    ["e", inputs.offer],
    rootTag(inputs),
    ...inputs.seen.map((id) => e(id, inputs.hint, "seen")),
    ...expirationTag(inputs.expiration),
  ];
  return draft(ACCEPT, inputs.time, tags, "");
}
