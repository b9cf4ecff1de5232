/**
 * Messages between two aliases, once they are in touch.
 *
 *   kind 14 rumor by our alias, sealed by it, wrapped to the peer's alias; a second wrap to our own alias
 *   kind 4 between the aliases: always read, written in plain mode to a 0xchat-v1 peer only
 *
 * Spec: docs/spec/alias.md §4, ALIAS-5. The real keys appear nowhere. A kind 4 body is opened only after the signature
 * of its event was checked; its text is to be shown as text, without link previews, which would fetch what a stranger
 * may have put there. Who may speak is the caller's to say: `pairs` are the pairs he reads.
 */
import { type EventId, eventId, type PubkeyHex, pubkeyHex, toHex } from "../bytes.ts";
import type { Curve, RandomSource } from "../curve/curve.ts";
import { UsageError } from "../errors.ts";
import { signEvent, type Tag, toRumor, type VerifiedEvent } from "../nostr/event.ts";
import { onlyTag } from "../nostr/tags.ts";
import type { Secret } from "../secret.ts";
import { decryptBody, encryptBody } from "./body.ts";
import type { AliasKeyring } from "./keyring.ts";
import type { Manner } from "./manner.ts";
import { OpenedWrap } from "./opened-wrap.ts";
import { wrapTo } from "./wrap-to.ts";

export const MESSAGE = 14;
export const DIRECT_MESSAGE = 4;

export interface MessageTemplate {
  readonly text: string;
  /** The peer's alias. */
  readonly to: PubkeyHex;
  readonly now: number;
  readonly replyTo?: EventId;
}

/** What to publish: two wraps, or one kind 4. */
export function writeMessage(
  template: MessageTemplate,
  alias: Secret,
  manner: Manner,
  random: RandomSource,
  curve: Curve,
): readonly VerifiedEvent[] {
  const { text, to, now, replyTo } = template;
  if (text === "") throw new UsageError("usage/template", "a message says something");
  const tags: Tag[] = [["p", to]];
  if (replyTo !== undefined) tags.push(["e", replyTo]);
  if (manner.mode === "plain") {
    const content = encryptBody(text, manner.cipher, alias, to, random, curve);
    return [signEvent({ kind: DIRECT_MESSAGE, created_at: now, tags, content }, alias, random(32), curve)];
  }
  const self = toHex(alias.pubkey) as PubkeyHex;
  const rumor = toRumor({ kind: MESSAGE, created_at: now, tags, content: text }, self);
  return [to, self].map((recipient) => wrapTo(rumor, alias, recipient, now, [], random, curve));
}

export interface Message {
  readonly id: EventId;
  readonly by: "me" | "peer";
  /** The real key of the person this conversation is with. */
  readonly peer: PubkeyHex;
  readonly text: string;
  readonly at: number;
  readonly replyTo: EventId | undefined;
  readonly form: "kind-14" | "kind-4";
}

export const MESSAGE_FAULTS = Object.freeze({
  "not-a-message": "This is not a message between aliases.",
  "not-for-us": "It is addressed to an alias that is not yours.",
  wrap: "The gift wrap could not be opened.",
  decrypt: "Its content could not be opened.",
  "wrong-author": "It was not written by the alias of the person this conversation is with.",
} as const);
export type MessageFault = keyof typeof MESSAGE_FAULTS;
export type ReadMessage =
  | { readonly ok: true; readonly message: Message }
  | { readonly ok: false; readonly reason: MessageFault };

/** Is `theirs` an alias of the peer with whom we use `mine`? */
export type KnownPair = (mine: PubkeyHex, theirs: PubkeyHex) => boolean;

const refuse = (reason: MessageFault): ReadMessage => ({ ok: false, reason });

export function readMessage(event: VerifiedEvent, keys: AliasKeyring, isPair: KnownPair, curve: Curve): ReadMessage {
  return event.kind === DIRECT_MESSAGE
    ? readDirect(event, keys, isPair, curve)
    : readWrapped(event, keys, isPair, curve);
}

function readWrapped(wrapped: VerifiedEvent, keys: AliasKeyring, isPair: KnownPair, curve: Curve): ReadMessage {
  const verdict = OpenedWrap.open(wrapped, keys, curve);
  return verdict.ok ? readOpenedMessage(verdict.opened, keys, isPair) : verdict;
}

/** The same, where the wrap has been opened to see what it is. */
export function readOpenedMessage(
  { rumor, recipient }: OpenedWrap,
  keys: AliasKeyring,
  isPair: KnownPair,
): ReadMessage {
  const key = keys.find(recipient);
  if (key === undefined) return refuse("not-for-us");
  const to = pubkeyHex(onlyTag(rumor.tags, "p")?.[1]);
  if (rumor.kind !== MESSAGE || to === undefined) return refuse("not-a-message");
  const by = rumor.pubkey === recipient ? "me" : "peer";
  const isOurs = by === "me" ? isPair(recipient, to) : to === recipient && isPair(recipient, rumor.pubkey);
  if (!isOurs) return refuse("wrong-author");
  const { id, content: text, created_at: at } = rumor;
  return { ok: true, message: { id, by, peer: key.peer, text, at, replyTo: replyOf(rumor.tags), form: "kind-14" } };
}

function readDirect(event: VerifiedEvent, keys: AliasKeyring, isPair: KnownPair, curve: Curve): ReadMessage {
  const to = pubkeyHex(onlyTag(event.tags, "p")?.[1]);
  if (to === undefined) return refuse("not-a-message");
  const own = keys.find(event.pubkey);
  const key = own ?? keys.find(to);
  if (key === undefined) return refuse("not-for-us");
  const other = own === undefined ? event.pubkey : to;
  if (!isPair(key.pubkey, other)) return refuse("wrong-author");
  const body = decryptBody(event.content, key.secret, other, curve);
  if (body === undefined) return refuse("decrypt");
  const { id, created_at: at } = event;
  const by = own === undefined ? "peer" : "me";
  const replyTo = replyOf(event.tags);
  return { ok: true, message: { id, by, peer: key.peer, text: body.plaintext, at, replyTo, form: "kind-4" } };
}

function replyOf(tags: readonly Tag[]): EventId | undefined {
  return eventId(onlyTag(tags, "e")?.[1]);
}
