/**
 * Did a member of the named keys publish this event? (docs/spec/member-proofs.md, PROOF-3)
 *
 * Checked in this order: shape, id and signature of the event, exactly one proof tag, the ring, the proof. A valid proof
 * under a bad signature is not valid. The answer says which ring as a *set* (`ring`); whether that ring means anything
 * is the viewer's own question, see trust.ts: `g` is never an answer to it (PROOF-6). A ring signature beside the proof
 * is nip97's to verify: each is looked at alone (PROOF-13).
 */
import { fromHex } from "../bytes.ts";
import { VerifiedEvent } from "../nostr/event.ts";
import { tagsNamed } from "../nostr/tags.ts";
import { finish } from "../ring/progress.ts";
import type { Ring, RingName } from "../ring/ring.ts";
import type { RingShelf } from "../ring/ring-shelf.ts";
import { verifyProofInSteps } from "../ring/verify.ts";
import { commitment, isProvableTime, PROOF_TAG } from "./commitment.ts";
import type { MemberReason } from "./reasons.ts";
import { parseScope, type Scope, scopeFits } from "./scope.ts";

/** A pseudonym inside one ring and scope: equal images there are one author. */
export interface Pseudonym {
  /** 66 lowercase hex digits. */
  readonly keyImage: string;
  readonly scope: Scope;
}

export type MemberVerdict =
  | { readonly ok: true; readonly n: number; readonly ring: RingName; readonly pseudonym?: Pseudonym }
  | { readonly ok: false; readonly reason: MemberReason };

/** Of an event as it came, of any shape. */
export function verifyMemberProof(value: unknown, shelf: RingShelf): MemberVerdict {
  return finish(verifyMemberProofInSteps(value, shelf));
}

/** As `verifyMemberProof`; yields the number of sums of points done. */
export function* verifyMemberProofInSteps(value: unknown, shelf: RingShelf): Generator<number, MemberVerdict> {
  if (VerifiedEvent.is(value)) return yield* verifyCarried(value, shelf);
  const verdict = VerifiedEvent.check(value, shelf.curve);
  return verdict.ok ? yield* verifyCarried(verdict.event, shelf) : refuse(verdict.reason);
}

function refuse(reason: MemberReason): MemberVerdict {
  return { ok: false, reason };
}

function* verifyCarried(event: VerifiedEvent, shelf: RingShelf): Generator<number, MemberVerdict> {
  if (!isProvableTime(event.created_at)) return refuse("event-shape");
  const [tag, ...more] = tagsNamed(event.tags, PROOF_TAG);
  const proof = tag?.[1];
  // PROOF-4: an empty string is the placeholder of a template.
  if (tag === undefined || proof === undefined || proof === "") return refuse("proof-missing");
  if (more.length > 0) return refuse("proof-many");
  const opening = yield* shelf.openInSteps(tag.slice(2));
  if (!opening.ok) return refuse(opening.reason);
  const { ring } = opening;
  if (ring.has(fromHex(event.pubkey)!)) return refuse("ring-self");
  return yield* verifyOver(event, proof, ring);
}

function* verifyOver(event: VerifiedEvent, proof: string, ring: Ring): Generator<number, MemberVerdict> {
  const allowsScope = (text: string): boolean => {
    const scope = parseScope(text);
    return scope !== undefined && scopeFits(scope, event, ring.name);
  };
  const verdict = yield* verifyProofInSteps({ proof, ring, message: commitment(event), allowsScope });
  if (!verdict.ok) return refuse(verdict.reason);
  const known = { ok: true, n: verdict.n, ring: ring.name } as const;
  const scope = verdict.alg === "or-link" ? parseScope(verdict.scope) : undefined;
  if (verdict.alg === "or" || scope === undefined) return known;
  return { ...known, pseudonym: { keyImage: verdict.keyImage, scope } };
}

/** Are these two by one author? Only images of one ring and one scope are compared. */
export function isSameMember(a: MemberVerdict, b: MemberVerdict): boolean {
  if (!a.ok || !b.ok || a.pseudonym === undefined || b.pseudonym === undefined || a.ring !== b.ring) return false;
  const [one, other] = [a.pseudonym, b.pseudonym];
  return one.keyImage === other.keyImage && JSON.stringify(one.scope) === JSON.stringify(other.scope);
}
