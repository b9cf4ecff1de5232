/**
 * The four alias events, written: request, accept, reject, remove.
 *
 *   author: our alias   p: the peer (his real key in a request, else his alias)   e: the request that is answered
 *   content: NIP-04 or NIP-44 between author and p, of the inner JSON (inner.ts)
 *
 * Spec: docs/spec/alias.md §1, ALIAS-2, ALIAS-3. One event, two ways to travel: `publishPlain` signs it, `sealExchange`
 * makes it the rumor of a gift wrap; its content stays encrypted there too, so that both are read by one path.
 * Which alias, time and recipient to use is decided in alias.ts. Work that the recipient asks for (ALIAS-9) is mined
 * into the rumor, with `mine` of nostr/nip13.ts, before it travels.
 */
import { type EventId, type PubkeyHex, toHex } from "../bytes.ts";
import type { Curve, RandomSource } from "../curve/curve.ts";
import { UsageError } from "../errors.ts";
import { type Rumor, signEvent, type Tag, toRumor, type VerifiedEvent } from "../nostr/event.ts";
import { expirationTag } from "../nostr/nip40.ts";
import { onlyTag } from "../nostr/tags.ts";
import type { Secret } from "../secret.ts";
import { encryptBody } from "./body.ts";
import type { Cipher, Fact } from "./fact.ts";
import { MAX_WORDS, signBoundInner, writeInner } from "./inner.ts";
import { wrapTo } from "./wrap-to.ts";

export const REQUEST = 10_100;
export const ACCEPT = 10_101;
export const REJECT = 10_102;
export const REMOVE = 10_103;

export const KIND_OF = Object.freeze({ request: REQUEST, accept: ACCEPT, reject: REJECT, remove: REMOVE } as const);
export type ExchangeKind = (typeof KIND_OF)[Fact["kind"]];

export function factKind(kind: number): Fact["kind"] | undefined {
  switch (kind) {
    case REQUEST:
      return "request";
    case ACCEPT:
      return "accept";
    case REJECT:
      return "reject";
    case REMOVE:
      return "remove";
    default:
      return undefined;
  }
}

/** What the keys add to a `Writing`: who speaks, through which alias, and how it is encrypted. */
export interface Hand {
  readonly real: Secret;
  readonly alias: Secret;
  readonly cipher: Cipher;
}

export interface ExchangeTemplate {
  readonly kind: Fact["kind"];
  readonly to: PubkeyHex;
  readonly created_at: number;
  readonly content: string;
  readonly request?: EventId;
  readonly expires?: number;
}

export function writeExchange(template: ExchangeTemplate, hand: Hand, random: RandomSource, curve: Curve): Rumor {
  const { kind: name, to, created_at, content, request, expires } = template;
  if (content.length > MAX_WORDS) throw new UsageError("usage/too-long", `say it in ${MAX_WORDS} characters at most`);
  if ((name === "accept" || name === "reject") !== (request !== undefined)) {
    throw new UsageError("usage/template", "an answer names the request it answers, and nothing else does (ALIAS-6)");
  }
  const kind = KIND_OF[name];
  const pubkey = toHex(hand.alias.pubkey) as PubkeyHex;
  const inner = signBoundInner({ kind, created_at, pubkey, recipient: to }, content, hand.real, random, curve);
  const body = encryptBody(writeInner(inner), hand.cipher, hand.alias, to, random, curve);
  const tags: Tag[] = [["p", to]];
  if (request !== undefined) tags.push(["e", request]);
  if (expires !== undefined) tags.push(expirationTag(expires));
  return toRumor({ kind, created_at, tags, content: body }, pubkey);
}

/** ALIAS-3, plain: anybody sees it, and what plain-leaks.ts says. */
export function publishPlain(rumor: Rumor, alias: Secret, random: RandomSource, curve: Curve): VerifiedEvent {
  if (rumor.pubkey !== toHex(alias.pubkey)) {
    throw new UsageError("usage/secret", "an alias event is signed by the alias that wrote it");
  }
  return signEvent(rumor, alias, random(32), curve);
}

export interface SealedExchange {
  readonly toPeer: VerifiedEvent;
  /** For our other devices, addressed to the real key. */
  readonly toSelf: VerifiedEvent;
}

/** ALIAS-3, sealed: one wrap for the recipient, one for ourselves, each under its own one-time key. */
export function sealExchange(
  rumor: Rumor,
  { real, alias }: Pick<Hand, "real" | "alias">,
  now: number,
  random: RandomSource,
  curve: Curve,
): SealedExchange {
  const recipient = onlyTag(rumor.tags, "p")?.[1] as PubkeyHex;
  const self = toHex(real.pubkey) as PubkeyHex;
  const extraTags = rumor.tags.filter(([name]) => name === "expiration");
  const sealTo = (to: PubkeyHex): VerifiedEvent => wrapTo(rumor, alias, to, now, extraTags, random, curve);
  return { toPeer: sealTo(recipient), toSelf: sealTo(self) };
}
