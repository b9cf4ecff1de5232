/**
 * The keys of a group: how a new group secret is made, how a member finds his wrap, what seals the roster.
 *
 * Spec: docs/spec/groups.md GROUP-5, GROUP-6. A secret made for an owner event is derived from that event's id and a
 * seed that lies in the content, so everybody who opens it sees that it cannot be older; a reused key would be in
 * the hands of people who left. A member tag is an address, never an author: both sides know its secret.
 */
import { type EventId, fromHex, type PubkeyHex, toHex } from "../bytes.ts";
import type { Curve } from "../curve/curve.ts";
import { UsageError } from "../errors.ts";
import { sha256, taggedHash } from "../hash.ts";
import { ConversationKey, decrypt } from "../nostr/nip44.ts";
import { secretOrUndefined } from "../nostr/nsec.ts";
import type { Secret } from "../secret.ts";
import type { MemberTag } from "./wire.ts";

/** secret = H_"group/key"( prev ‖ seed ); undefined where it is no scalar, which nobody will ever see. */
export function groupSecret(prev: EventId, seed: Uint8Array, curve: Curve): Secret | undefined {
  if (seed.length !== 32) throw new UsageError("usage/length", "a seed is 32 random bytes");
  const bytes = taggedHash("group/key", fromHex(prev)!, seed);
  const secret = secretOrUndefined(bytes, curve);
  bytes.fill(0);
  return secret;
}

/** The conversation of a key with itself: it seals the roster, and `sealed-prev`. */
export function selfConversation(secret: Secret, curve: Curve): ConversationKey {
  return ConversationKey.between(secret, secret.pubkey, curve)!;
}

/** GROUP-5: pub( SHA256( x ) ) of the ECDH x that alias and member share. */
export function memberAddress(sharedX: Uint8Array, curve: Curve): PubkeyHex {
  return toHex(curve.baseMultiply(sha256(sharedX)).subarray(1)) as PubkeyHex;
}

/** Why a wrap gives no group secret: all that a complaint can prove (GROUP-15). */
export type WrapFault = "no-wrap" | "two-wraps" | "wrong-wrap";
export type WrapOpened =
  | { readonly ok: true; readonly secret: Secret }
  | { readonly ok: false; readonly fault: WrapFault };

/** GROUP-6: the one wrap at this address, opened with any of these keys, holds the secret of `key`, or it is a fault. */
export function openWrap(
  members: readonly MemberTag[],
  address: PubkeyHex,
  keys: readonly ConversationKey[],
  key: PubkeyHex,
  curve: Curve,
): WrapOpened {
  const mine = members.filter((member) => member.tag === address);
  const [only] = mine;
  if (only === undefined) return { ok: false, fault: "no-wrap" };
  if (mine.length > 1) return { ok: false, fault: "two-wraps" };
  for (const conversation of keys) {
    const plain = decrypt(only.wrap, conversation);
    const bytes = plain.ok ? fromHex(plain.plaintext, 32) : undefined;
    const secret = bytes && secretOrUndefined(bytes, curve);
    bytes?.fill(0);
    if (secret !== undefined && toHex(secret.pubkey) === key) return { ok: true, secret };
  }
  return { ok: false, fault: "wrong-wrap" };
}
