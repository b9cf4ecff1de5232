/**
 * Draft 4's literal form, `["ring-members", [pk_1, …, pk_n]]`: not a NIP-01 event, so relays refuse it and the door does
 * too. Read only with an explicit option, from files (docs/spec/member-proofs.md §2; review finding R-03).
 *
 * Its id is that of the JSON as it came, nested. What is read is not a VerifiedEvent and cannot pass for one.
 */
import { fromHex, toHex, utf8 } from "../bytes.ts";
import type { Curve } from "../curve/curve.ts";
import { WireError } from "../errors.ts";
import { sha256 } from "../hash.ts";
import { type EventFault, readSignedEvent, type SignedEvent, type VerifiedEvent } from "../nostr/event.ts";
import { MEMBERS_TAG, type WireTag } from "./message.ts";

export type NestedEvent = Omit<SignedEvent, "tags"> & { readonly tags: readonly WireTag[] };

export type CheckedEvent =
  | { readonly ok: true; readonly event: VerifiedEvent | NestedEvent }
  | { readonly ok: false; readonly reason: EventFault };

export function checkNested(value: unknown, curve: Curve): CheckedEvent {
  let event: NestedEvent;
  try {
    event = read(value);
  } catch (error) {
    if (error instanceof WireError) return { ok: false, reason: "event-shape" };
    throw error;
  }
  const { pubkey, created_at, kind, tags, content } = event;
  const id = sha256(utf8(JSON.stringify([0, pubkey, created_at, kind, tags, content])));
  if (toHex(id) !== event.id) return { ok: false, reason: "event-id" };
  const isSigned = curve.verifySchnorr(fromHex(event.sig)!, id, fromHex(pubkey)!);
  return isSigned ? { ok: true, event } : { ok: false, reason: "event-sig" };
}

/** Every tag is checked as the door would check it with its members laid flat; then they are put back. */
function read(value: unknown): NestedEvent {
  if (typeof value !== "object" || value === null) throw new WireError("wire/type", "event");
  const { tags } = value as Readonly<Record<string, unknown>>;
  if (!Array.isArray(tags)) throw new WireError("wire/type", "event.tags");
  const flat = readSignedEvent({ ...value, tags: tags.map((tag: unknown) => (isNested(tag) ? tag.flat() : tag)) });
  const nested = flat.tags.map((tag, i): WireTag => (isNested(tags[i]) ? [MEMBERS_TAG, tag.slice(1)] : tag));
  return { ...flat, tags: nested };
}

function isNested(tag: unknown): tag is readonly [string, readonly unknown[]] {
  return Array.isArray(tag) && tag.length === 2 && tag[0] === MEMBERS_TAG && Array.isArray(tag[1]);
}
