/**
 * Opening a 480, 485 or 486: from the event and a key ring to the facts in it (docs/spec/groups.md §2, GROUP-5…8).
 *
 * Who holds the group secret opens it, from whichever event he has it. What he holds no key to is `opaque`; what does
 * not read is `refused`. Reading costs two ECDH, two signatures and one cheap decryption for each member.
 */
import { type AnonymousFault, openAnonymous } from "../anonymous/anonymous-event.ts";
import { type EventId, fromHex, type PubkeyHex, toHex } from "../bytes.ts";
import type { Curve } from "../curve/curve.ts";
import { WireError } from "../errors.ts";
import type { VerifiedEvent } from "../nostr/event.ts";
import { difficulty } from "../nostr/nip13.ts";
import { ConversationKey, decrypt } from "../nostr/nip44.ts";
import type { Secret } from "../secret.ts";
import type { LeaveFact, Member, OwnerFact, RotationFact } from "./facts.ts";
import { groupSecret, memberAddress, openWrap, selfConversation, type WrapFault } from "./group-key.ts";
import { carriedFact } from "./leave.ts";
import { type GroupInfo, type Metadata, readDetail, readMetadata } from "./metadata.ts";
import { CREATE, MEMBER_ROTATION, type RosterTags } from "./wire.ts";

/** The keys of one person: his real one, and the fresh ones he announced (GROUP-21). */
export interface OwnKeys {
  readonly real: Secret;
  readonly encryption: readonly Secret[];
}

export type KeysFault = AnonymousFault | "keys-shape";
export type KeysOpened =
  | {
      readonly ok: true;
      readonly fact: OwnerFact | RotationFact;
      readonly leaves: readonly LeaveFact[];
      readonly info: GroupInfo;
    }
  | { readonly ok: false; readonly reason: KeysFault };

export type SecretFound =
  | { readonly ok: true; readonly secret: Secret }
  | { readonly ok: false; readonly fault: WrapFault };

/** My wrap in this event (GROUP-6). */
export function findSecret(event: VerifiedEvent, tags: RosterTags, mine: OwnKeys, curve: Curve): SecretFound {
  const alias = fromHex(event.pubkey)!;
  const x = curve.ecdh(mine.real.expose(), alias);
  if (x === undefined) return { ok: false, fault: "no-wrap" };
  const address = memberAddress(x, curve);
  if (!tags.members.some((member) => member.tag === address)) return { ok: false, fault: "no-wrap" };
  const keys = [ConversationKey.fromSharedX(x)];
  for (const secret of mine.encryption) {
    const key = ConversationKey.between(secret, alias, curve);
    if (key !== undefined) keys.push(key);
  }
  const found = openWrap(tags.members, address, keys, tags.key, curve);
  for (const key of keys) key[Symbol.dispose]();
  return found;
}

/** Opens it with the group secret. `sealed-prev` is the reader's to add: it needs the previous key. */
export function openKeys(
  event: VerifiedEvent,
  tags: RosterTags,
  secret: Secret,
  create: EventId,
  curve: Curve,
): KeysOpened {
  using self = selfConversation(secret, curve);
  const result = openAnonymous(event, secret, curve, [self]);
  if (!result.ok) return result;
  const { opened } = result;
  let metadata: Metadata;
  let details: readonly (Member | undefined)[];
  try {
    metadata = readMetadata(opened.content);
    details = tags.members.map(({ detail }) => {
      const plain = decrypt(detail, self);
      return plain.ok ? readDetail(plain.plaintext) : undefined;
    });
  } catch (error) {
    if (error instanceof WireError) return { ok: false, reason: "keys-shape" };
    throw error;
  }
  const roster = details.flatMap((member) => (member === undefined ? [] : [member])).sort((a, b) => a.rank - b.rank);
  const distinct = new Set(tags.members.map((member) => member.tag)).size === tags.members.length;
  const { id, created_at } = event;
  const common = { id, created_at, key: tags.key, roster, tagsAgree: distinct && roster.length === details.length };
  if (event.kind === MEMBER_ROTATION)
    return rotation(common, event, tags, metadata, secret, opened.pubkey, create, curve);
  const creating = event.kind === CREATE;
  if (creating !== (metadata.prev === undefined)) return { ok: false, reason: "keys-shape" };
  const { epoch, prev, weight, left, info } = metadata;
  const fresh = isFresh(prev, metadata.seed, secret, curve);
  const author = opened.pubkey;
  const fact: OwnerFact = {
    ...common,
    kind: "owner",
    author,
    epoch,
    prev,
    weight,
    left,
    difficulty: info.difficulty,
    fresh,
  };
  return { ok: true, fact, leaves: [], info };
}

function rotation(
  common: Pick<RotationFact, "id" | "created_at" | "key" | "roster" | "tagsAgree">,
  event: VerifiedEvent,
  { refs }: RosterTags,
  metadata: Metadata,
  secret: Secret,
  operator: PubkeyHex,
  create: EventId,
  curve: Curve,
): KeysOpened {
  const base = refs[1]!;
  const carried = metadata.leaves.map((leave) => carriedFact(leave, create, curve));
  const leaves = carried.flatMap((leave) => (leave === undefined ? [] : [leave]));
  // "exactly those of e[2…]": as many, and each of them proved.
  const agree = leaves.length === carried.length && leaves.length === refs.length - 2;
  const fact: RotationFact = {
    ...common,
    kind: "rotation",
    base,
    operator,
    leavers: agree ? [...new Set(leaves.map((leave) => leave.person))] : undefined,
    fresh: metadata.prev === base && isFresh(base, metadata.seed, secret, curve),
    work: difficulty(event.id),
    sealed: undefined,
  };
  return { ok: true, fact, leaves, info: metadata.info };
}

function isFresh(prev: EventId | undefined, seed: string | undefined, secret: Secret, curve: Curve): boolean {
  if (prev === undefined) return true;
  const bytes = seed === undefined ? undefined : fromHex(seed, 32);
  const derived = bytes && groupSecret(prev, bytes, curve);
  return derived !== undefined && toHex(derived.pubkey) === toHex(secret.pubkey);
}
