/**
 * NIP-04: the old direct message, AES-256-CBC under the x of the ECDH point. It has no authentication of its own, so
 * messages are opened from verified events only and every failure is one: an answer that told padding from encoding
 * would let a stranger decrypt by asking. Kept because old messages are to be read; new ones go by NIP-59.
 *
 * Ours and not a library's: the IV is an argument, the ECDH goes through the port (docs/decisions/nip04.md).
 */
import { cbc } from "@noble/ciphers/aes.js";
import { base64 } from "@scure/base";
import { fromHex, fromUtf8, type PubkeyHex, pubkeyHex, toHex, utf8 } from "../bytes.ts";
import type { Curve } from "../curve/curve.ts";
import { UsageError } from "../errors.ts";
import type { Secret } from "../secret.ts";
import type { VerifiedEvent } from "./event.ts";
import { onlyTag } from "./tags.ts";

export const DIRECT_MESSAGE = 4;
const IV_MARK = "?iv=";

export type Nip04Opened =
  | { readonly ok: true; readonly plaintext: string; readonly peer: PubkeyHex }
  | { readonly ok: false; readonly reason: "nip04" };
const FAILED: Nip04Opened = Object.freeze({ ok: false, reason: "nip04" });

/** The content of a kind 4 event from `author` to `recipient`, with 16 fresh random bytes. */
export function encryptNip04(
  plaintext: string,
  author: Secret,
  recipient: PubkeyHex,
  iv: Uint8Array,
  curve: Curve,
): string {
  if (iv.length !== 16) throw new UsageError("usage/length", "NIP-04 takes an IV of 16 fresh random bytes");
  const key = curve.ecdh(author.expose(), fromHex(recipient)!);
  if (key === undefined) throw new UsageError("usage/point", "the recipient's key is not on the curve");
  const ciphertext = cbc(key, iv).encrypt(utf8(plaintext));
  key.fill(0);
  return base64.encode(ciphertext) + IV_MARK + base64.encode(iv);
}

/** Opens a kind 4 event that `me` wrote or received. */
export function openNip04(event: VerifiedEvent, me: Secret, curve: Curve): Nip04Opened {
  const mine = toHex(me.pubkey);
  const recipient = pubkeyHex(onlyTag(event.tags, "p")?.[1]);
  if (event.kind !== DIRECT_MESSAGE || recipient === undefined) return FAILED;
  if (event.pubkey !== mine && recipient !== mine) return FAILED;
  const peer = event.pubkey === mine ? recipient : event.pubkey;
  const plaintext = openNip04Content(event.content, me, peer, curve);
  return plaintext === undefined ? FAILED : { ok: true, plaintext, peer };
}

/** For other kinds whose content is NIP-04. Safety: the caller has checked who signed the event it comes from. */
export function openNip04Content(content: string, me: Secret, peer: PubkeyHex, curve: Curve): string | undefined {
  const key = curve.ecdh(me.expose(), fromHex(peer)!);
  const plaintext = key && decrypt(content, key);
  key?.fill(0);
  return plaintext;
}

function decrypt(content: string, key: Uint8Array): string | undefined {
  const [ciphertext, iv, ...more] = content.split(IV_MARK);
  if (ciphertext === undefined || iv === undefined || more.length > 0) return undefined;
  try {
    return fromUtf8(cbc(key, base64.decode(iv)).decrypt(base64.decode(ciphertext)));
  } catch {
    return undefined;
  }
}
