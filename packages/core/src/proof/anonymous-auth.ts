/**
 * Anonymous AUTH (docs/spec/member-proofs.md, PROOF-14): the answer to a relay's challenge (NIP-42) is signed by a
 * one-time key and proves that one of the ring the relay published sends it, not which one.
 *
 * Proofs are linkable within a period of the relay's choosing and within nothing else: so a relay can count what one
 * member sends today, and cannot tell whether it was the same one yesterday. Both sides take the scope from here. The
 * answer's challenge, time and relay are nip42's to check; whether the ring is one to hide in is the member's question.
 */
import { UsageError, WireError } from "../errors.ts";
import { integer, object, type Shape, text } from "../json.ts";
import { type AuthInputs, authTemplate } from "../nostr/nip42.ts";
import { isRingName, type RingName } from "../ring/ring.ts";
import { isOrigin, type Scope } from "./scope.ts";
import type { ScopeRequest } from "./scope-request.ts";
import type { ProofTemplate } from "./template.ts";
import type { MemberVerdict } from "./verify.ts";

/** What a relay announces as `anonymous_auth` in its NIP-11 document. */
export interface AnonymousAuthTerms {
  /** Every proof is over exactly this ring. */
  readonly ring: RingName;
  /** The relay's own, with the scheme ws or wss: no web page has such a one. */
  readonly origin: string;
  /** Seconds within which two answers by one member can be linked. */
  readonly period: number;
}

export const MIN_PERIOD = 3_600;
export const MAX_PERIOD = 31_536_000;

const ringShape: Shape<RingName> = {
  read: (value, path) => {
    if (typeof value !== "string" || !isRingName(value)) throw new WireError("wire/hex", path);
    return value;
  },
  write: (value) => value,
};
const originShape: Shape<string> = {
  read: (value, path) => {
    const origin = text({ max: 300 }).read(value, path);
    if (!isOrigin(origin) || !/^wss?:/.test(origin)) throw new WireError("wire/non-canonical", path);
    return origin;
  },
  write: (value) => value,
};

/** The announcement; fields that it does not know are ignored, as NIP-11 has it. */
export const anonymousAuthShape: Shape<AnonymousAuthTerms> = object(
  { ring: ringShape, origin: originShape, period: integer({ min: MIN_PERIOD, max: MAX_PERIOD }) },
  { unknown: "ignore" },
);

/** What a member signs as one of the keys, in the order in which the relay published them, with `anonymousAuthScope`. */
export function anonymousAuthTemplate(inputs: AuthInputs, keys: readonly string[]): ProofTemplate {
  return { ...authTemplate(inputs), keys };
}

/** The scope of an answer of this time. */
export function anonymousAuthScope(
  { origin, period }: AnonymousAuthTerms,
  createdAt: number,
): Extract<ScopeRequest, { app: unknown }> {
  if (!Number.isSafeInteger(createdAt) || createdAt < 0) {
    throw new UsageError("usage/range", "give the answer's created_at, in seconds");
  }
  return { app: { origin, text: `auth/${Math.floor(createdAt / period)}` } };
}

/** When the period of an answer ends, in seconds since 1970. */
export function anonymousAuthEnd({ period }: AnonymousAuthTerms, createdAt: number): number {
  return (Math.floor(createdAt / period) + 1) * period;
}

/** The member's pseudonym for this period, or undefined where the proof is not one that admits. */
export function anonymousMember(
  verdict: MemberVerdict,
  terms: AnonymousAuthTerms,
  createdAt: number,
): string | undefined {
  if (!verdict.ok || verdict.ring !== terms.ring || verdict.pseudonym === undefined) return undefined;
  const { keyImage, scope } = verdict.pseudonym;
  return isScopeOf(scope, terms, createdAt) ? keyImage : undefined;
}

function isScopeOf(scope: Scope, terms: AnonymousAuthTerms, createdAt: number): boolean {
  const { app } = anonymousAuthScope(terms, createdAt);
  return scope.space === "app" && scope.origin === app.origin && scope.text === app.text && scope.ring === terms.ring;
}
