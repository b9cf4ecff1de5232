/**
 * One channel, as a pure function of the set of control facts held about it: owner, description, move, alarms, and for
 * every fact that has no effect the reason. What was said in it is spoken.ts's.
 *
 * Spec: docs/spec/channels.md, CHANNEL-1, 3, 4, 5, 9, 11, 13. Two members who hold the same facts get the same answer
 * in whatever order these came. `now` only holds back what is dated ahead (CHANNEL-15). Moves between channels are
 * thread.ts's; what this device may do about it is channel.ts's.
 */
import type { EventId, PubkeyHex } from "../bytes.ts";
import { fingerprintOf } from "./draft.ts";
import { AHEAD, writtenTooLate } from "./expiration.ts";
import {
  type Accept,
  byTime,
  type Change,
  type Control,
  type Create,
  earliestFirst,
  type Move,
  type Notice,
  type Offer,
} from "./fact.ts";
import type { Metadata } from "./metadata.ts";
import type { RightReason } from "./reason.ts";
import { actFault, closedTenures, type Ownership, ownership, type Tenure } from "./tenure.ts";

/** Shown to everybody; none of them blocks reading. */
export type Alarm =
  /** Two accepted offers of one owner: the later wins, and one of them lies. */
  | "two-successors"
  /** A 404 by an owner whose tenure had ended or lost: writing stops until the present owner moves. */
  | "void-move"
  /** The owner announced two different moves. */
  | "two-moves"
  /** Kept on fewer than two relays: whoever holds the key can have it deleted there (CHANNEL-10). */
  | "one-relay";

export interface RoomFacts {
  readonly id: EventId;
  /** The pubkey that everything here was addressed to. */
  readonly key: PubkeyHex;
  readonly facts: readonly Control[];
  /** Creates of other channels, for the channel that a move names. */
  readonly creates: ReadonlyMap<EventId, Create>;
  /** Who handed this key to us, in a 401 or a 404 (CHANNEL-1). */
  readonly keyFrom: ReadonlySet<PubkeyHex>;
}

export interface RoomView {
  readonly create: Create | undefined;
  /** CHANNEL-1: false is shown as "unverified copy". */
  readonly verified: boolean;
  readonly owners: Ownership | undefined;
  readonly owner: PubkeyHex | undefined;
  readonly metadata: Metadata;
  readonly relays: readonly string[];
  /** The move that counts, of those sent to us. */
  readonly move: Move | undefined;
  /** Any 404 by anybody who was ever an accepted owner: nobody writes here any more. */
  readonly stopped: boolean;
  /** The owner's notice of a move is here. */
  readonly noticed: boolean;
  /** Messages later than this are ignored. */
  readonly cut: number | undefined;
  readonly alarms: ReadonlySet<Alarm>;
  /** 406s that an owner listed and we do not hold: what is shown may be out of date. */
  readonly lacking: readonly EventId[];
  readonly refused: ReadonlyMap<EventId, RightReason>;
  /** When the first of those held back comes due. */
  readonly wakeAt: number | undefined;
}

const NOTHING: RoomView = Object.freeze({
  create: undefined,
  verified: false,
  owners: undefined,
  owner: undefined,
  metadata: Object.freeze({}),
  relays: Object.freeze([]),
  move: undefined,
  stopped: false,
  noticed: false,
  cut: undefined,
  alarms: new Set<Alarm>(),
  lacking: Object.freeze([]),
  refused: new Map<EventId, RightReason>(),
  wakeAt: undefined,
});

export function roomView(room: RoomFacts, now: number): RoomView {
  const refused = new Map<EventId, RightReason>();
  let wakeAt: number | undefined;
  const due = room.facts.filter((fact) => {
    if (fact.time <= now + AHEAD) return true;
    refused.set(fact.id, "held-back");
    wakeAt = Math.min(wakeAt ?? Number.POSITIVE_INFINITY, fact.time - AHEAD);
    return false;
  });
  const create = findCreate(room, due, refused);
  if (create === undefined) {
    // A 404 whose new 400 has not come yet, or one under another key: nothing can be said about the rest.
    for (const { id } of due) if (!refused.has(id)) refused.set(id, "create-missing");
    return { ...NOTHING, refused, wakeAt };
  }
  const facts = due.filter((fact) => fact.type === "create" || allowed(fact, create, refused));
  return resolve(room, create, facts, refused, wakeAt);
}

/** CHANNEL-1 and CHANNEL-6: the 400 that the invitation names, and none that names another key. */
function findCreate(
  { id, key }: RoomFacts,
  facts: readonly Control[],
  refused: Map<EventId, RightReason>,
): Create | undefined {
  let found: Create | undefined;
  for (const fact of facts) {
    if (fact.type !== "create") continue;
    const fault: RightReason | undefined =
      fact.id !== id
        ? "other-create"
        : fact.key !== undefined && fact.key !== key
          ? "shadow-copy"
          : fact.asks === fact.form
            ? undefined
            : "wrong-form";
    if (fault === undefined) found = fact;
    else refused.set(fact.id, fault);
  }
  return found;
}

function allowed(fact: Control, create: Create, refused: Map<EventId, RightReason>): boolean {
  const elsewhere = "channel" in fact && fact.channel !== undefined && fact.channel !== create.id;
  const fault: RightReason | undefined = elsewhere
    ? "other-channel"
    : fact.form !== create.asks
      ? "wrong-form"
      : writtenTooLate(create, fact.time)
        ? fact.type === "move" || fact.type === "notice"
          ? "move-late"
          : "after-expiry"
        : undefined;
  if (fault !== undefined) refused.set(fact.id, fault);
  return fault === undefined;
}

function resolve(
  room: RoomFacts,
  create: Create,
  facts: readonly Control[],
  refused: Map<EventId, RightReason>,
  wakeAt: number | undefined,
): RoomView {
  const { offers, accepts, notices, moves, changes } = sort(facts);
  const owners = ownership(create, { offers, accepts, notices });
  for (const [id, reason] of owners.refused) refused.set(id, reason);
  const counting = countingChanges(changes, owners, refused);
  const relays = counting.findLast((change) => change.relays !== undefined)?.relays ?? create.relays;
  const move = resolveMoves(moves, notices, owners, room.creates, refused);
  const alarms = new Set(move.alarms);
  if (owners.split) alarms.add("two-successors");
  if (relays.length < 2) alarms.add("one-relay");
  const held = new Set(accepts.map(({ id }) => id));
  const listed = facts.flatMap((fact) => (fact.type === "invitation" || fact.type === "move" ? fact.accepts : []));
  return {
    create,
    verified: create.key !== undefined || owners.chain.some(({ owner }) => room.keyFrom.has(owner)),
    owners,
    owner: owners.chain.at(-1)!.owner,
    metadata: counting.at(-1)?.metadata ?? create.metadata,
    relays,
    move: move.next,
    stopped: move.stopped,
    noticed: move.noticed,
    cut: move.cut,
    alarms,
    lacking: [...new Set(listed.filter((id) => !held.has(id)))].toSorted(),
    refused,
    wakeAt,
  };
}

function sort(facts: readonly Control[]) {
  const offers: Offer[] = [];
  const accepts: Accept[] = [];
  const notices: Notice[] = [];
  const moves: Move[] = [];
  const changes: Change[] = [];
  for (const fact of facts) {
    if (fact.type === "offer") offers.push(fact);
    else if (fact.type === "accept") accepts.push(fact);
    else if (fact.type === "notice") notices.push(fact);
    else if (fact.type === "move") moves.push(fact);
    else if (fact.type === "change") changes.push(fact);
  }
  return { offers, accepts, notices, moves, changes };
}

/** CHANNEL-3, CHANNEL-4: of ended tenures what the next owner listed, of the present one everything; the last counts. */
function countingChanges(
  changes: readonly Change[],
  owners: Ownership,
  refused: Map<EventId, RightReason>,
): readonly Change[] {
  const closed = closedTenures(owners);
  const place = new Map(owners.chain.map(({ name }, i) => [name, i]));
  const counting: Change[] = [];
  for (const change of changes) {
    const fault = actFault(change, owners.all, closed);
    if (fault === undefined) counting.push(change);
    else refused.set(change.id, fault);
  }
  return counting.toSorted((a, b) => place.get(a.tenure)! - place.get(b.tenure)! || byTime(a, b));
}

interface Moved {
  readonly next: Move | undefined;
  readonly stopped: boolean;
  readonly noticed: boolean;
  readonly cut: number | undefined;
  readonly alarms: readonly Alarm[];
}

function resolveMoves(
  moves: readonly Move[],
  notices: readonly Notice[],
  owners: Ownership,
  creates: ReadonlyMap<EventId, Create>,
  refused: Map<EventId, RightReason>,
): Moved {
  const { all, chain } = owners;
  const current = chain.at(-1)!;
  let stopped = false;
  let voided = false;
  const isValid = (fact: Move | Notice): boolean => {
    const owner = all.get(fact.tenure)?.owner;
    if (owner !== fact.author) {
      refused.set(fact.id, owner === undefined ? "tenure-unknown" : "not-owner");
      return false;
    }
    // "A 404 by the owner of any accepted hop, winning or not, stops writing to the old channel."
    stopped = true;
    const fault = moveFault(fact, owners, current, creates);
    if (fault === undefined) return true;
    voided = true;
    refused.set(fact.id, fault);
    return false;
  };
  const told = moves.filter(isValid).toSorted(byMove);
  const seen = notices.filter(isValid);
  const cut = [...told, ...seen].map(({ time }) => time).toSorted((a, b) => a - b)[0];
  const alarms: Alarm[] = [];
  if (placesNamed(told, seen) > 1) alarms.push("two-moves");
  if (voided) alarms.push("void-move");
  return { next: told[0], stopped, noticed: seen.length > 0, cut, alarms };
}

/** How many different channels the owner says he moved to; hashing is what costs here, so only to compare. */
function placesNamed(moves: readonly Move[], notices: readonly Notice[]): number {
  const next = new Set(moves.map((move) => move.next));
  const moved = new Set(notices.map((notice) => notice.moved));
  if (next.size === 0 || moved.size === 0 || next.size > 1 || moved.size > 1) return Math.max(next.size, moved.size);
  const [to] = next;
  return to !== undefined && moved.has(fingerprintOf(to)) ? 1 : 2;
}

/** "Among several moves the smallest (created_at, new 400 id)"; the rest tells apart 404s of one move. */
function byMove(a: Move, b: Move): number {
  return a.time - b.time || (a.next < b.next ? -1 : a.next > b.next ? 1 : earliestFirst(a, b));
}

function moveFault(
  fact: Move | Notice,
  { chain }: Ownership,
  current: Tenure,
  creates: ReadonlyMap<EventId, Create>,
): RightReason | undefined {
  // An acceptance that lists the notice of a move is void, so of an ended tenure no 404 can count.
  if (fact.tenure !== current.name) {
    return chain.some(({ name }) => name === fact.tenure) ? "tenure-closed" : "tenure-lost";
  }
  if (fact.type === "notice") return undefined;
  const create = creates.get(fact.next);
  return create === undefined || create.author === fact.author ? undefined : "move-author";
}
