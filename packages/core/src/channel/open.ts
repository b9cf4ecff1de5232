/**
 * From what a relay sent to an inner event with an author, in the order of CHANNEL-2: outer id and signature, NIP-44
 * MAC, strict inner JSON, inner id, inner signature (or seal). Whether the event belongs to a channel, and what its
 * author may do there, is said by fact.ts and room.ts.
 *
 * Signatures go to the curve in two batches, so a cold start over thousands of stored wraps costs two passes.
 */
import { type PubkeyHex, pubkeyHex } from "../bytes.ts";
import type { Curve, RandomSource } from "../curve/curve.ts";
import { WireError } from "../errors.ts";
import { parseJson } from "../json.ts";
import { DEFAULT_LIMITS, type EventFault, VerifiedEvent } from "../nostr/event.ts";
import { GIFT_WRAP, SEAL, unwrap } from "../nostr/nip59.ts";
import { onlyTag } from "../nostr/tags.ts";
import type { Secret } from "../secret.ts";
import { InnerEvent, JSON_LIMITS } from "./inner-event.ts";
import type { WrapReason } from "./reason.ts";

export type OpenedWrap =
  | { readonly ok: true; readonly inner: InnerEvent; readonly to: PubkeyHex; readonly outer: VerifiedEvent }
  | { readonly ok: false; readonly reason: WrapReason };

/** The keys that wraps are addressed to: the user's own and one for each channel. */
export type Keyring = ReadonlyMap<PubkeyHex, Secret>;

interface Decrypted {
  readonly ok: true;
  readonly outer: VerifiedEvent;
  readonly to: PubkeyHex;
  readonly value: unknown;
}
type Refused = { readonly ok: false; readonly reason: WrapReason };

const INNER_FAULT: Readonly<Record<EventFault, WrapReason>> = {
  "event-shape": "inner-shape",
  "event-id": "inner-id",
  "event-sig": "inner-sig",
};

/** Answers for each in order. */
export function openWraps(
  outers: readonly unknown[],
  keys: Keyring,
  random: RandomSource,
  curve: Curve,
): readonly OpenedWrap[] {
  const texts = VerifiedEvent.checkAll(outers, curve, random).map((verdict): Decrypted | Refused =>
    verdict.ok ? decryptOuter(verdict.event, keys, curve) : verdict,
  );
  const values = texts.flatMap((text) => (text.ok ? [text.value] : []));
  const inner = VerifiedEvent.checkAll(values, curve, random, DEFAULT_LIMITS);
  let next = 0;
  return texts.map((text): OpenedWrap => {
    if (!text.ok) return text;
    const verdict = inner[next++]!;
    if (!verdict.ok) return { ok: false, reason: INNER_FAULT[verdict.reason] };
    const { outer, to } = text;
    if (verdict.event.kind !== SEAL) return { ok: true, inner: InnerEvent.fromSigned(verdict.event), to, outer };
    const unsealed = InnerEvent.fromSeal(verdict.event, keys.get(to)!, curve);
    return unsealed.ok ? { ok: true, inner: unsealed.inner, to, outer } : unsealed;
  });
}

/** A wrap to a key that somebody else holds, opened in steps: verify, have `content` decrypted, go on with the text. */
export type Opening =
  | { readonly ok: true; readonly inner: InnerEvent }
  /** Have its content decrypted too, and give the text to `InnerEvent.fromSealText`. */
  | { readonly ok: true; readonly seal: VerifiedEvent }
  | Refused;

export function openText(text: string, curve: Curve): Opening {
  const parsed = parseInner(text);
  if (!parsed.ok) return parsed;
  const verdict = VerifiedEvent.check(parsed.value, curve);
  if (!verdict.ok) return { ok: false, reason: INNER_FAULT[verdict.reason] };
  const { event } = verdict;
  return event.kind === SEAL ? { ok: true, seal: event } : { ok: true, inner: InnerEvent.fromSigned(event) };
}

function decryptOuter(outer: VerifiedEvent, keys: Keyring, curve: Curve): Decrypted | Refused {
  if (outer.kind !== GIFT_WRAP) return { ok: false, reason: "wrap-kind" };
  const to = pubkeyHex(onlyTag(outer.tags, "p")?.[1]);
  const key = to && keys.get(to);
  if (to === undefined || key === undefined) return { ok: false, reason: "wrap-recipient" };
  const text = unwrap(outer, key, curve);
  if (!text.ok) return { ok: false, reason: "wrap-decrypt" };
  const parsed = parseInner(text.plaintext);
  return parsed.ok ? { ok: true, outer, to, value: parsed.value } : parsed;
}

function parseInner(text: string): { readonly ok: true; readonly value: unknown } | Refused {
  try {
    return { ok: true, value: parseJson(text, "inner", JSON_LIMITS) };
  } catch (error) {
    if (error instanceof WireError) return { ok: false, reason: "inner-json" };
    throw error;
  }
}
