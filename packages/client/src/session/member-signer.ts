/**
 * Whoever signs as a member of a ring for this account: a key in this process, or a signer that can do it without giving
 * the key away. What a signer returns is verified again: that it is our event, over our ring, in our scope.
 *
 * Spec: docs/spec/member-proofs.md "Provider", PROOF-5. A signer does not say why it says no: "not a member", "denied"
 * and "no such ring" are one answer.
 */
import type { PubkeyHex } from "@subrosa/core/bytes";
import { toHex } from "@subrosa/core/bytes";
import type { Curve, RandomSource } from "@subrosa/core/curve/curve";
import { plain, serialise, type VerifiedEvent } from "@subrosa/core/nostr/event";
import { PROOF_TAG } from "@subrosa/core/proof/commitment";
import type { Scope } from "@subrosa/core/proof/scope";
import type { ScopeRequest } from "@subrosa/core/proof/scope-request";
import { drawMemberKeys, signAsGroupMember } from "@subrosa/core/proof/sign";
import { type ProofTemplate, writeProofTemplate } from "@subrosa/core/proof/template";
import { verifyMemberProof } from "@subrosa/core/proof/verify";
import { RingShelf } from "@subrosa/core/ring/ring-shelf";
import type { Secret } from "@subrosa/core/secret";
import type { Signer } from "../signer/signer.ts";

export const UNPROVEN = Object.freeze({
  "not-a-member": "Your key is not among these keys.",
  "not-proven": "The signer did not sign as a member.",
  "other-proof": "What the signer returned is not what was asked for; it was thrown away.",
  "no-directory": "The signer needs the group's directory to sign under a name within the group.",
});
export type Unproven = keyof typeof UNPROVEN;
export type MemberSigned =
  | { readonly ok: true; readonly event: VerifiedEvent }
  | { readonly ok: false; readonly reason: Unproven };

export interface MemberSigner {
  readonly pubkey: PubkeyHex;
  /** `directory`: the events of the group in the scope, for a signer that does not believe us. */
  sign(template: ProofTemplate, scope?: ScopeRequest, directory?: readonly VerifiedEvent[]): Promise<MemberSigned>;
}

/** Throws UsageError for what nobody could sign. The secret stays the caller's. */
export function localMemberSigner(secret: Secret, random: RandomSource, curve: Curve): MemberSigner {
  const pubkey = toHex(secret.pubkey) as PubkeyHex;
  return {
    pubkey,
    async sign(template, scope) {
      if (!template.keys.includes(pubkey)) return { ok: false, reason: "not-a-member" };
      const keys = drawMemberKeys(secret, random);
      const event = signAsGroupMember(template, keys, curve, scope);
      keys.oneTimeSecret.fill(0);
      keys.fresh.fill(0);
      return { ok: true, event };
    },
  };
}

/** Of a signer with `capabilities.memberProofs`. */
export function remoteMemberSigner(signer: Signer, curve: Curve): MemberSigner {
  const shelf = new RingShelf(curve, 1);
  return {
    pubkey: signer.pubkey,
    async sign(template, scope, directory) {
      if (!template.keys.includes(signer.pubkey)) return { ok: false, reason: "not-a-member" };
      const isGroup = scope !== undefined && "group" in scope;
      if (isGroup && directory === undefined) return { ok: false, reason: "no-directory" };
      const asked = writeProofTemplate(template);
      const answer = await (scope === undefined
        ? signer.proveMembership(asked)
        : signer.proveMembership(asked, { scope: optionOf(scope, directory ?? []) }));
      if (!answer.ok) return { ok: false, reason: "not-proven" };
      const verdict = verifyMemberProof(answer.event, shelf);
      const isAsked =
        verdict.ok && isTemplate(answer.event, template, isGroup) && isScope(verdict.pseudonym?.scope, scope);
      return isAsked ? { ok: true, event: answer.event } : { ok: false, reason: "other-proof" };
    },
  };
}

function optionOf(scope: ScopeRequest, directory: readonly VerifiedEvent[]): unknown {
  if ("poll" in scope) return { poll: scope.poll };
  return "group" in scope ? { group: directory.map(plain) } : { app: scope.app.text };
}

/** The same words, tags and keys; for a group the signer adds the `g` tag, and verifying the proof has looked at it. */
function isTemplate(event: VerifiedEvent, template: ProofTemplate, isGroup: boolean): boolean {
  const isKept = ([name]: readonly string[]): boolean => name !== PROOF_TAG && !(isGroup && name === "g");
  const strip = (tags: ProofTemplate["tags"]) => tags.filter(isKept);
  const { pubkey } = event;
  const given = serialise({ ...event, tags: strip(event.tags) });
  const { kind, created_at, content } = template;
  const asked = serialise({ pubkey, kind, created_at, content, tags: strip(template.tags) });
  const keys = event.tags.find(([name]) => name === PROOF_TAG)?.slice(2) ?? [];
  return given === asked && [...keys].sort().join() === [...template.keys].sort().join();
}

function isScope(given: Scope | undefined, asked: ScopeRequest | undefined): boolean {
  if (asked === undefined) return given === undefined;
  if (given === undefined) return false;
  if ("poll" in asked) return given.space === "poll" && given.poll === asked.poll;
  if ("group" in asked) return given.space === "group" && given.directory === asked.group.address;
  return given.space === "app" && given.origin === asked.app.origin && given.text === asked.app.text;
}
