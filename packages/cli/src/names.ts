/** Keys and ids as people read them. */
import { type EventId, fromHex, type PubkeyHex, toHex } from "@subrosa/core/bytes";
import { encodeEntity } from "@subrosa/core/nostr/nip19";
import type { Secret } from "@subrosa/core/secret";

export function pubkeyOf(secret: Secret): PubkeyHex {
  return toHex(secret.pubkey) as PubkeyHex;
}

export function npubOf(pubkey: PubkeyHex): string {
  return encodeEntity({ type: "npub", pubkey });
}

export function noteOf(id: EventId): string {
  return encodeEntity({ type: "note", id });
}

/** The first characters, as long as nothing depends on them. */
export function shortId(hex: string): string {
  return fromHex(hex) === undefined ? hex : hex.slice(0, 12);
}

/** Seconds since 1970, as a date in UTC. */
export function dateOf(seconds: number): string {
  const date = new Date(seconds * 1_000);
  return Number.isNaN(date.getTime()) ? String(seconds) : date.toISOString().replace(".000Z", "Z");
}
