/**
 * Signing an event as one of a ring (docs/spec/member-proofs.md §1), with a key of its own that is forgotten afterwards
 * (PROOF-5).
 *
 * For programs that act for the holder of the key: a key that is not in the ring is a mistake and throws. What stands
 * between a web page and a key is provider.ts, which must not let that show. The proof tag comes last (PROOF-4).
 */
import { fromHex, type PubkeyHex, toHex } from "../bytes.ts";
import type { Curve, RandomSource } from "../curve/curve.ts";
import { UsageError } from "../errors.ts";
import { type EventTemplate, type Rumor, signEvent, type Tag, toRumor, type VerifiedEvent } from "../nostr/event.ts";
import { tagsNamed } from "../nostr/tags.ts";
import { writeProof } from "../ring/proof-json.ts";
import { Ring, type RingOpening, sortKeys } from "../ring/ring.ts";
import { signOr } from "../ring/scheme-or.ts";
import { signOrLink } from "../ring/scheme-or-link.ts";
import { isScope } from "../ring/scope.ts";
import { Secret } from "../secret.ts";
import { commitment, PROOF_TAG, withoutProof } from "./commitment.ts";
import { parseScope, type Scope, scopeFits, writeScope } from "./scope.ts";
import { type ScopeRequest, scopeFor } from "./scope-request.ts";
import type { ProofTemplate } from "./template.ts";

/** Below this, who signed is hardly a question; verification begins at 2. */
export const MIN_SIGNING_RING = 3;

export interface MemberKeys {
  /** The member's own. */
  readonly secret: Secret;
  /** The key of this one event: 32 fresh random bytes. */
  readonly oneTimeSecret: Uint8Array;
  /** 32 fresh random bytes for the proof. */
  readonly fresh: Uint8Array;
  /** 32 fresh random bytes for the event's signature. */
  readonly aux: Uint8Array;
}

/** Draws what one signature needs. */
export function drawMemberKeys(secret: Secret, random: RandomSource): MemberKeys {
  return { secret, oneTimeSecret: random(32), fresh: random(32), aux: random(32) };
}

/** Throws UsageError where the template, the ring or the scope cannot be signed for, or the key is not in the ring. */
export function signAsGroupMember(
  template: ProofTemplate,
  keys: MemberKeys,
  curve: Curve,
  scope?: ScopeRequest,
): VerifiedEvent {
  const opening = openSigningRing(template.keys, curve);
  if (!opening.ok) throw new UsageError("usage/ring", `the ring is refused (${opening.reason}); correct its keys`);
  return signMemberEvent(planMemberEvent(template, opening.ring, scope), keys);
}

/** The ring of a template: sorted, so that the order in which a page names the keys says nothing. */
export function openSigningRing(keys: readonly string[], curve: Curve): RingOpening {
  return Ring.open(sortKeys(keys.map((key) => fromHex(key, 32) ?? new Uint8Array(0))), curve);
}

/** What is about to be signed, with everything looked at that does not need a secret. */
export interface MemberEventPlan {
  readonly template: EventTemplate;
  readonly ring: Ring;
  readonly scope?: string;
}

export function planMemberEvent(template: EventTemplate, ring: Ring, request?: ScopeRequest): MemberEventPlan {
  if (ring.size < MIN_SIGNING_RING) {
    throw new UsageError("usage/ring", "a ring of fewer than 3 keys hides nobody; add keys");
  }
  if (withoutProof(template.tags).length !== template.tags.length) {
    throw new UsageError("usage/template", "read the template first; it still has its placeholder");
  }
  if (request === undefined) return { template, ring };
  const scope = scopeFor(request, ring);
  const tags = withGroup(template.tags, scope, ring);
  const isForRing = !("group" in request) || request.group.ring === ring.name;
  if (!isForRing || !isWritable(scope) || !scopeFits(scope, { kind: template.kind, tags }, ring.name)) {
    throw new UsageError("usage/scope", "this scope is not for an event of this kind, with these tags, over this ring");
  }
  return { template: { ...template, tags }, ring, scope: writeScope(scope) };
}

/** The same work for every plan with the same number of keys. */
export function signMemberEvent(plan: MemberEventPlan, keys: MemberKeys): VerifiedEvent {
  return signProved(proveMemberEvent(plan, keys), keys, plan.ring.curve);
}

/** The event with its proof and without its signature: what is mined, where work is wanted (pow.ts). */
export function proveMemberEvent({ template, ring, scope }: MemberEventPlan, keys: MemberKeys): Rumor {
  const { kind, created_at, content, tags } = template;
  const oneTime = Secret.from(keys.oneTimeSecret, ring.curve);
  try {
    const pubkey = toHex(oneTime.pubkey) as PubkeyHex;
    const message = commitment(toRumor({ kind, created_at, content, tags }, pubkey));
    const claim = { ring, message, secret: keys.secret, fresh: keys.fresh };
    const proof = scope === undefined ? signOr(claim) : signOrLink({ ...claim, scope });
    const proofTag: Tag = [PROOF_TAG, writeProof(proof), ...ring.keys().map(toHex)];
    return toRumor({ kind, created_at, content, tags: [...tags, proofTag] }, pubkey);
  } finally {
    oneTime.wipe();
  }
}

/** Signs a proved event with its one-time key. */
export function signProved(event: Rumor, { oneTimeSecret, aux }: MemberKeys, curve: Curve): VerifiedEvent {
  const oneTime = Secret.from(oneTimeSecret, curve);
  try {
    return signEvent(event, oneTime, aux, curve);
  } finally {
    oneTime.wipe();
  }
}

/** Is it read as what it is? An origin or an id of another form would be read as something else, or not at all. */
function isWritable(scope: Scope): boolean {
  const text = writeScope(scope);
  const read = parseScope(text);
  return isScope(text) && read !== undefined && JSON.stringify(read) === JSON.stringify(scope);
}

/** A `group:` proof names directory and ring in the event's one `g` tag; it is added where the template has none. */
function withGroup(tags: readonly Tag[], scope: Scope, ring: Ring): readonly Tag[] {
  if (scope.space !== "group" || tagsNamed(tags, "g").length > 0) return tags;
  return [...tags, ["g", scope.directory, ring.name]];
}
