/**
 * What to ask a relay for, to read a channel.
 *
 * Spec: docs/spec/channels.md, CHANNEL-8. Wraps are dated up to two days before their true time, so whoever wants what
 * was written since a time asks from two days before it. One key to a filter and one connection to a key: a relay that
 * sees two keys asked for together, or after the user logged in, learns who is where.
 */
import type { PubkeyHex } from "../bytes.ts";
import { GIFT_WRAP } from "../nostr/nip59.ts";
import { AHEAD } from "./expiration.ts";

const BACKDATED = 172_800;

export interface ChannelFilter {
  readonly kinds: readonly [typeof GIFT_WRAP];
  readonly "#p": readonly [PubkeyHex];
  readonly since?: number;
}

/** Everything that was written to this key since then, or ever. */
export function channelFilter(key: PubkeyHex, writtenSince?: number): ChannelFilter {
  const base = { kinds: [GIFT_WRAP], "#p": [key] } as const;
  return writtenSince === undefined ? base : { ...base, since: Math.max(0, writtenSince - BACKDATED - AHEAD) };
}

/** The name of the connection on which the client is this channel and nobody else. */
export function connectionName(key: PubkeyHex): string {
  return `channel:${key}`;
}
