/**
 * A private message between ordinary Nostr users, as it is inside its wrap: kind 14 text, kind 15 a file, kind 7 a
 * reaction; and the old kind 4.
 *
 * Spec: NIP-17, NIP-59, NIP-04. A conversation is the set of its people. Who sealed it wrote it, or it is no message;
 * who is not among the people it names was sent somebody else's. Dates are their author's word: one more than a minute
 * ahead of us is shown as now. Files are described, never fetched.
 */
import { type EventId, eventId, type PubkeyHex, pubkeyHex } from "@subrosa/core/bytes";
import { WireError } from "@subrosa/core/errors";
import { parseJson } from "@subrosa/core/json";
import { type Rumor, readRumor, readSignedEvent, type SignedEvent, type Tag } from "@subrosa/core/nostr/event";
import { isExpired } from "@subrosa/core/nostr/nip40";
import { SEAL } from "@subrosa/core/nostr/nip59";
import { tagsNamed, tagValue } from "@subrosa/core/nostr/tags";
import { AHEAD } from "./spoken-at.ts";

export const TEXT = 14;
export const FILE = 15;
export const REACTION = 7;
export const OLD_MESSAGE = 4;
/** People in one conversation, ourselves not counted. */
export const MAX_PEOPLE = 50;

export interface DirectFile {
  readonly url: string;
  readonly type: string;
  readonly algorithm: string;
  /** Hex, as the sender gave them. */
  readonly key: string;
  readonly nonce: string;
  /** SHA-256 of what is stored. */
  readonly hash: string;
}

export interface DirectMessage {
  readonly id: EventId;
  readonly by: PubkeyHex;
  /** The others, sorted: the conversation. */
  readonly people: readonly PubkeyHex[];
  readonly form: "text" | "file" | "reaction" | "old";
  /** Of a file: empty. */
  readonly text: string;
  readonly at: number;
  readonly subject?: string;
  readonly replyTo?: EventId;
  readonly file?: DirectFile;
  readonly expires?: number;
}

export const UNREADABLE = Object.freeze({
  "not-for-us": "It is addressed to somebody else.",
  sealed: "It could not be opened.",
  "seal-shape": "What is inside the wrap is no seal.",
  "seal-author": "It claims an author who did not seal it.",
  "rumor-shape": "What is inside the seal is no event.",
  "other-kind": "It is something else than a message.",
  "too-many-people": "It names too many people.",
  expired: "It had expired.",
  blocked: "Its author is blocked.",
});
export type Unreadable = keyof typeof UNREADABLE;
export type Read<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: Unreadable };

const LIMITS = { maxLength: 1 << 18, maxDepth: 8 };

/** The JSON of a seal; its signature is still a claim. */
export function readSeal(text: string): SignedEvent | undefined {
  const seal = orUndefined(() => readSignedEvent(parseJson(text, "seal", LIMITS)));
  return seal?.kind === SEAL && seal.tags.length === 0 ? seal : undefined;
}

/** `author`: who signed the seal, verified. */
export function readSealed(text: string, author: PubkeyHex): Read<Rumor> {
  const rumor = orUndefined(() => readRumor(parseJson(text, "rumor", LIMITS)));
  if (rumor === undefined) return refuse("rumor-shape");
  return rumor.pubkey === author ? { ok: true, value: rumor } : refuse("seal-author");
}

export function readDirect(rumor: Rumor, me: PubkeyHex, now: number): Read<DirectMessage> {
  const { id, pubkey: by, kind, tags, content, created_at } = rumor;
  const form = kind === TEXT ? "text" : kind === FILE ? "file" : kind === REACTION ? "reaction" : undefined;
  if (form === undefined) return refuse("other-kind");
  const named = tagsNamed(tags, "p").flatMap(([, key]) => pubkeyHex(key) ?? []);
  if (named.length > MAX_PEOPLE + 1) return refuse("too-many-people");
  if (by !== me && !named.includes(me)) return refuse("not-for-us");
  if (isExpired(rumor, now)) return refuse("expired");
  const people = peopleOf(by, named, me);
  const replyTo = eventId(tagValue(tags, "e"));
  const subject = tagValue(tags, "subject")?.slice(0, 200);
  const expires = Number(tagValue(tags, "expiration") ?? Number.NaN);
  return {
    ok: true,
    value: {
      ...{ id, by, people, form, at: shownAt(created_at, now) },
      text: form === "file" ? "" : content,
      ...(subject === undefined ? {} : { subject }),
      ...(replyTo === undefined ? {} : { replyTo }),
      ...(form === "file" ? { file: fileOf(content, tags) } : {}),
      ...(Number.isSafeInteger(expires) && expires > 0 ? { expires } : {}),
    },
  };
}

const shownAt = (claimed: number, now: number): number => (claimed > now + AHEAD ? now : claimed);

/** Of a verified kind 4, once its content was opened. */
export function readOld(event: Rumor, text: string, me: PubkeyHex, now: number): Read<DirectMessage> {
  const other = event.pubkey === me ? pubkeyHex(tagValue(event.tags, "p")) : event.pubkey;
  if (other === undefined) return refuse("not-for-us");
  const { id, pubkey: by, created_at } = event;
  return { ok: true, value: { id, by, people: [other], form: "old", text, at: shownAt(created_at, now) } };
}

/** The other end of a kind 4; undefined: it is not between us and somebody. */
export function peerOfOld(event: Rumor, me: PubkeyHex): PubkeyHex | undefined {
  const to = pubkeyHex(tagValue(event.tags, "p"));
  if (event.pubkey === me) return to;
  return to === me ? event.pubkey : undefined;
}

/** A note to oneself is a conversation with oneself. */
function peopleOf(by: PubkeyHex, named: readonly PubkeyHex[], me: PubkeyHex): readonly PubkeyHex[] {
  const others = [...new Set([by, ...named])].filter((key) => key !== me).sort();
  return others.length === 0 ? [me] : others;
}

export function conversationOf(people: readonly PubkeyHex[]): string {
  return [...new Set(people)].sort().join("+");
}

function fileOf(url: string, tags: readonly Tag[]): DirectFile {
  const value = (name: string): string => (tagValue(tags, name) ?? "").slice(0, 2_048);
  return {
    url: url.slice(0, 2_048),
    type: value("file-type"),
    algorithm: value("encryption-algorithm"),
    key: value("decryption-key"),
    nonce: value("decryption-nonce"),
    hash: value("x"),
  };
}

export function fileTags({ type, algorithm, key, nonce, hash }: DirectFile): readonly Tag[] {
  return [
    ["file-type", type],
    ["encryption-algorithm", algorithm],
    ["decryption-key", key],
    ["decryption-nonce", nonce],
    ["x", hash],
  ];
}

function refuse(reason: Unreadable): { readonly ok: false; readonly reason: Unreadable } {
  return { ok: false, reason };
}

function orUndefined<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}
