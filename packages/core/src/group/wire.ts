/**
 * The outside of the six kinds of a group: what a relay sees (docs/spec/groups.md §2).
 *
 * Positions are meaning: the first `p` tag has two elements and names the group key; member tags have four; the `e` tags
 * are the create event, the owner event built on, and the leaves carried out. Reading is strict about these and
 * blind to everything else; `m` tags stand for member `p` tags, as the author's later text has it (GROUP-8).
 */
import { type EventId, eventId, type PubkeyHex, pubkeyHex } from "../bytes.ts";
import { WireError } from "../errors.ts";
import type { EventTemplate, Tag } from "../nostr/event.ts";
import { tagsNamed } from "../nostr/tags.ts";

export const CREATE = 480;
export const MESSAGE = 482;
export const JOIN_REQUEST = 483;
export const LEAVE = 484;
export const OWNER_ROTATION = 485;
export const MEMBER_ROTATION = 486;

/** More than any relay takes (GROUP-9); bounds what a stranger makes us read. */
export const MAX_MEMBERS = 2_000;

export interface MemberTag {
  readonly tag: PubkeyHex;
  readonly wrap: string;
  readonly detail: string;
}

/** The tags of a 480, 485 or 486. */
export interface RosterTags {
  readonly key: PubkeyHex;
  /** e[0], e[1], e[2…]; none in a 480. */
  readonly refs: readonly EventId[];
  readonly members: readonly MemberTag[];
  readonly sealedPrev: string | undefined;
}

/** Throws WireError. */
export function readRosterTags({ tags }: EventTemplate): RosterTags {
  const key = groupKeyOf(tags);
  const members = tags.flatMap((tag, i): MemberTag[] => {
    if ((tag[0] !== "p" && tag[0] !== "m") || tag.length !== 4) return [];
    const address = pubkeyHex(tag[1]);
    if (address === undefined) throw new WireError("wire/hex", `event.tags[${i}]`);
    return [{ tag: address, wrap: tag[2]!, detail: tag[3]! }];
  });
  if (members.length === 0) throw new WireError("wire/missing-field", "event.tags");
  if (members.length > MAX_MEMBERS) throw new WireError("wire/too-many", "event.tags");
  const sealed = tagsNamed(tags, "sealed-prev");
  return { key, refs: refsOf(tags), members, sealedPrev: sealed.length === 1 ? sealed[0]![1] : undefined };
}

/** The first `p` tag, two elements exactly. Throws WireError. */
export function groupKeyOf(tags: readonly Tag[]): PubkeyHex {
  const first = tags.find((tag) => tag[0] === "p");
  if (first?.length !== 2) throw new WireError("wire/length", "event.tags.p");
  const key = pubkeyHex(first[1]);
  if (key === undefined) throw new WireError("wire/hex", "event.tags.p");
  return key;
}

/** The ids of all `e` tags, in order. Throws WireError. */
export function refsOf(tags: readonly Tag[]): readonly EventId[] {
  return tagsNamed(tags, "e").map((tag) => {
    const id = eventId(tag[1]);
    if (id === undefined) throw new WireError("wire/hex", "event.tags.e");
    return id;
  });
}

/** GROUP-10: the event that a message answers: marker in position 2, or NIP-10's form. */
export function replyOf(tags: readonly Tag[]): EventId | undefined {
  const found = tagsNamed(tags, "e").find((tag) => tag[2] === "reply" || tag[3] === "reply");
  return eventId(found?.[1]);
}

export function rosterTags(tags: RosterTags): readonly Tag[] {
  return [
    ["p", tags.key],
    ...tags.refs.map((id): Tag => ["e", id]),
    ...tags.members.map(({ tag, wrap, detail }): Tag => ["p", tag, wrap, detail]),
    ...(tags.sealedPrev === undefined ? [] : [["sealed-prev", tags.sealedPrev]]),
  ];
}
