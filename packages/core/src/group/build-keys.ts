/**
 * Making a 480, 485 or 486: a fresh group key, wrapped for every member (docs/spec/groups.md §2).
 *
 * The result is unsigned, so that work can be mined (486, GROUP-2) and so that its size can be compared with what the
 * relays take (GROUP-9) before anything is published. Member tags are shuffled: their order says nothing (G-13).
 */
import { anonymousEvent, type Opened } from "../anonymous/anonymous-event.ts";
import { fitsInside } from "../anonymous/inner.ts";
import { type EventId, fromHex, type PubkeyHex, toHex } from "../bytes.ts";
import type { Curve, RandomSource } from "../curve/curve.ts";
import { UsageError } from "../errors.ts";
import type { Tag, UnsignedEvent } from "../nostr/event.ts";
import { ConversationKey, encrypt } from "../nostr/nip44.ts";
import { Secret } from "../secret.ts";
import type { Member } from "./facts.ts";
import { groupSecret, memberAddress, selfConversation } from "./group-key.ts";
import { type GroupInfo, writeMetadata } from "./metadata.ts";
import { sealPrev } from "./sealed-prev.ts";
import { CREATE, MEMBER_ROTATION, type MemberTag, OWNER_ROTATION, rosterTags } from "./wire.ts";

/** The event that a rotation builds on, and its group secret. */
export interface Base {
  readonly create: EventId;
  readonly id: EventId;
  readonly epoch: number;
  readonly secret: Secret;
}

export interface KeysTemplate {
  readonly created_at: number;
  readonly roster: readonly Member[];
  readonly info: GroupInfo;
  /** Undefined for a 480. */
  readonly base: Base | undefined;
  /** Accepted handovers of the chain that ends here. */
  readonly handovers: number;
  readonly left: readonly EventId[];
  /** Present in a 486: the leaves it carries out, and their ids. */
  readonly carries?: { readonly leaves: readonly Opened[]; readonly ids: readonly EventId[] };
  /** GROUP-21: the key to wrap to, where it is not the real one. */
  readonly wrapTo?: ReadonlyMap<PubkeyHex, PubkeyHex>;
}

export interface BuiltKeys {
  readonly event: UnsignedEvent;
  /** Signs the event after mining, then is forgotten. */
  readonly alias: Secret;
  readonly secret: Secret;
}

export function buildKeys(template: KeysTemplate, author: Secret, random: RandomSource, curve: Curve): BuiltKeys {
  const { base, created_at, roster, carries } = template;
  const alias = Secret.from(random(32), curve);
  const { secret, seed } = freshKey(base, random, curve);
  const key = toHex(secret.pubkey) as PubkeyHex;
  const aliasKey = toHex(alias.pubkey) as PubkeyHex;
  using self = selfConversation(secret, curve);
  const secretHex = toHex(secret.expose());
  const members = roster.map((member): MemberTag => {
    const shared = sharedX(alias, member.person, curve);
    using pair = ConversationKey.fromSharedX(
      template.wrapTo?.has(member.person) ? sharedX(alias, template.wrapTo.get(member.person)!, curve) : shared,
    );
    const tag = memberAddress(shared, curve);
    return { tag, wrap: encrypt(secretHex, pair, random(32)), detail: encrypt(member.json, self, random(32)) };
  });
  const tags = rosterTags({
    key,
    refs: base === undefined ? [] : carries ? [base.create, base.id, ...carries.ids] : [base.create],
    members: shuffled(members, random),
    sealedPrev: base && sealed(base, { alias: aliasKey, key, created_at }, author, random, curve),
  });
  const event = signedContent(template, tags, seed, { real: author, alias }, random, curve);
  return { event, alias, secret };
}

/** GROUP-8: of 100 ordinary leaves and the group's own words there is room for both. */
export function fitsOneEvent(template: KeysTemplate): boolean {
  return fitsInside(contentOf(template, "0".repeat(64)));
}

function signedContent(
  template: KeysTemplate,
  tags: readonly Tag[],
  seed: Uint8Array | undefined,
  keys: { readonly real: Secret; readonly alias: Secret },
  random: RandomSource,
  curve: Curve,
): UnsignedEvent {
  const { base, carries, created_at } = template;
  const kind = base === undefined ? CREATE : carries === undefined ? OWNER_ROTATION : MEMBER_ROTATION;
  const text = contentOf(template, seed && toHex(seed));
  return anonymousEvent({ kind, created_at, tags, text }, keys, random, curve);
}

function contentOf({ base, info, handovers, left, carries }: KeysTemplate, seed: string | undefined): string {
  const epoch = base === undefined ? 0 : base.epoch + 1;
  const leaves = carries?.leaves ?? [];
  return writeMetadata({ info, epoch, prev: base?.id, left, weight: [handovers, epoch], seed, leaves });
}

function freshKey(
  base: Base | undefined,
  random: RandomSource,
  curve: Curve,
): { readonly secret: Secret; readonly seed: Uint8Array | undefined } {
  const seed = random(32);
  if (base === undefined) return { secret: Secret.from(seed, curve), seed: undefined };
  const secret = groupSecret(base.id, seed, curve);
  if (secret === undefined)
    throw new UsageError("usage/secret", "the random source gave a seed that no one will ever draw");
  return { secret, seed };
}

function sealed(
  base: Base,
  frame: { readonly alias: PubkeyHex; readonly key: PubkeyHex; readonly created_at: number },
  author: Secret,
  random: RandomSource,
  curve: Curve,
): string {
  using previous = selfConversation(base.secret, curve);
  const says = { prev: base.id, epoch: base.epoch + 1 };
  return sealPrev({ ...frame, create: base.create }, says, author, previous, random, curve);
}

function sharedX(alias: Secret, person: PubkeyHex, curve: Curve): Uint8Array {
  const x = curve.ecdh(alias.expose(), fromHex(person)!);
  if (x === undefined) throw new UsageError("usage/point", "a member's key is not on the curve");
  return x;
}

/** Fisher and Yates; 4 random bytes for each place, whose bias is far below what an observer could count. */
function shuffled<T>(items: readonly T[], random: RandomSource): readonly T[] {
  const out = [...items];
  for (let i = out.length - 1; i > 0; i--) {
    const [a, b, c, d] = random(4);
    const j = (a! * 0x1000000 + b! * 0x10000 + c! * 0x100 + d!) % (i + 1);
    [out[i], out[j]] = [out[j]!, out[i]!];
  }
  return out;
}
