/**
 * What an alias event carries once it is decrypted: who really speaks, and the two signatures that show it.
 *
 *   {"p": real key, "content": …, "sig": BIP-340 over SHA256( JSON [created_at, p, content] ), "bind": …}
 *
 * Spec: docs/spec/alias.md §1 and ALIAS-2. `sig` is the draft's; it names neither alias nor recipient, so alone it could
 * be forwarded to a third person. `bind` names both, and the kind. Readers of the draft ignore it.
 * The three elements under `sig` can't be taken for the six of a NIP-01 id, so no event is ever signed by accident.
 */
import { concat, fromHex, type PubkeyHex, toHex, u16, u64, utf8 } from "../bytes.ts";
import type { Curve, RandomSource } from "../curve/curve.ts";
import { sha256, taggedHash } from "../hash.ts";
import { hexText, object, readShape, type ShapeValue, text, writeShape } from "../json.ts";
import type { UnsignedEvent } from "../nostr/event.ts";
import type { Secret } from "../secret.ts";

/** UTF-16 units. Escaped to six bytes each they still fit into three layers of NIP-44: content, seal and wrap. */
export const MAX_WORDS = 4_096;
const LIMITS = { maxLength: 1 << 17, maxDepth: 4 };

const inner = object(
  { p: hexText(32), content: text({ max: 1 << 16 }), sig: hexText(64) },
  { optional: { bind: hexText(64) }, unknown: "ignore" },
);
export type Inner = ShapeValue<typeof inner>;

/** Throws WireError. */
export function readInner(plaintext: string): Inner {
  return readShape(inner, plaintext, "inner", LIMITS);
}

export function writeInner(value: Inner): string {
  return writeShape(inner, value);
}

/** The part of an alias event that `bind` speaks of; `recipient` is its `p` tag. */
export type Bound = Pick<UnsignedEvent, "kind" | "created_at" | "pubkey"> & { readonly recipient: PubkeyHex };

export function innerDigest(createdAt: number, p: string, content: string): Uint8Array {
  return sha256(utf8(JSON.stringify([createdAt, p, content])));
}

/** ALIAS-2: H_"nip101/bind"( u16(kind) ‖ u64(created_at) ‖ alias ‖ recipient ‖ SHA256(content) ). */
export function bindDigest({ kind, created_at, pubkey, recipient }: Bound, content: string): Uint8Array {
  const names = concat(u16(kind), u64(created_at), fromHex(pubkey)!, fromHex(recipient)!);
  return taggedHash("nip101/bind", names, sha256(utf8(content)));
}

/** The draft's three fields and no more. */
export function signInner(createdAt: number, content: string, real: Secret, aux: Uint8Array, curve: Curve): Inner {
  const p = toHex(real.pubkey);
  return { p, content, sig: toHex(curve.signSchnorr(innerDigest(createdAt, p, content), real.expose(), aux)) };
}

export function signBoundInner(bound: Bound, content: string, real: Secret, random: RandomSource, curve: Curve): Inner {
  const draft = signInner(bound.created_at, content, real, random(32), curve);
  return { ...draft, bind: toHex(curve.signSchnorr(bindDigest(bound, content), real.expose(), random(32))) };
}

export function verifyInner(createdAt: number, { p, content, sig }: Inner, curve: Curve): boolean {
  return curve.verifySchnorr(fromHex(sig)!, innerDigest(createdAt, p, content), fromHex(p)!);
}

/** False too where there is no `bind`. */
export function verifyBind(bound: Bound, { p, content, bind }: Inner, curve: Curve): boolean {
  return bind !== undefined && curve.verifySchnorr(fromHex(bind)!, bindDigest(bound, content), fromHex(p)!);
}
