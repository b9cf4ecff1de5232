/**
 * What to tell a user before he signs (docs/spec/member-proofs.md, "Provider"; rings.md §3). It looks at the ring that
 * was asked for and at whom he knows, never at whether he is in it.
 */
import { MAX_RING } from "../ring/ring.ts";
import { MIN_SIGNING_RING } from "./sign.ts";

const FEW_KNOWN = 5;
/** A hex event with 180 keys fills the 64 KiB that many relays allow. */
const LARGE_RING = 150;

export type RingAdvice = "too-small" | "few-known" | "large-event" | "too-large";

export const ADVICE_SENTENCES: Readonly<Record<RingAdvice, string>> = {
  "too-small": "A ring of fewer than 3 keys cannot be signed for: it would hide nobody.",
  "few-known":
    "You know fewer than 5 of these keys. Whoever chose them may own all the others, and then knows it was you.",
  "large-event": "With more than 150 keys, some relays will refuse the event as too large.",
  "too-large": "A ring has at most 1,000 keys.",
};

export interface RingReview {
  readonly n: number;
  readonly known: number;
  readonly advice: readonly RingAdvice[];
}

export function reviewRing(keys: readonly string[], isKnown: (key: string) => boolean): RingReview {
  const n = new Set(keys).size;
  const known = [...new Set(keys)].filter(isKnown).length;
  const advice: RingAdvice[] = [];
  if (n < MIN_SIGNING_RING) advice.push("too-small");
  if (known < FEW_KNOWN) advice.push("few-known");
  if (n > LARGE_RING) advice.push("large-event");
  if (n > MAX_RING) advice.push("too-large");
  return { n, known, advice };
}
