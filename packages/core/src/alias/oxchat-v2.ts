/**
 * The later form of the exchange, which 0xchat uses today: a profile of its own, next to draft 3.
 *
 *   author: the real key   p: the peer's real key, and in 10100, 10101 and 10104 the author's alias in its third place
 *   e: the session, which is the id of its 10100   content: empty, or in 10100 JSON {expiration, interval, r}
 *
 * Spec: docs/spec/alias.md §5. 10103 closes and 10104 gives a new alias. It names real keys in the clear, so it is
 * written into gift wraps and believed from nowhere else. What a set of such events means is in oxchat-v2-session.ts.
 */
import { type EventId, eventId, type PubkeyHex, pubkeyHex, toHex } from "../bytes.ts";
import type { Curve, RandomSource } from "../curve/curve.ts";
import { UsageError, WireError } from "../errors.ts";
import { integer, object, readShape, text, writeShape } from "../json.ts";
import { type EventTemplate, type Rumor, type Tag, toRumor, type VerifiedEvent } from "../nostr/event.ts";
import { onlyTag } from "../nostr/tags.ts";
import type { Secret } from "../secret.ts";
import type { AliasFault } from "./fault.ts";
import type { AliasKeyring } from "./keyring.ts";
import { OpenedWrap } from "./opened-wrap.ts";
import { wrapTo } from "./wrap-to.ts";

const KINDS = Object.freeze({
  request: 10_100,
  accept: 10_101,
  reject: 10_102,
  close: 10_103,
  update: 10_104,
} as const);
type Name = keyof typeof KINDS;

const settingsShape = object(
  {},
  { optional: { expiration: integer(), interval: integer(), r: text({ max: 1_024 }) }, unknown: "ignore" },
);
export interface SessionSettings {
  /** After this time nobody need answer. */
  readonly expiration?: number;
  /** Seconds after which either side takes a new alias. */
  readonly interval?: number;
  /** Where the session's messages go. */
  readonly r?: string;
}

interface Named {
  readonly session: EventId;
  readonly from: PubkeyHex;
  readonly to: PubkeyHex;
  readonly at: number;
  readonly id: EventId;
}
export type SessionEvent = Named &
  (
    | { readonly kind: "request"; readonly alias: PubkeyHex; readonly settings: SessionSettings }
    | { readonly kind: "accept" | "update"; readonly alias: PubkeyHex }
    | { readonly kind: "reject" | "close" }
  );

export type SessionTemplate = { readonly to: PubkeyHex; readonly created_at: number } & (
  | { readonly kind: "request"; readonly alias: PubkeyHex; readonly settings: SessionSettings }
  | { readonly kind: "accept" | "update"; readonly alias: PubkeyHex; readonly session: EventId }
  | { readonly kind: "reject" | "close"; readonly session: EventId }
);

/** Is this the later form rather than draft 3's? A ciphertext is neither empty nor JSON. */
export function isLaterForm({ kind, tags, content }: EventTemplate): boolean {
  if (kind === KINDS.update) return true;
  if (kind < KINDS.request || kind > KINDS.close) return false;
  return pubkeyHex(onlyTag(tags, "p")?.[2]) !== undefined ? !content.includes("?iv=") : /^\s*(\{|$)/.test(content);
}

export function writeSessionEvent(template: SessionTemplate, real: Secret): Rumor {
  const { kind: name, to, created_at } = template;
  const tags: Tag[] = ["alias" in template ? ["p", to, template.alias] : ["p", to]];
  if ("session" in template) tags.push(["e", template.session]);
  const settings = name === "request" ? writeShape(settingsShape, template.settings) : "{}";
  const content = settings === "{}" ? "" : settings;
  return toRumor({ kind: KINDS[name], created_at, tags, content }, toHex(real.pubkey) as PubkeyHex);
}

export function wrapSessionEvent(rumor: Rumor, real: Secret, now: number, random: RandomSource, curve: Curve) {
  const to = pubkeyHex(onlyTag(rumor.tags, "p")?.[1]);
  if (to === undefined) throw new UsageError("usage/template", "a session event names its peer in one p tag");
  const wrapped = (recipient: PubkeyHex): VerifiedEvent => wrapTo(rumor, real, recipient, now, [], random, curve);
  return { toPeer: wrapped(to), toSelf: wrapped(toHex(real.pubkey) as PubkeyHex) };
}

export type ReadSessionEvent =
  | { readonly ok: true; readonly event: SessionEvent }
  | { readonly ok: false; readonly reason: AliasFault };

/** From a wrap addressed to our real key; its seal is by the real key that speaks. */
export function readSessionEvent(wrapped: VerifiedEvent, keys: AliasKeyring, curve: Curve): ReadSessionEvent {
  const verdict = OpenedWrap.open(wrapped, keys, curve);
  return verdict.ok ? readOpenedSessionEvent(verdict.opened, keys.pubkey) : verdict;
}

/** The same, where the wrap has been opened to see what it is. */
export function readOpenedSessionEvent({ rumor, recipient }: OpenedWrap, self: PubkeyHex): ReadSessionEvent {
  if (recipient !== self) return { ok: false, reason: "not-for-us" };
  if (!isLaterForm(rumor)) return { ok: false, reason: "not-an-exchange" };
  try {
    const event = sessionEvent(rumor);
    const ours = event.to === self || event.from === self;
    if (ours && event.to === event.from) return { ok: false, reason: "own-key" };
    return ours ? { ok: true, event } : { ok: false, reason: "not-for-us" };
  } catch (error) {
    if (error instanceof WireError) return { ok: false, reason: "form" };
    throw error;
  }
}

function sessionEvent({ id, kind, pubkey: from, created_at: at, tags, content }: Rumor): SessionEvent {
  const name = (Object.keys(KINDS) as Name[]).find((candidate) => KINDS[candidate] === kind)!;
  const p = onlyTag(tags, "p");
  const to = pubkeyHex(p?.[1]);
  if (to === undefined) throw new WireError("wire/hex", "event.tags.p");
  if (name === "request") {
    const settings =
      content === "" ? {} : readShape(settingsShape, content, "content", { maxLength: 4_096, maxDepth: 2 });
    return { kind: name, id, session: id, from, to, at, alias: aliasOf(p), settings };
  }
  const session = eventId(onlyTag(tags, "e")?.[1]);
  if (session === undefined) throw new WireError("wire/hex", "event.tags.e");
  const named = { id, session, from, to, at };
  return name === "accept" || name === "update"
    ? { kind: name, ...named, alias: aliasOf(p) }
    : { kind: name, ...named };
}

function aliasOf(p: Tag | undefined): PubkeyHex {
  const alias = pubkeyHex(p?.[2]);
  if (alias === undefined) throw new WireError("wire/hex", "event.tags.p[2]");
  return alias;
}
