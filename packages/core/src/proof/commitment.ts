/**
 * What a member proof signs (docs/spec/member-proofs.md, PROOF-1 and PROOF-2), the draft's formula to the letter:
 *
 *     SHA256( utf8( pubkey + created_at + kind + JSON.stringify(tags without group-member-proof) + content ) )
 *
 * Nothing separates the fields, so `created_at` has exactly ten digits here; with that the text can be taken apart in
 * one way only. JSON.stringify is ES2019's, well-formed; lone surrogates are refused before they come here.
 */
import { utf8 } from "../bytes.ts";
import { UsageError } from "../errors.ts";
import { sha256 } from "../hash.ts";
import type { Tag, UnsignedEvent } from "../nostr/event.ts";

export const PROOF_TAG = "group-member-proof";

/** PROOF-2: 2001 to 2286. */
export function isProvableTime(createdAt: number): boolean {
  return Number.isInteger(createdAt) && createdAt >= 1_000_000_000 && createdAt <= 9_999_999_999;
}

export function withoutProof(tags: readonly Tag[]): readonly Tag[] {
  return tags.filter((tag) => tag[0] !== PROOF_TAG);
}

/** 32 bytes: `m` of docs/spec/rings.md. */
export function commitment(event: UnsignedEvent): Uint8Array {
  if (!isProvableTime(event.created_at)) {
    throw new UsageError("usage/template", "created_at is a time in seconds, of exactly ten digits");
  }
  const { pubkey, created_at, kind, tags, content } = event;
  return sha256(utf8(`${pubkey}${created_at}${kind}${JSON.stringify(withoutProof(tags))}${content}`));
}
