/**
 * What a NIP-97 ring signature signs, at each level of binding (docs/spec/member-proofs.md, NIP97-2).
 *
 *     content   the words alone: anyone can repost them under another key, kind or time
 *     pubkey    the same, and the words begin with the line `ring-pubkey: <the event's pubkey>`
 *     event     0xFF ‖ H_"nip97/event"( NIP-01 serialisation, σ empty, nonce tags left out )
 *
 * 0xFF begins no UTF-8 text, so nothing that was signed as words can pass for an event.
 */
import { concat, utf8 } from "../bytes.ts";
import { taggedHash } from "../hash.ts";
import type { UnsignedEvent } from "../nostr/event.ts";

export const SIGNATURE_TAG = "ring-signature";
export const MEMBERS_TAG = "ring-members";
export const EVENT_BINDING = "event";

export type BindingLevel = "content" | "pubkey" | "event";

/** A tag as it stands in the JSON; draft 4's nested members are the one place where it is not flat. */
export type WireTag = readonly (string | readonly string[])[];

export function contentMessage({ content }: Pick<UnsignedEvent, "content">): Uint8Array {
  return utf8(content);
}

const NOT_TEXT = Uint8Array.of(0xff);

export function eventMessage(event: Omit<UnsignedEvent, "tags"> & { readonly tags: readonly WireTag[] }): Uint8Array {
  const { pubkey, created_at, kind, content } = event;
  const tags = event.tags
    .filter(([name]) => name !== "nonce")
    .map((tag) => (tag[0] === SIGNATURE_TAG ? [SIGNATURE_TAG, "", ...tag.slice(2)] : tag));
  const text = JSON.stringify([0, pubkey, created_at, kind, tags, content]);
  return concat(NOT_TEXT, taggedHash("nip97/event", utf8(text)));
}

const LINE = "ring-pubkey:";

/** The first line that binds words to the key they are published under. */
export function pubkeyLine(pubkey: string): string {
  return `${LINE} ${pubkey}`;
}

/** Whose words does the content say it is? "none" where its first line says nothing of the kind. */
export function namedAuthor(content: string, pubkey: string): "own" | "other" | "none" {
  const [first] = content.split("\n", 1);
  if (first === pubkeyLine(pubkey)) return "own";
  return first?.startsWith(LINE) ? "other" : "none";
}

/** NIP97-7: an event that a later one may replace. */
export function isReplaceable(kind: number): boolean {
  return kind === 0 || kind === 3 || (kind >= 10_000 && kind < 20_000) || (kind >= 30_000 && kind < 40_000);
}
