/**
 * The Anonymous Event: signed by a key that means nothing, saying inside who speaks (docs/spec/groups.md §1).
 *
 *   words ─► sign as real ─► encrypt alias → receiver ─► [mine the outer id] ─► sign as alias ─► publish
 *
 * Making one is in two steps, so that work can be mined in between (GROUP-2); opening one is in one step and answers
 * hostile bytes with a reason. Cheap checks come first: shape, MAC, inner shape, then the inner signature. The outer
 * signature was checked at the door. NIP-44 version 2 and nothing else (GROUP-3).
 */
import { fromHex, type PubkeyHex, toHex } from "../bytes.ts";
import type { Curve, RandomSource } from "../curve/curve.ts";
import { UsageError, WireError } from "../errors.ts";
import { type Tag, toRumor, type UnsignedEvent, type VerifiedEvent } from "../nostr/event.ts";
import { ConversationKey, decrypt, encrypt, type Nip44Fault } from "../nostr/nip44.ts";
import type { Secret } from "../secret.ts";
import { fitsInside, readInner, receiverOf, signedHash, writeInner } from "./inner.ts";

export interface AnonymousTemplate {
  readonly kind: number;
  readonly created_at: number;
  /** The first `p` tag names the receiver. */
  readonly tags: readonly Tag[];
  readonly text: string;
  /** GROUP-4: the true time, where `created_at` is jittered. */
  readonly t?: number;
  /** GROUP-21: a fresh encryption key. */
  readonly ek?: PubkeyHex;
}

export interface AnonymousKeys {
  readonly real: Secret;
  /** Fresh and random for every event. */
  readonly alias: Secret;
}

/** Everything but the alias's signature. Mine it (NIP-13) or hand it to `signEvent` with the alias as it is. */
export function anonymousEvent(
  template: AnonymousTemplate,
  { real, alias }: AnonymousKeys,
  random: RandomSource,
  curve: Curve,
): UnsignedEvent {
  const { kind, created_at, tags, text: words, t, ek } = template;
  const [realKey, aliasKey] = [toHex(real.pubkey) as PubkeyHex, toHex(alias.pubkey) as PubkeyHex];
  if (realKey === aliasKey)
    throw new UsageError("usage/secret", "the alias is another key than the real one; make one");
  if (!fitsInside(words)) {
    throw new UsageError(
      "usage/too-long",
      "this is too long for one anonymous event; about 65,000 bytes fit, quotes twice",
    );
  }
  const receiver = receiverOf(tags);
  if (receiver === undefined)
    throw new UsageError("usage/template", 'the first p tag is ["p", receiver], nothing more');
  const hash = signedHash({ alias: aliasKey, created_at, kind, tags }, realKey, words);
  const sig = toHex(curve.signSchnorr(hash, real.expose(), random(32)));
  const inner = { pubkey: realKey, content: words, sig, ...(t === undefined ? {} : { t }), ...(ek && { ek }) };
  using key = ConversationKey.between(alias, fromHex(receiver)!, curve);
  if (key === undefined) throw new UsageError("usage/point", "the receiver's key is not on the curve");
  return toRumor({ kind, created_at, tags, content: encrypt(writeInner(inner), key, random(32)) }, aliasKey);
}

/** An Anonymous Event whose author was proved. Only `openAnonymous` and `checkOpened` make one. */
export class OpenedEvent {
  readonly #proved = true;
  readonly alias: PubkeyHex;
  readonly created_at: number;
  readonly kind: number;
  readonly tags: readonly Tag[];
  /** The real author. */
  readonly pubkey: PubkeyHex;
  readonly content: string;
  readonly sig: string;
  readonly t: number | undefined;
  readonly ek: PubkeyHex | undefined;

  private constructor(opened: Opened, extra: { readonly t: number | undefined; readonly ek: PubkeyHex | undefined }) {
    this.alias = opened.alias;
    this.created_at = opened.created_at;
    this.kind = opened.kind;
    this.tags = opened.tags;
    this.pubkey = opened.pubkey;
    this.content = opened.content;
    this.sig = opened.sig;
    this.t = extra.t;
    this.ek = extra.ek;
    Object.freeze(this);
  }

  static is(value: unknown): value is OpenedEvent {
    return typeof value === "object" && value !== null && #proved in value && value.#proved;
  }

  /** Checks the real key's signature: needs no key, so whoever is handed the parts can check them. */
  static check(
    opened: Opened,
    curve: Curve,
    extra: { readonly t?: number; readonly ek?: PubkeyHex } = {},
  ): OpenedEvent | undefined {
    if (opened.alias === opened.pubkey) return undefined;
    const hash = signedHash(opened, opened.pubkey, opened.content);
    const signature = fromHex(opened.sig, 64);
    const valid = signature !== undefined && curve.verifySchnorr(signature, hash, fromHex(opened.pubkey)!);
    return valid ? new OpenedEvent(opened, { t: extra.t, ek: extra.ek }) : undefined;
  }
}

/** The parts of an Anonymous Event that its real author signed, and his signature. */
export interface Opened {
  readonly alias: PubkeyHex;
  readonly created_at: number;
  readonly kind: number;
  readonly tags: readonly Tag[];
  readonly pubkey: PubkeyHex;
  readonly content: string;
  readonly sig: string;
}

export type AnonymousFault =
  | "anonymous-receiver"
  | "anonymous-key"
  | "anonymous-shape"
  | "anonymous-alias"
  | "anonymous-sig"
  | Nip44Fault;
export type AnonymousOpened =
  | { readonly ok: true; readonly opened: OpenedEvent }
  | { readonly ok: false; readonly reason: AnonymousFault };

/** Opens an event addressed to `receiver`. Further keys are tried where the first does not fit (GROUP-8). */
export function openAnonymous(
  event: VerifiedEvent,
  receiver: Secret,
  curve: Curve,
  further: readonly ConversationKey[] = [],
): AnonymousOpened {
  if (receiverOf(event.tags) !== toHex(receiver.pubkey)) return { ok: false, reason: "anonymous-receiver" };
  using key = ConversationKey.between(receiver, fromHex(event.pubkey)!, curve);
  if (key === undefined) return { ok: false, reason: "anonymous-key" };
  let plain = decrypt(event.content, key);
  for (const other of further) {
    if (plain.ok || plain.reason !== "nip44-mac") break;
    plain = decrypt(event.content, other);
  }
  return plain.ok ? verify(event, plain.plaintext, curve) : plain;
}

function verify(event: VerifiedEvent, plaintext: string, curve: Curve): AnonymousOpened {
  let inner: ReturnType<typeof readInner>;
  try {
    inner = readInner(plaintext);
  } catch (error) {
    if (error instanceof WireError) return { ok: false, reason: "anonymous-shape" };
    throw error;
  }
  if (inner.pubkey === event.pubkey) return { ok: false, reason: "anonymous-alias" };
  const { created_at, kind, tags } = event;
  const pubkey = inner.pubkey as PubkeyHex;
  const parts: Opened = { alias: event.pubkey, created_at, kind, tags, pubkey, content: inner.content, sig: inner.sig };
  const { t, ek } = inner;
  const extra = { ...(t === undefined ? {} : { t }), ...(ek === undefined ? {} : { ek: ek as PubkeyHex }) };
  const opened = OpenedEvent.check(parts, curve, extra);
  return opened === undefined ? { ok: false, reason: "anonymous-sig" } : { ok: true, opened };
}

/** GROUP-4: up to 120 seconds before `now`, uniform, from 4 random bytes. */
export function jittered(now: number, random: RandomSource): number {
  const [a, b, c, d] = random(4);
  return now - Math.floor(((a! * 0x1000000 + b! * 0x10000 + c! * 0x100 + d!) / 0x1_0000_0000) * 121);
}
