/**
 * Keys as people give them: hex, npub, nprofile for a public one; hex, nsec, ncryptsec for a secret one. Space around
 * them is passed over, and capitals are lowered where all letters are capitals, as QR codes have them.
 *
 * Answers are data with a reason and never hold a character of what was given: it may have been a secret in the
 * wrong field, which is why that has a reason of its own.
 */
import { fromHex, type PubkeyHex, pubkeyHex } from "../bytes.ts";
import type { Curve } from "../curve/curve.ts";
import { WireError } from "../errors.ts";
import type { Secret } from "../secret.ts";
import { decodeEntity, type Entity } from "./nip19.ts";
import { decodeNcryptsec, type Nip49Fault } from "./nip49.ts";
import { decodeNsec, secretOrUndefined } from "./nsec.ts";

export type PublicKeyRead =
  | { readonly ok: true; readonly pubkey: PubkeyHex; readonly relays: readonly string[] }
  | { readonly ok: false; readonly reason: "key-shape" | "key-not-on-curve" | "key-is-secret" };

export function readPublicKey(text: string, curve: Curve): PublicKeyRead {
  const given = tidy(text);
  if (/^n(crypt)?sec1/.test(given)) return { ok: false, reason: "key-is-secret" };
  const found = pubkeyHex(given) ?? entityOrUndefined(given.replace(/^nostr:/, ""));
  if (found === undefined) return { ok: false, reason: "key-shape" };
  const { pubkey, relays } = typeof found === "string" ? { pubkey: found, relays: [] } : found;
  return curve.isXOnlyKey(fromHex(pubkey)!) ? { ok: true, pubkey, relays } : { ok: false, reason: "key-not-on-curve" };
}

export type SecretKeyRead =
  | { readonly ok: true; readonly secret: Secret }
  | {
      readonly ok: false;
      readonly reason: "key-shape" | "key-range" | "key-is-public" | "key-needs-password" | Nip49Fault;
    };

/** 64 hex digits are taken for a secret here: a public key in hex looks the same. */
export function readSecretKey(
  text: string,
  curve: Curve,
  options: { readonly password?: string; readonly maxLogN?: number } = {},
): SecretKeyRead {
  const given = tidy(text);
  const { password, ...limits } = options;
  if (/^(nostr:)?n(pub|profile)1/.test(given)) return { ok: false, reason: "key-is-public" };
  if (given.startsWith("ncryptsec1")) {
    return password === undefined
      ? { ok: false, reason: "key-needs-password" }
      : decodeNcryptsec(given, password, curve, limits);
  }
  const bytes = fromHex(given, 32);
  if (bytes === undefined) return nsecOrFault(given, curve);
  const secret = secretOrUndefined(bytes, curve);
  bytes.fill(0);
  return secret === undefined ? { ok: false, reason: "key-range" } : { ok: true, secret };
}

function tidy(text: string): string {
  const trimmed = text.trim();
  return trimmed === trimmed.toUpperCase() ? trimmed.toLowerCase() : trimmed;
}

function entityOrUndefined(
  text: string,
): { readonly pubkey: PubkeyHex; readonly relays: readonly string[] } | undefined {
  const entity = orWireError(() => decodeEntity(text));
  if (entity instanceof WireError) return undefined;
  return withKey(entity);
}

function withKey(entity: Entity): { readonly pubkey: PubkeyHex; readonly relays: readonly string[] } | undefined {
  if (entity.type === "npub") return { pubkey: entity.pubkey, relays: [] };
  return entity.type === "nprofile" ? entity : undefined;
}

function nsecOrFault(text: string, curve: Curve): SecretKeyRead {
  const secret = orWireError(() => decodeNsec(text, curve));
  if (!(secret instanceof WireError)) return { ok: true, secret };
  return { ok: false, reason: secret.code === "wire/range" ? "key-range" : "key-shape" };
}

function orWireError<T>(read: () => T): T | WireError {
  try {
    return read();
  } catch (error) {
    if (error instanceof WireError) return error;
    throw error;
  }
}
