/**
 * One conversation: a chain of channels that moved, each a room with its own key, shown as one history.
 *
 * Spec: docs/spec/channels.md, CHANNEL-5. The path from the first room to the present one is walked anew from the facts
 * each time, so it is a function of the set; rooms on it are opened as their moves are met. It has no cycles and at
 * most 1,000 hops. A room that expired leaves only the link to what came after it.
 */
import { type EventId, type PubkeyHex, toHex } from "../bytes.ts";
import type { SignedEvent } from "../nostr/event.ts";
import type { Secret } from "../secret.ts";
import { type Control, type Create, earliestFirst, type Move, type Spoken } from "./fact.ts";
import { type RoomView, roomView } from "./room.ts";
import { spokenIn } from "./spoken.ts";

export const MAX_HOPS = 1_000;

/** A wrap as it was received or sent: ciphertext, kept to give relays back what they lost (CHANNEL-10). */
export interface Kept {
  readonly outer: SignedEvent;
  /** The inner event in it. */
  readonly fact: EventId;
}

export interface Room {
  readonly id: EventId;
  readonly key: PubkeyHex;
  readonly secret: Secret;
  /** Who handed us the key (CHANNEL-1). */
  readonly keyFrom: ReadonlySet<PubkeyHex>;
  readonly control: ReadonlyMap<EventId, Control>;
  readonly spoken: ReadonlyMap<EventId, Spoken>;
  /** By outer id. */
  readonly archive: ReadonlyMap<EventId, Kept>;
}

export interface Thread {
  readonly me: PubkeyHex;
  readonly first: EventId;
  readonly rooms: ReadonlyMap<EventId, Room>;
  /** Rooms that expired, each with the one that came after it. */
  readonly forgotten: ReadonlyMap<EventId, EventId | undefined>;
  /** The user's own choice among moves that nobody can decide between. */
  readonly follow: ReadonlyMap<EventId, EventId>;
  /** Relays that the user agreed to (CHANNEL-4). */
  readonly approved: readonly string[];
  /** What the user has been told already. */
  readonly told: ReadonlySet<string>;
  readonly wakeAt: number | undefined;
  /** The time by which the path was last walked. */
  readonly settledAt: number;
}

export interface Place {
  readonly room: Room;
  readonly view: RoomView;
}

export interface Path {
  /** From the first room to the present one; never empty. */
  readonly places: readonly Place[];
  readonly here: Place;
  /** `back`: the last move leads to a room it came from, or too far. `gone`: to one that expired. */
  readonly end: "here" | "back" | "gone";
  /** The 400s by which it was walked. */
  readonly creates: ReadonlyMap<EventId, Create>;
}

export function openRoom(id: EventId, secret: Secret, keyFrom: readonly PubkeyHex[]): Room {
  const key = toHex(secret.pubkey) as PubkeyHex;
  return {
    id,
    key,
    secret,
    keyFrom: new Set(keyFrom),
    control: new Map(),
    spoken: new Map(),
    archive: new Map(),
  };
}

/**
 * The path, and the thread with every room on it opened. Undefined when the first room is gone with all that followed.
 * `before`, an earlier path of this thread and of an earlier time, only saves work.
 */
export function walk(thread: Thread, now: number, before?: Path): Walked | undefined {
  // Copied only where a room opens: of an unchanged thread nothing is made anew.
  let { rooms } = thread;
  const creates = createsOf(rooms.values());
  const seen = before !== undefined && sameKeys(creates, before.creates) ? before.places : [];
  const places: Place[] = [];
  const visited = new Set<EventId>();
  let at: EventId | undefined = thread.first;
  let end: Path["end"] = "here";
  while (at !== undefined) {
    if (visited.has(at) || visited.size > MAX_HOPS) {
      end = "back";
      break;
    }
    visited.add(at);
    const room = rooms.get(at);
    if (room === undefined) {
      const after: EventId | undefined = thread.forgotten.get(at);
      if (after === undefined) end = "gone";
      at = after;
      continue;
    }
    const view = unchanged(seen[places.length], room, now) ?? viewOf(room, creates, now);
    places.push({ room, view });
    const move: Move | undefined = followed(room, thread.follow.get(room.id)) ?? view.move;
    at = move?.next;
    if (move?.secret !== undefined && !rooms.has(move.next)) {
      rooms = new Map(rooms).set(move.next, openRoom(move.next, move.secret, [move.author]));
    }
  }
  const here = places.at(-1);
  return here && { thread: withRooms(thread, rooms), path: { places, here, end, creates } };
}

/**
 * Written out: a machine that takes a page for each of thousands of wraps makes threads all the time, and a spread with
 * other fields after it is what engines are slowest at.
 */
export function withRooms(thread: Thread, rooms: Thread["rooms"]): Thread {
  if (rooms === thread.rooms) return thread;
  const { me, first, forgotten, follow, approved, told, wakeAt, settledAt } = thread;
  return { me, first, rooms, forgotten, follow, approved, told, wakeAt, settledAt };
}

export interface Walked {
  readonly thread: Thread;
  readonly path: Path;
}

function viewOf(room: Room, creates: ReadonlyMap<EventId, Create>, now: number): RoomView {
  const { id, key, keyFrom, control } = room;
  return roomView({ id, key, keyFrom, facts: [...control.values()], creates }, now);
}

/**
 * The path as it was walked, where nothing of it can have changed since but the time: no held-back event has come due.
 * For a state that `settle` left, whose rooms and path belong together.
 */
export function stillHolds({ settledAt }: Thread, path: Path, now: number): boolean {
  return settledAt <= now && path.places.every(({ view }) => isCurrent(view, now));
}

function isCurrent({ wakeAt }: RoomView, now: number): boolean {
  return wakeAt === undefined || wakeAt > now;
}

/** The view is a function of these alone, so of the same ones it need not be computed again. */
function unchanged(place: Place | undefined, room: Room, now: number): RoomView | undefined {
  if (place?.room.control !== room.control || place.room.keyFrom !== room.keyFrom) return undefined;
  return isCurrent(place.view, now) ? place.view : undefined;
}

function sameKeys(a: ReadonlyMap<EventId, Create>, b: ReadonlyMap<EventId, Create>): boolean {
  if (a.size !== b.size) return false;
  for (const id of a.keys()) if (!b.has(id)) return false;
  return true;
}

function followed(room: Room, next: EventId | undefined): Move | undefined {
  return next === undefined ? undefined : movesOf(room).find((move) => move.next === next);
}

/** Every 404 that was sent to us out of this room, counting or not. */
export function movesOf(room: Room): readonly Move[] {
  return [...room.control.values()].filter((fact): fact is Move => fact.type === "move");
}

function createsOf(rooms: Iterable<Room>): ReadonlyMap<EventId, Create> {
  const creates = new Map<EventId, Create>();
  for (const room of rooms) {
    const fact = room.control.get(room.id);
    if (fact?.type === "create") creates.set(room.id, fact);
  }
  return creates;
}

/** "Old and new are shown as one history." */
export function historyOf(path: Path, now: number): readonly Spoken[] {
  return path.places.flatMap(({ room, view }) => spokenIn(room.spoken.values(), view, now)).toSorted(earliestFirst);
}
