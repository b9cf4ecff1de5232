/**
 * What an Anonymous Event hides: who really speaks, what he says, and his signature over the event around it.
 *
 *   {"pubkey": real, "content": text, "sig": BIP-340( real, h )}      h: `signedHash`
 *
 * Spec: docs/spec/groups.md §1, GROUP-1, GROUP-4. The hash covers alias, time, kind and tags of the outer event, so an
 * inner one cannot be moved into another group, kind or time. `nonce` tags are left out of it (GROUP-2).
 * `t` and `ek` lie beside the signature: they are bound by the alias, which signs the whole outer event.
 */
import { type PubkeyHex, pubkeyHex, utf8 } from "../bytes.ts";
import { sha256 } from "../hash.ts";
import { hexText, integer, object, readShape, type ShapeValue, text, writeShape } from "../json.ts";
import { serialise, type Tag } from "../nostr/event.ts";
import { MAX_PLAINTEXT } from "../nostr/nip44.ts";

const LIMITS = { maxLength: 1 << 17, maxDepth: 3 };

const inner = object(
  { pubkey: hexText(32), content: text({ max: MAX_PLAINTEXT }), sig: hexText(64) },
  { optional: { t: integer(), ek: hexText(32) } },
);
export type Inner = ShapeValue<typeof inner>;

/** Throws WireError. */
export function readInner(plaintext: string): Inner {
  return readShape(inner, plaintext, "inner", LIMITS);
}

export function writeInner(value: Inner): string {
  return writeShape(inner, value);
}

/** Do these words fit, beside key and signature, into one NIP-44 text? Counted in bytes, as they are written. */
export function fitsInside(words: string): boolean {
  const key = "0".repeat(64);
  const largest = { pubkey: key, content: words, sig: key + key, t: Number.MAX_SAFE_INTEGER, ek: key };
  return utf8(writeInner(largest)).length <= MAX_PLAINTEXT;
}

/** The parts of the outer event that the real key signs. */
export interface SignedFrame {
  readonly alias: PubkeyHex;
  readonly created_at: number;
  readonly kind: number;
  readonly tags: readonly Tag[];
}

/** h: the NIP-01 id of the event with `c2` for content. */
export function signedHash(frame: SignedFrame, real: PubkeyHex, words: string): Uint8Array {
  const content = JSON.stringify({ pubkey: real, content: words });
  const tags = frame.tags.filter((tag) => tag[0] !== "nonce");
  const { alias, created_at, kind } = frame;
  return sha256(utf8(serialise({ pubkey: alias, created_at, kind, tags, content })));
}

/** The receiver: the first `p` tag, of two elements exactly. */
export function receiverOf(tags: readonly Tag[]): PubkeyHex | undefined {
  const first = tags.find((tag) => tag[0] === "p");
  return first?.length === 2 ? pubkeyHex(first[1]) : undefined;
}
