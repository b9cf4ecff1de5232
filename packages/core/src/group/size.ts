/**
 * How large a roster event gets, and who can take it (docs/spec/groups.md GROUP-9): known before anything is made.
 *
 * A member costs one tag: an address, a wrap of the 64 hex digits of the group secret, a sealed detail. NIP-44 pads, so
 * sizes are the same for every member of the same kind of detail.
 */
import { utf8 } from "../bytes.ts";
import type { SignedEvent } from "../nostr/event.ts";
import { paddedLength } from "../nostr/nip44.ts";

export interface RelayLimits {
  readonly url: string;
  /** NIP-11: bytes of the whole message, tags of one event. */
  readonly maxMessageLength?: number;
  readonly maxEventTags?: number;
}

export interface RelayFit {
  readonly url: string;
  readonly fits: boolean;
  /** How many members this relay would take; undefined where it names no limit. */
  readonly maxMembers: number | undefined;
}

/** Bytes of a NIP-44 payload of a text of so many bytes. */
export function sealedLength(bytes: number): number {
  return 4 * Math.ceil((1 + 32 + 2 + paddedLength(bytes) + 32) / 3);
}

/** `["p",64,wrap,detail],` for a detail of so many bytes. */
export function memberBytes(detail: number): number {
  return '["p","","",""],'.length + 64 + sealedLength(64) + sealedLength(detail);
}

/** `["EVENT",…]` in UTF-8, which is what relays count. */
export function messageBytes(event: Omit<SignedEvent, "sig" | "id">): number {
  const { pubkey, created_at, kind, tags, content } = event;
  const full = { id: "0".repeat(64), pubkey, created_at, kind, tags, content, sig: "0".repeat(128) };
  return utf8(JSON.stringify(["EVENT", full])).length;
}

/** For each relay, whether it takes this event, and how many members it would take at this size of detail. */
export function fits(
  event: Omit<SignedEvent, "sig" | "id">,
  members: number,
  detail: number,
  relays: readonly RelayLimits[],
): readonly RelayFit[] {
  const size = messageBytes(event);
  const perMember = memberBytes(detail);
  const fixed = size - members * perMember;
  const otherTags = event.tags.length - members;
  return relays.map(({ url, maxMessageLength, maxEventTags }) => {
    const bySize = maxMessageLength === undefined ? undefined : Math.floor((maxMessageLength - fixed) / perMember);
    const byTags = maxEventTags === undefined ? undefined : maxEventTags - otherTags;
    const known = [bySize, byTags].filter((limit) => limit !== undefined);
    const maxMembers = known.length === 0 ? undefined : Math.max(0, Math.min(...known));
    return { url, maxMembers, fits: maxMembers === undefined || maxMembers >= members };
  });
}
