/**
 * The encryption of an alias event's content: NIP-04 or NIP-44, told apart by NIP-04's `?iv=`.
 *
 * Spec: docs/spec/alias.md ALIAS-3, ALIAS-5. Everything that can go wrong in opening is one failure, whichever cipher
 * it was: NIP-04 has no authentication of its own, so callers must have checked who signed the event before they ask,
 * and nothing in an answer may tell one fault from another.
 */
import { fromHex, type PubkeyHex } from "../bytes.ts";
import type { Curve, RandomSource } from "../curve/curve.ts";
import { UsageError } from "../errors.ts";
import { encryptNip04, openNip04Content } from "../nostr/nip04.ts";
import { ConversationKey, decrypt, encrypt } from "../nostr/nip44.ts";
import type { Secret } from "../secret.ts";
import type { Cipher } from "./fact.ts";

export function encryptBody(
  text: string,
  cipher: Cipher,
  from: Secret,
  to: PubkeyHex,
  random: RandomSource,
  curve: Curve,
): string {
  const key = fromHex(to)!;
  if (!curve.isXOnlyKey(key)) throw new UsageError("usage/point", "the recipient's key is not on the curve");
  if (cipher === "nip04") return encryptNip04(text, from, to, random(16), curve);
  using conversation = ConversationKey.between(from, key, curve)!;
  return encrypt(text, conversation, random(32));
}

export type Body = { readonly plaintext: string; readonly cipher: Cipher };

export function decryptBody(content: string, secret: Secret, other: PubkeyHex, curve: Curve): Body | undefined {
  if (content.includes("?iv=")) {
    const plaintext = openNip04Content(content, secret, other, curve);
    return plaintext === undefined ? undefined : { plaintext, cipher: "nip04" };
  }
  using conversation = ConversationKey.between(secret, fromHex(other)!, curve);
  const opened = conversation && decrypt(content, conversation);
  return opened?.ok ? { plaintext: opened.plaintext, cipher: "nip44" } : undefined;
}
