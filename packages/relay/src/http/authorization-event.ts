/**
 * The event in an HTTP `Authorization: Nostr <base64>` header, verified: NIP-98 and Blossom both carry one. What it
 * allows is the reader's question. Node reads both alphabets of base64.
 */
import type { Curve } from "@subrosa/core/curve/curve";
import { WireError } from "@subrosa/core/errors";
import { parseJson } from "@subrosa/core/json";
import { VerifiedEvent } from "@subrosa/core/nostr/event";

const MAX_DEPTH = 4;

/** Undefined for whatever is not a verified event of at most `maxLength` characters of JSON. */
export function authorizationEvent(encoded: string, maxLength: number, curve: Curve): VerifiedEvent | undefined {
  try {
    const json = Buffer.from(encoded, "base64").toString();
    const verdict = VerifiedEvent.check(parseJson(json, "authorization", { maxLength, maxDepth: MAX_DEPTH }), curve);
    return verdict.ok ? verdict.event : undefined;
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}
