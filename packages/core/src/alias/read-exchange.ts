/**
 * The door for alias events: authentic, or refused with a reason (ALIAS-4).
 *
 *   id, signature ─► form, recipient, work ─► decrypt ─► inner signature ─► bound to this alias? ─► the right peer?
 *
 * Spec: docs/spec/alias.md §1, ALIAS-4, 5, 9. The id and the signature (plain) or the seal (sealed) are checked before
 * anything is decrypted: the types ask for a VerifiedEvent. Our own events, met on a relay or sent to ourselves by
 * another device, are read by the same path. Does not read 0xchat's later form (oxchat-v2.ts) nor decide any state.
 */
import { type EventId, eventId, type PubkeyHex, pubkeyHex } from "../bytes.ts";
import type { Curve } from "../curve/curve.ts";
import { WireError } from "../errors.ts";
import type { Rumor, VerifiedEvent } from "../nostr/event.ts";
import { hasWork } from "../nostr/nip13.ts";
import { expirationOf } from "../nostr/nip40.ts";
import { onlyTag, tagValue } from "../nostr/tags.ts";
import type { Secret } from "../secret.ts";
import { decryptBody } from "./body.ts";
import { factKind } from "./exchange.ts";
import type { Fact, Person, Variant } from "./fact.ts";
import type { AliasFault } from "./fault.ts";
import { type Inner, readInner, verifyBind, verifyInner } from "./inner.ts";
import type { AliasKeyring } from "./keyring.ts";
import { OpenedWrap } from "./opened-wrap.ts";
import { aliasCandidates } from "./oxchat-v1.ts";
import { isLaterForm } from "./oxchat-v2.ts";

export type ReadExchange =
  | {
      readonly ok: true;
      /** The real key of the other person. */
      readonly peer: PubkeyHex;
      readonly fact: Fact;
      readonly variant: Variant;
      /** The words of a request; of other kinds the literal content, which decides nothing (ALIAS-9). */
      readonly words: string;
    }
  | Refusal;
type Refusal = { readonly ok: false; readonly reason: AliasFault };

export interface ReadPolicy {
  /** Bits of proof of work that a stranger's request must show (NIP-13). */
  readonly difficulty: number;
}

export function readPlain(event: VerifiedEvent, keys: AliasKeyring, policy: ReadPolicy, curve: Curve): ReadExchange {
  return isLaterForm(event) ? refuse("unwrapped") : readBody(event, keys, policy, curve);
}

/** From a wrap addressed to our real key or to one of our aliases. */
export function readSealed(wrapped: VerifiedEvent, keys: AliasKeyring, policy: ReadPolicy, curve: Curve): ReadExchange {
  const verdict = OpenedWrap.open(wrapped, keys, curve);
  return verdict.ok ? readOpened(verdict.opened, keys, policy, curve) : verdict;
}

/** The same, where the wrap has been opened to see what it is. */
export function readOpened(opened: OpenedWrap, keys: AliasKeyring, policy: ReadPolicy, curve: Curve): ReadExchange {
  const { rumor, recipient } = opened;
  const ours = keys.find(rumor.pubkey) !== undefined;
  // What others send us is addressed to the key that opened it; our own copies are addressed to our real key.
  if (recipient !== (ours ? keys.pubkey : tagValue(rumor.tags, "p"))) return refuse("not-for-us");
  return isLaterForm(rumor) ? refuse("later-form") : readBody(rumor, keys, policy, curve);
}

const refuse = (reason: AliasFault): Refusal => ({ ok: false, reason });

/** Whose key opens the content, and whom the inner JSON must name. */
interface Opening {
  readonly by: Person;
  readonly recipient: PubkeyHex;
  readonly secret: Secret;
  readonly other: PubkeyHex;
  /** Absent: a stranger's request, which may come from anybody. */
  readonly speaker: PubkeyHex | undefined;
  readonly peer: PubkeyHex | undefined;
}

function readBody(event: Rumor, keys: AliasKeyring, policy: ReadPolicy, curve: Curve): ReadExchange {
  const kind = factKind(event.kind);
  if (kind === undefined) return refuse("not-an-exchange");
  const opening = openingOf(event, kind, keys);
  if (typeof opening === "string") return refuse(opening);
  const { by, recipient, secret, other, speaker } = opening;
  if (kind === "request" && by === "peer" && !hasWork(event, policy.difficulty)) return refuse("work");
  const body = decryptBody(event.content, secret, other, curve);
  if (body === undefined) return refuse("decrypt");
  const inner = innerOrUndefined(body.plaintext);
  if (inner === undefined) return refuse("inner-shape");
  if (!verifyInner(event.created_at, inner, curve)) return refuse("inner-sig");
  const variant = variantOf(event, recipient, inner, keys, curve);
  if (variant === undefined) return refuse("unbound");
  const named = inner.p as PubkeyHex;
  if (speaker !== undefined && named !== speaker) return refuse("wrong-peer");
  if (named === event.pubkey || (by === "peer" && named === keys.pubkey)) return refuse("own-key");

  const said = { id: event.id, by, alias: event.pubkey, at: event.created_at, variant, cipher: body.cipher };
  const fact = factOf(kind, said, event, recipient);
  if (fact === undefined) return refuse("names-no-request");
  return { ok: true, peer: opening.peer ?? named, fact, variant, words: inner.content };
}

function openingOf(event: Rumor, kind: Fact["kind"], keys: AliasKeyring): Opening | AliasFault {
  const tag = onlyTag(event.tags, "p");
  const recipient = pubkeyHex(tag?.[1]);
  if (recipient === undefined || pubkeyHex(tag?.[2]) !== undefined) return "form";
  const own = keys.find(event.pubkey);
  if (own !== undefined) {
    if (kind === "request" && recipient !== own.peer) return "wrong-peer";
    return { by: "me", recipient, secret: own.secret, other: recipient, speaker: keys.pubkey, peer: own.peer };
  }
  if (kind === "request") {
    if (recipient !== keys.pubkey) return "not-for-us";
    const { real: secret } = keys;
    return { by: "peer", recipient, secret, other: event.pubkey, speaker: undefined, peer: undefined };
  }
  const mine = keys.find(recipient);
  if (mine === undefined) return "not-for-us";
  return { by: "peer", recipient, secret: mine.secret, other: event.pubkey, speaker: mine.peer, peer: mine.peer };
}

function innerOrUndefined(plaintext: string): Inner | undefined {
  try {
    return readInner(plaintext);
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}

/** ALIAS-4: `bind` is valid, or the author is an alias that 0xchat-v1 gives this person towards us. */
function variantOf(
  event: Rumor,
  recipient: PubkeyHex,
  inner: Inner,
  keys: AliasKeyring,
  curve: Curve,
): Variant | undefined {
  if (verifyBind({ ...event, recipient }, inner, curve)) return "bound";
  if (keys.find(event.pubkey)?.index === "0xchat-v1") return "0xchat-v1";
  const candidates = inner.p === keys.pubkey ? [] : aliasCandidates(keys.real, inner.p as PubkeyHex, curve);
  return candidates.includes(event.pubkey) ? "0xchat-v1" : undefined;
}

type Said = Pick<Fact, "id" | "by" | "alias" | "at" | "variant" | "cipher">;

function factOf(kind: Fact["kind"], said: Said, event: Rumor, to: PubkeyHex): Fact | undefined {
  switch (kind) {
    case "request": {
      const expires = expirationOf(event);
      return expires === undefined ? { kind, ...said } : { kind, ...said, expires };
    }
    case "remove":
      return { kind, ...said, to };
    case "accept":
    case "reject": {
      const request = requestNamed(event);
      if (request !== undefined) return { kind, ...said, to, request };
      return said.variant === "0xchat-v1" ? { kind, ...said, to } : undefined;
    }
    default:
      return kind satisfies never;
  }
}

function requestNamed(event: Rumor): EventId | undefined {
  return eventId(onlyTag(event.tags, "e")?.[1]);
}
