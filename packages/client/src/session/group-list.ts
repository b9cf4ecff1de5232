/**
 * The list of one's groups for one's other devices, as contacts have theirs (docs/spec/alias.md ALIAS-10).
 *
 *   kind 30078, d = "subrosa/groups" (then "subrosa/groups/1", …), NIP-44 to oneself of {"v": 1, "groups": […]}
 *
 * Each group with where it is, how we came in, and with a signer elsewhere the key that is ours in it (GROUP-23). Of two
 * lists the later word about a group counts, "deleted" among them; nothing else is lost by writing at once.
 */

import { APP_DATA } from "@subrosa/core/alias/contacts";
import { type EventId, fromHex, type PubkeyHex, toHex } from "@subrosa/core/bytes";
import type { Curve, RandomSource } from "@subrosa/core/curve/curve";
import { WireError } from "@subrosa/core/errors";
import {
  boolean,
  hexText,
  integer,
  list,
  object,
  oneOf,
  readShape,
  type ShapeValue,
  writeShape,
} from "@subrosa/core/json";
import type { EventTemplate, VerifiedEvent } from "@subrosa/core/nostr/event";
import { ConversationKey, decrypt, encrypt } from "@subrosa/core/nostr/nip44";
import { secretOrUndefined } from "@subrosa/core/nostr/nsec";
import { onlyTag } from "@subrosa/core/nostr/tags";
import type { Secret } from "@subrosa/core/secret";
import type { GroupIndex, GroupPlace } from "./group-index.ts";
import type { Identity } from "./identity.ts";
import { idShape, keyShape, relayShape } from "./shapes.ts";

const NAME = "subrosa/groups";
/** Groups of one page, so that it fits into one event whatever their relays are called. */
const PAGE = 60;
const MAX_PAGES = 50;
const LIMITS = { maxLength: 1 << 16, maxDepth: 6 };

const entry = object(
  {
    id: idShape,
    relays: list(relayShape, { max: 10 }),
    invitedBy: list(keyShape, { max: 10 }),
    at: integer(),
    gone: boolean,
  },
  { optional: { guest: hexText(32), member: hexText(32) }, unknown: "ignore" },
);
export type ListedGroup = ShapeValue<typeof entry>;
const page = object({ v: oneOf(1), groups: list(entry, { max: 1_000 }) }, { unknown: "ignore" });

/** What is followed of one's own. */
export function listFilter(me: PubkeyHex) {
  const names = Array.from({ length: MAX_PAGES }, (_, i) => nameOf(i));
  return { kinds: [APP_DATA], authors: [me], "#d": names };
}

/** Unsigned, one for each page; undefined where the signer does not encrypt. */
export async function writeGroupList(
  index: GroupIndex,
  identity: Identity,
  now: number,
  random: RandomSource,
  curve: Curve,
): Promise<readonly EventTemplate[] | undefined> {
  const entries = [...index].map(([id, place]) => entryOf(id, place)).slice(-PAGE * MAX_PAGES);
  const pages: EventTemplate[] = [];
  for (let at = 0; at === 0 || at < entries.length; at += PAGE) {
    const text = writeShape(page, { v: 1, groups: entries.slice(at, at + PAGE) });
    const content = await sealed(text, identity, random, curve);
    if (content === undefined) return undefined;
    pages.push({ kind: APP_DATA, created_at: now, tags: [["d", nameOf(at / PAGE)]], content });
  }
  return pages;
}

/** What another device knew; undefined where it is none of our lists, or cannot be opened. */
export async function readGroupList(
  event: VerifiedEvent,
  identity: Identity,
  curve: Curve,
): Promise<readonly ListedGroup[] | undefined> {
  const name = onlyTag(event.tags, "d")?.[1] ?? "";
  const isList = name === NAME || name.startsWith(`${NAME}/`);
  if (event.kind !== APP_DATA || event.pubkey !== identity.pubkey || !isList) return undefined;
  const text = await unsealed(event.content, identity, curve);
  try {
    return text === undefined ? undefined : readShape(page, text, "groups", LIMITS).groups;
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}

/** The place that another device's word makes of ours; undefined where ours is as late or later. */
export function placeFrom(
  said: ListedGroup,
  known: GroupPlace | undefined,
  listener: () => Secret,
  curve: Curve,
): GroupPlace | undefined {
  if (known !== undefined && known.at >= said.at) return undefined;
  const { relays, invitedBy, at, gone } = said;
  const [guest, member] = [secretFrom(said.guest, curve), secretFrom(said.member, curve)];
  return {
    ...{ relays, invitedBy, at, isGone: gone },
    listener: known?.listener ?? listener(),
    ...(guest === undefined ? {} : { guest }),
    ...(member === undefined ? {} : { member }),
    ...(known?.first === undefined ? {} : { first: known.first }),
  };
}

/** Is something here that the other device did not say? */
export function saysMore(index: GroupIndex, said: readonly ListedGroup[]): boolean {
  const known = new Map(said.map(({ id, at }) => [id, at]));
  return [...index].some(([id, { at }]) => (known.get(id) ?? -1) < at);
}

function nameOf(i: number): string {
  return i === 0 ? NAME : `${NAME}/${i}`;
}

function entryOf(id: EventId, { relays, invitedBy, guest, member, at, isGone }: GroupPlace): ListedGroup {
  const common = { id, relays: relays.slice(0, 10), invitedBy: invitedBy.slice(0, 10), at, gone: isGone };
  if (isGone) return common;
  return {
    ...common,
    ...(guest === undefined ? {} : { guest: toHex(guest.expose()) }),
    ...(member === undefined ? {} : { member: toHex(member.expose()) }),
  };
}

function secretFrom(hex: string | undefined, curve: Curve): Secret | undefined {
  return hex === undefined ? undefined : secretOrUndefined(fromHex(hex, 32)!, curve);
}

async function sealed(text: string, identity: Identity, random: RandomSource, curve: Curve) {
  if (identity.kind === "own") {
    using key = ConversationKey.between(identity.secret, identity.secret.pubkey, curve)!;
    return encrypt(text, key, random(32));
  }
  const answer = await identity.signer.encrypt("nip44", identity.pubkey, text);
  return answer.ok ? answer.text : undefined;
}

async function unsealed(content: string, identity: Identity, curve: Curve): Promise<string | undefined> {
  if (identity.kind === "own") {
    using key = ConversationKey.between(identity.secret, identity.secret.pubkey, curve)!;
    const opened = decrypt(content, key);
    return opened.ok ? opened.plaintext : undefined;
  }
  const answer = await identity.signer.decrypt("nip44", identity.pubkey, content);
  return answer.ok ? answer.text : undefined;
}
