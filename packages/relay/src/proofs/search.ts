/**
 * The search this relay makes (NIP-50): by its own verdicts on proofs, and by nothing else.
 *
 * Spec: PROOF-9 (`proof:verified`), and `ring:<digest>` for events that a member of this ring published. What cannot be
 * searched for is refused: an answer that leaves a word out answers another question.
 */
import { isRingName, type RingName } from "@subrosa/core/ring/ring";

export type Search =
  | { readonly ok: true; readonly ring: RingName | undefined }
  | { readonly ok: false; readonly fault: string };

const VERIFIED = "proof:verified";
const RING = /^ring:([0-9a-f]{64})$/;

export function parseSearch(text: string): Search {
  const tokens = text.split(/\s+/).filter((token) => token !== "");
  if (tokens.length === 0) return { ok: false, fault: "the search is empty" };
  const rings = new Set<RingName>();
  for (const token of tokens) {
    const ring = RING.exec(token)?.[1];
    if (ring !== undefined && isRingName(ring)) rings.add(ring);
    else if (token !== VERIFIED)
      return { ok: false, fault: "this relay searches by proof:verified and ring:<digest> only" };
  }
  if (rings.size > 1) return { ok: false, fault: "an event has one ring; ask for each in a filter of its own" };
  return { ok: true, ring: [...rings][0] };
}
