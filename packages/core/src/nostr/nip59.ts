/**
 * NIP-59 gift wrap: a rumor, sealed by its author (kind 13), wrapped by a one-time key (kind 1059).
 *
 *   rumor (unsigned, any kind) ─► seal: NIP-44(author, recipient), tags [] ─► wrap: NIP-44(one-time, recipient), ["p"]
 *
 * The seal's author is the rumor's author: anything else is a forgery (`seal-author`). Times, keys and nonces are
 * arguments; `backdate` turns random bytes into the up to two days by which NIP-59 asks to lie about the time.
 */
import { fromHex, type PubkeyHex, toHex } from "../bytes.ts";
import type { Curve, RandomSource } from "../curve/curve.ts";
import { UsageError, WireError } from "../errors.ts";
import { parseJson } from "../json.ts";
import type { Secret } from "../secret.ts";
import { type Rumor, readRumor, signEvent, type Tag, VerifiedEvent } from "./event.ts";
import { ConversationKey, decrypt, encrypt } from "./nip44.ts";
import { onlyTag } from "./tags.ts";

export const SEAL = 13;
export const GIFT_WRAP = 1059;
export const EPHEMERAL_GIFT_WRAP = 21_059;
const TWO_DAYS = 172_800;
const JSON_LIMITS = { maxLength: 1 << 18, maxDepth: 8 };

export type WrapFault =
  | "wrap-kind"
  | "wrap-recipient"
  | "wrap-key"
  | "wrap-decrypt"
  | "seal-shape"
  | "seal-kind"
  | "seal-tags"
  | "seal-decrypt"
  | "seal-author"
  | "rumor-shape";
export type Opened =
  | { readonly ok: true; readonly rumor: Rumor; readonly seal: VerifiedEvent }
  | { readonly ok: false; readonly reason: WrapFault };

export interface SealInputs {
  readonly author: Secret;
  readonly recipient: PubkeyHex;
  /** Already backdated. */
  readonly created_at: number;
}

export interface WrapInputs {
  /** Fresh for every wrap. */
  readonly oneTime: Secret;
  readonly recipient: PubkeyHex;
  /** Already backdated. */
  readonly created_at: number;
  readonly kind?: typeof GIFT_WRAP | typeof EPHEMERAL_GIFT_WRAP;
  /** After the `p` tag: an expiration, a nonce. */
  readonly extraTags?: readonly Tag[];
}

export function seal(rumor: Rumor, inputs: SealInputs, random: RandomSource, curve: Curve): VerifiedEvent {
  const { id, pubkey, created_at, kind, tags, content } = rumor;
  if (pubkey !== toHex(inputs.author.pubkey)) {
    throw new UsageError("usage/secret", "a seal is signed by the rumor's own author");
  }
  const plaintext = JSON.stringify({ id, pubkey, created_at, kind, tags, content });
  const content44 = encryptTo(plaintext, inputs.author, inputs.recipient, random, curve);
  const template = { kind: SEAL, created_at: inputs.created_at, tags: [], content: content44 };
  return signEvent(template, inputs.author, random(32), curve);
}

/** Wraps any signed event; NIP-59 gives it a seal, draft 2's signed channels give it a whole inner event. */
export function wrap(inner: string, inputs: WrapInputs, random: RandomSource, curve: Curve): VerifiedEvent {
  const { oneTime, recipient, created_at, kind = GIFT_WRAP, extraTags = [] } = inputs;
  const content = encryptTo(inner, oneTime, recipient, random, curve);
  return signEvent({ kind, created_at, tags: [["p", recipient], ...extraTags], content }, oneTime, random(32), curve);
}

function encryptTo(text: string, from: Secret, to: PubkeyHex, random: RandomSource, curve: Curve): string {
  using key = ConversationKey.between(from, fromHex(to)!, curve);
  if (key === undefined) throw new UsageError("usage/point", "the recipient's key is not on the curve");
  return encrypt(text, key, random(32));
}

export type Unwrapped =
  | { readonly ok: true; readonly plaintext: string }
  | { readonly ok: false; readonly reason: "wrap-kind" | "wrap-recipient" | "wrap-key" | "wrap-decrypt" };

/** The text inside a wrap addressed to `recipient`. */
export function unwrap(wrapped: VerifiedEvent, recipient: Secret, curve: Curve): Unwrapped {
  if (wrapped.kind !== GIFT_WRAP && wrapped.kind !== EPHEMERAL_GIFT_WRAP) return { ok: false, reason: "wrap-kind" };
  if (onlyTag(wrapped.tags, "p")?.[1] !== toHex(recipient.pubkey)) return { ok: false, reason: "wrap-recipient" };
  using key = ConversationKey.between(recipient, fromHex(wrapped.pubkey)!, curve);
  if (key === undefined) return { ok: false, reason: "wrap-key" };
  const opened = decrypt(wrapped.content, key);
  return opened.ok ? opened : { ok: false, reason: "wrap-decrypt" };
}

export function openWrap(wrapped: VerifiedEvent, recipient: Secret, curve: Curve): Opened {
  const outer = unwrap(wrapped, recipient, curve);
  return outer.ok ? openSeal(outer.plaintext, recipient, curve) : outer;
}

/** Opens the JSON of a seal addressed to `recipient`. */
export function openSeal(text: string, recipient: Secret, curve: Curve): Opened {
  const verdict = VerifiedEvent.check(jsonOrUndefined(text), curve);
  if (!verdict.ok) return { ok: false, reason: "seal-shape" };
  const { event: sealed } = verdict;
  if (sealed.kind !== SEAL) return { ok: false, reason: "seal-kind" };
  if (sealed.tags.length > 0) return { ok: false, reason: "seal-tags" };
  // Safety: a verified event's key is on the curve.
  using key = ConversationKey.between(recipient, fromHex(sealed.pubkey)!, curve)!;
  const inner = decrypt(sealed.content, key);
  if (!inner.ok) return { ok: false, reason: "seal-decrypt" };
  const rumor = rumorOrUndefined(jsonOrUndefined(inner.plaintext));
  if (rumor === undefined) return { ok: false, reason: "rumor-shape" };
  return rumor.pubkey === sealed.pubkey ? { ok: true, rumor, seal: sealed } : { ok: false, reason: "seal-author" };
}

function jsonOrUndefined(text: string): unknown {
  return orUndefined(() => parseJson(text, "seal", JSON_LIMITS));
}

function rumorOrUndefined(value: unknown): Rumor | undefined {
  return orUndefined(() => readRumor(value));
}

function orUndefined<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}

/** A time up to two days before `now`, uniform, from 8 random bytes. */
export function backdate(now: number, random8: Uint8Array): number {
  if (random8.length !== 8) throw new UsageError("usage/length", "give 8 random bytes");
  const fraction = random8.reduce((value, byte) => (value + byte) / 256, 0);
  return now - Math.floor(fraction * TWO_DAYS);
}
