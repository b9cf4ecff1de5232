/**
 * Invites (docs/spec/groups.md GROUP-13): a public one shows only what is public, a private one shows the group.
 *
 *   public    nostr:nevent of the 480, with relays, the current group key and the work it asks for, as link or QR
 *   private   the same, plus the group secret and the owner's real key, sealed to one person: name and members are shown
 *             before he asks to join, and his history begins with an event that this owner signed (GROUP-22)
 */
import { type EventId, fromHex, type PubkeyHex, pubkeyHex, toHex } from "../bytes.ts";
import type { Curve, RandomSource } from "../curve/curve.ts";
import { UsageError, WireError } from "../errors.ts";
import { hexText, integer, list, object, readShape, text, writeShape } from "../json.ts";
import { decodeEntity, encodeEntity } from "../nostr/nip19.ts";
import { ConversationKey, decrypt, encrypt } from "../nostr/nip44.ts";
import { secretOrUndefined } from "../nostr/nsec.ts";
import type { Secret } from "../secret.ts";
import { CREATE } from "./wire.ts";

const LIMITS = { maxLength: 16_384, maxDepth: 2 };
const relays = list(text({ max: 500 }), { max: 20 });
const closed = object(
  { create: hexText(32), owner: hexText(32), secret: hexText(32), relays },
  { optional: { difficulty: integer({ max: 256 }) } },
);

export interface PublicInvite {
  readonly create: EventId;
  /** The current group key: where a join request goes. */
  readonly key: PubkeyHex;
  readonly relays: readonly string[];
  /** Bits of work that a join request must show (GROUP-11): whoever asks cannot read it in the group yet. */
  readonly difficulty?: number;
}

export interface PrivateInvite {
  readonly create: EventId;
  readonly owner: PubkeyHex;
  readonly secret: Secret;
  readonly relays: readonly string[];
  readonly difficulty?: number;
}

/** `nostr:nevent…?key=…&pow=…`, as link and as QR code. */
export function writeInvite({ create, key, relays: at, difficulty = 0 }: PublicInvite): string {
  const work = difficulty === 0 ? "" : `&pow=${difficulty}`;
  return `nostr:${encodeEntity({ type: "nevent", id: create, relays: at, kind: CREATE })}?key=${key}${work}`;
}

/** Undefined where it is no invite to a group. */
export function readInvite(link: string): PublicInvite | undefined {
  const [, entity = "", query = "", work = "0"] =
    /^nostr:([a-z0-9]+)\?key=([0-9a-f]+)(?:&pow=([1-9][0-9]{0,2}))?$/.exec(link.trim()) ?? [];
  const key = pubkeyHex(query);
  const difficulty = Number(work);
  try {
    const event = decodeEntity(entity);
    if (event.type !== "nevent" || key === undefined || event.kind !== CREATE || difficulty > 256) return undefined;
    return { create: event.id, key, relays: event.relays, ...(difficulty === 0 ? {} : { difficulty }) };
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}

/** Sealed from any member to the guest. */
export function sealInvite(
  invite: PrivateInvite,
  from: Secret,
  guest: PubkeyHex,
  random: RandomSource,
  curve: Curve,
): string {
  using key = ConversationKey.between(from, fromHex(guest)!, curve);
  if (key === undefined) throw new UsageError("usage/point", "the guest's key is not on the curve");
  const { create, owner, secret, relays: at, difficulty = 0 } = invite;
  const work = difficulty === 0 ? {} : { difficulty };
  const text = writeShape(closed, { create, owner, secret: toHex(secret.expose()), relays: at, ...work });
  return encrypt(text, key, random(32));
}

export type InviteOpened =
  | { readonly ok: true; readonly invite: PrivateInvite }
  | { readonly ok: false; readonly reason: "invite-sealed" | "invite-shape" | "invite-secret" };

export function openInvite(payload: string, from: PubkeyHex, guest: Secret, curve: Curve): InviteOpened {
  using key = ConversationKey.between(guest, fromHex(from)!, curve);
  const plain = key && decrypt(payload, key);
  if (plain === undefined || !plain.ok) return { ok: false, reason: "invite-sealed" };
  return readPrivateInvite(plain.plaintext, curve);
}

/** What a private invite says, where a signer opened it (`nip44.decrypt`, GROUP-23). */
export function readPrivateInvite(plaintext: string, curve: Curve): InviteOpened {
  try {
    const read = readShape(closed, plaintext, "invite", LIMITS);
    const { create, owner, secret: hex, relays: at, difficulty = 0 } = read;
    const secret = secretOrUndefined(fromHex(hex, 32)!, curve);
    if (secret === undefined) return { ok: false, reason: "invite-secret" };
    const work = difficulty === 0 ? {} : { difficulty };
    return { ok: true, invite: { create: create as EventId, owner: owner as PubkeyHex, secret, relays: at, ...work } };
  } catch (error) {
    if (error instanceof WireError) return { ok: false, reason: "invite-shape" };
    throw error;
  }
}
