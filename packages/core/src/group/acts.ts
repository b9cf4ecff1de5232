/**
 * The events that a member, an owner, an applicant or a leaver publishes, made from what he sees
 * (docs/spec/groups.md §2, §3). Each function answers with unsigned events and the alias that will sign.
 *
 * Nothing here decides whether it is time to act: group.ts does.
 */
import { anonymousEvent, jittered } from "../anonymous/anonymous-event.ts";
import { type EventId, type PubkeyHex, toHex } from "../bytes.ts";
import type { Curve, RandomSource } from "../curve/curve.ts";
import type { Tag } from "../nostr/event.ts";
import { expirationTag } from "../nostr/nip40.ts";
import { Secret } from "../secret.ts";
import { type BuiltKeys, buildKeys, fitsOneEvent, type KeysTemplate } from "./build-keys.ts";
import type { Member, Role } from "./facts.ts";
import { isMember } from "./facts.ts";
import { type Introduction, type Request, writeRequest } from "./introduction.ts";
import { leaveText } from "./leave.ts";
import { type GroupInfo, MAX_IDS, memberLine } from "./metadata.ts";
import type { Reader } from "./reader.ts";
import { type ChainNode, handoversAfter } from "./rules.ts";
import type { Selection } from "./select.ts";
import { JOIN_REQUEST, LEAVE, MESSAGE } from "./wire.ts";
import { type Words, writeWords } from "./words.ts";

export interface Means {
  readonly random: RandomSource;
  readonly curve: Curve;
}
export type Found = Selection & { readonly kind: "found" };
export type Unsigned = Pick<BuiltKeys, "event" | "alias">;

/** GROUP-1: the first event of a group. */
export function createGroup(
  owner: Secret,
  members: readonly { readonly person: PubkeyHex; readonly role: Exclude<Role, "owner"> }[],
  info: GroupInfo,
  now: number,
  { random, curve }: Means,
): BuiltKeys {
  const me = toHex(owner.pubkey) as PubkeyHex;
  const everyone = [{ person: me, role: "owner" as Role }, ...members.filter((member) => member.person !== me)];
  const roster = everyone.map(({ person, role }, rank) => memberLine({ person, role, rank, since: 0 }));
  const template: KeysTemplate = { created_at: now, roster, info, base: undefined, handovers: 0, left: [] };
  return buildKeys(template, owner, random, curve);
}

/** What an owner changes in one 485: all the occasions that the draft names (GROUP-20). */
export interface OwnerChange {
  readonly add?: readonly PubkeyHex[];
  readonly remove?: readonly PubkeyHex[];
  /** Of those who are leaving: taken back on purpose (GROUP-17). */
  readonly putBack?: readonly PubkeyHex[];
  readonly roles?: ReadonlyMap<PubkeyHex, Exclude<Role, "owner">>;
  /** GROUP-18: the next owner; the present one stays as a member. */
  readonly heir?: PubkeyHex;
  readonly info?: Partial<GroupInfo>;
  /** Tips of lost branches that this event repeats. */
  readonly repeats?: readonly EventId[];
}

export function ownerRotation(
  view: Found,
  reader: Reader,
  change: OwnerChange,
  real: Secret,
  now: number,
  { random, curve }: Means,
): BuiltKeys {
  const { tip } = view;
  const eks = reader.infoOf(tip.fact.id)?.ek === true ? reader.encryptionKeys() : new Map();
  const roster = nextRoster(view, change, eks, reader.introductions());
  const info = { ...reader.infoOf(tip.fact.id)!, ...change.info };
  const leaves = reader.leavesOf(view.choice.leaving).flatMap((held) => held.id ?? []);
  const left = [...new Set([...(change.repeats ?? []), ...leaves])].slice(0, MAX_IDS);
  const template: KeysTemplate = {
    created_at: Math.max(now, tip.fact.created_at + 1),
    roster,
    info,
    base: baseOf(tip, reader),
    handovers: handoversAfter(tip),
    left,
    wrapTo: wrapTo(roster),
  };
  return buildKeys(template, real, random, curve);
}

type EncryptionKeys = ReadonlyMap<PubkeyHex, { readonly ek: PubkeyHex; readonly id: EventId }>;

function nextRoster(
  view: Found,
  change: OwnerChange,
  eks: EncryptionKeys,
  introductions: ReadonlyMap<PubkeyHex, Introduction>,
): readonly Member[] {
  const { fact } = view.tip;
  const { add = [], remove = [], putBack = [], roles = new Map<PubkeyHex, Role>(), heir } = change;
  const epoch = fact.epoch + 1;
  const back = new Set(putBack);
  const stay = fact.roster
    .filter((member) => !remove.includes(member.person))
    .filter((member) => !view.choice.leaving.has(member.person) || back.has(member.person))
    .map((member) => ({ ...member, since: back.has(member.person) ? epoch : member.since }));
  const added = [...new Set(add)]
    .filter((person) => !isMember(stay, person))
    .map((person) => ({ person, role: "member" as Role, since: epoch, by: introductions.get(person) }));
  const all = [...stay, ...added].map(({ person, role, since, by = introductions.get(person) }) => ({
    person,
    since,
    role: roles.get(person) ?? role,
    ...(by && { by }),
  }));
  const handed = heir !== undefined && isMember(stay, heir);
  const owner = all.find((member) => (handed ? member.person === heir : member.role === "owner"))!;
  const others = all.filter((member) => member !== owner);
  return [owner, ...others].map((member, rank) => {
    const role: Role = rank === 0 ? "owner" : member.role === "owner" ? "member" : member.role;
    const announced = eks.get(member.person);
    const encryption = announced && { ek: announced.id, to: announced.ek };
    return memberLine({ ...member, role, rank, ...encryption });
  });
}

/** GROUP-21: the encryption keys that the roster names. */
function wrapTo(roster: readonly Member[]): ReadonlyMap<PubkeyHex, PubkeyHex> {
  return new Map(roster.flatMap((member) => (member.to === undefined ? [] : [[member.person, member.to]])));
}

/** A 486 that carries out everybody in L (GROUP-7, GROUP-8); undefined where so many leaves do not fit into one. */
export function memberRotation(
  view: Found,
  reader: Reader,
  real: Secret,
  now: number,
  { random, curve }: Means,
): BuiltKeys | undefined {
  const me = toHex(real.pubkey) as PubkeyHex;
  const { fact } = view.tip;
  const { leaving } = view.choice;
  const last = 1 + Math.max(...fact.roster.map((member) => member.rank));
  const roster = fact.roster
    .filter((member) => !leaving.has(member.person))
    .map((member) => (member.person === me ? memberLine({ ...member, rank: last }) : member));
  // A 484's id serves relays; the zero id stands where only the words came.
  const held = reader.leavesOf(leaving);
  const template: KeysTemplate = {
    created_at: now,
    roster,
    info: reader.infoOf(fact.id)!,
    base: baseOf(view.tip, reader),
    handovers: handoversAfter(view.tip),
    left: [],
    carries: {
      leaves: held.map(({ carried }) => carried),
      ids: held.map(({ id }) => id ?? ("0".repeat(64) as EventId)),
    },
    wrapTo: wrapTo(roster),
  };
  return fitsOneEvent(template) ? buildKeys(template, real, random, curve) : undefined;
}

function baseOf({ fact }: ChainNode, reader: Reader) {
  const { create } = reader.config;
  return { create, id: fact.id, epoch: fact.epoch, secret: reader.secretOf(fact.key)! };
}

export interface Saying {
  readonly words: Words;
  readonly reply?: EventId;
  /** NIP-40, on the outer event: relays forget it too. */
  readonly expires?: number;
  readonly ek?: PubkeyHex;
}

/** A 482 under this group key (GROUP-4, GROUP-10). */
export function message(
  create: EventId,
  key: PubkeyHex,
  { words, reply, expires, ek }: Saying,
  real: Secret,
  now: number,
  { random, curve }: Means,
): Unsigned {
  const tags: Tag[] = [
    ["p", key],
    ["e", create, "root"],
    ...(reply === undefined ? [] : [["e", reply, "reply"]]),
    ...(expires === undefined ? [] : [expirationTag(expires)]),
  ];
  const alias = Secret.from(random(32), curve);
  const template = { kind: MESSAGE, created_at: jittered(now, random), tags, text: writeWords(words), t: now };
  return { event: anonymousEvent({ ...template, ...(ek && { ek }) }, { real, alias }, random, curve), alias };
}

/** What one client tells the others under an owner event's key: complaints and the like name that event in e[1]. */
export function note(
  create: EventId,
  base: { readonly id: EventId; readonly key: PubkeyHex },
  words: Words,
  real: Secret,
  now: number,
  { random, curve }: Means,
): Unsigned {
  const tags: Tag[] = [
    ["p", base.key],
    ["e", create, "root"],
    ["e", base.id],
  ];
  const alias = Secret.from(random(32), curve);
  const template = { kind: MESSAGE, created_at: jittered(now, random), tags, text: writeWords(words), t: now };
  return { event: anonymousEvent(template, { real, alias }, random, curve), alias };
}

/** GROUP-11. */
export function joinRequest(
  create: EventId,
  key: PubkeyHex,
  request: Request,
  ek: PubkeyHex | undefined,
  real: Secret,
  now: number,
  { random, curve }: Means,
): Unsigned {
  const alias = Secret.from(random(32), curve);
  const tags: Tag[] = [
    ["p", key],
    ["e", create],
  ];
  const template = { kind: JOIN_REQUEST, created_at: now, tags, text: writeRequest(request), ...(ek && { ek }) };
  return { event: anonymousEvent(template, { real, alias }, random, curve), alias };
}

/** GROUP-12. */
export function leave(view: Found, create: EventId, real: Secret, now: number, { random, curve }: Means): Unsigned {
  const { id, key, epoch } = view.tip.fact;
  const alias = Secret.from(random(32), curve);
  const tags: Tag[] = [
    ["p", key],
    ["e", create],
    ["e", id],
  ];
  const template = { kind: LEAVE, created_at: now, tags, text: leaveText(epoch) };
  return { event: anonymousEvent(template, { real, alias }, random, curve), alias };
}
