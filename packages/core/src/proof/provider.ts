/**
 * What stands between a web page and the member's key (docs/spec/member-proofs.md, "Provider"; review finding P-03).
 *
 * The page chooses the ring, so the answer must not say whether the user is in it. "Not a member", "denied" and "invalid
 * ring" are one answer after one amount of work: a dummy ring is always drawn, both rings are always opened, and exactly
 * one event is signed, over the one or the other. The prompt comes before this file is asked.
 *
 * Deliberately not here: the prompt, permissions, the rate limit, a floor under the latency. They are the extension's.
 */
import { fromHex, toHex } from "../bytes.ts";
import type { Curve, RandomSource } from "../curve/curve.ts";
import { UsageError } from "../errors.ts";
import type { VerifiedEvent } from "../nostr/event.ts";
import { MAX_RING, type Ring } from "../ring/ring.ts";
import { isScope } from "../ring/scope.ts";
import { Secret } from "../secret.ts";
import { writeScope } from "./scope.ts";
import { type ScopeRequest, scopeFor } from "./scope-request.ts";
import {
  drawMemberKeys,
  type MemberEventPlan,
  MIN_SIGNING_RING,
  openSigningRing,
  planMemberEvent,
  signMemberEvent,
} from "./sign.ts";
import type { ProofTemplate } from "./template.ts";

export interface MemberRequest {
  readonly template: ProofTemplate;
  readonly scope?: ScopeRequest;
  /** What the user answered to the prompt. */
  readonly consent: boolean;
}

/** One way of saying no. */
export type MemberAnswer = { readonly ok: true; readonly event: VerifiedEvent } | { readonly ok: false };

export function answerAsMember(
  request: MemberRequest,
  secret: Secret,
  random: RandomSource,
  curve: Curve,
): MemberAnswer {
  const dummy = drawDummy(request, random, curve);
  const asked = plan(request, curve);
  const signs = request.consent && asked?.ring.has(secret.pubkey) === true;
  try {
    const keys = drawMemberKeys(signs ? secret : dummy.secret, random);
    const event = signMemberEvent(signs ? asked : dummy.plan, keys);
    return signs ? { ok: true, event } : { ok: false };
  } finally {
    dummy.secret.wipe();
  }
}

/** What was asked for, or undefined where it cannot be signed by anyone. */
function plan({ template, scope }: MemberRequest, curve: Curve): MemberEventPlan | undefined {
  if (template.keys.length > MAX_RING) return undefined;
  const opening = openSigningRing(template.keys, curve);
  if (!opening.ok) return undefined;
  try {
    return planMemberEvent(template, opening.ring, scope);
  } catch (error) {
    // A scope that does not fit the event: the page's mistake, and the same answer.
    if (error instanceof UsageError) return undefined;
    throw error;
  }
}

interface Dummy {
  readonly plan: MemberEventPlan;
  readonly secret: Secret;
}

/** Off the curve is every second x; that this many are in a row has a chance of 2^-128. */
const TRIALS = 128;

/**
 * The same event over as many keys. Deviation: not all random, but those that were asked for, with one replaced by a key
 * that can sign and what is no key by a random one. A curve keeps tables for keys that it saw before, so over strangers
 * a no would take longer than a yes.
 */
function drawDummy({ template, scope }: MemberRequest, random: RandomSource, curve: Curve): Dummy {
  const size = Math.min(Math.max(template.keys.length, MIN_SIGNING_RING), MAX_RING);
  const secret = Secret.from(random(32), curve);
  const keys = new Set([toHex(secret.pubkey)]);
  for (const key of template.keys) {
    const bytes = fromHex(key, 32);
    if (keys.size < size && bytes !== undefined && curve.isXOnlyKey(bytes)) keys.add(key);
  }
  for (let i = 0; keys.size < size; i++) {
    if (i === TRIALS * size)
      throw new UsageError("usage/state", "the random source repeats itself; do not sign with it");
    const x = random(32);
    if (curve.isXOnlyKey(x)) keys.add(toHex(x));
  }
  const opening = openSigningRing([...keys], curve);
  if (!opening.ok) throw new UsageError("usage/state", "the curve refuses a key that it made itself");
  return { plan: { template, ring: opening.ring, ...dummyScope(scope, opening.ring) }, secret };
}

/** A scope that nobody can sign for is refused all the same after the work of one that somebody can. */
function dummyScope(request: ScopeRequest | undefined, ring: Ring): { readonly scope?: string } {
  if (request === undefined) return {};
  const scope = writeScope(scopeFor(request, ring));
  return { scope: isScope(scope) ? scope : ring.name };
}
