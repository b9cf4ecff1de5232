/**
 * Deleting what has expired: the secret and the words of a channel, and single messages whose own time has come.
 *
 * Spec: docs/spec/channels.md, CHANNEL-9. Nothing of an expired room stays but the link to the room after it; its key
 * is cut out of the 404s that brought it too. Wiping the Secret itself is the shell's, on the `forget` effect.
 */
import type { EventId, PubkeyHex } from "../bytes.ts";
import { forgetAt } from "./expiration.ts";
import type { Control, Create } from "./fact.ts";
import type { Path, Room, Thread } from "./thread.ts";

export interface Forgotten {
  readonly thread: Thread;
  /** The pubkeys of the rooms that are gone. */
  readonly keys: readonly PubkeyHex[];
}

export function forgetDue(thread: Thread, path: Path, now: number): Forgotten {
  const all = [...thread.rooms.values()];
  const due = all.filter((room) => (lifeEnd(room) ?? Number.POSITIVE_INFINITY) <= now);
  if (due.length === 0 && !all.some((room) => hasExpired(room, now))) return { thread, keys: [] };
  const gone = new Set(due.map(({ id }) => id));
  const forgotten = new Map(thread.forgotten);
  for (const id of gone) forgotten.set(id, nextOnPath(path, id));
  const rooms = new Map<EventId, Room>();
  for (const [id, room] of thread.rooms) {
    if (!gone.has(id)) rooms.set(id, withoutExpired(withoutKeysOf(room, gone), now));
  }
  return { thread: { ...thread, rooms, forgotten }, keys: due.map(({ key }) => key) };
}

/** The room's own 400; one that names another key says nothing about this room. */
export function createOf(room: Room): Create | undefined {
  const fact = room.control.get(room.id);
  return fact?.type === "create" && (fact.key === undefined || fact.key === room.key) ? fact : undefined;
}

function lifeEnd(room: Room): number | undefined {
  const create = createOf(room);
  return create && forgetAt(create);
}

function nextOnPath({ places }: Path, id: EventId): EventId | undefined {
  const i = places.findIndex(({ room }) => room.id === id);
  return i < 0 ? undefined : places[i + 1]?.room.id;
}

function withoutKeysOf(room: Room, gone: ReadonlySet<EventId>): Room {
  if (gone.size === 0) return room;
  const control = new Map<EventId, Control>();
  for (const [id, fact] of room.control) {
    const cut = fact.type === "move" && gone.has(fact.next);
    control.set(id, cut ? Object.freeze({ ...fact, secret: undefined, words: "" }) : fact);
  }
  return { ...room, control };
}

function hasExpired(room: Room, now: number): boolean {
  for (const { expiration } of room.spoken.values()) if (expiration !== undefined && expiration <= now) return true;
  return false;
}

function withoutExpired(room: Room, now: number): Room {
  const over = new Set<EventId>();
  for (const { id, expiration } of room.spoken.values())
    if (expiration !== undefined && expiration <= now) over.add(id);
  if (over.size === 0) return room;
  const spoken = new Map([...room.spoken].filter(([id]) => !over.has(id)));
  const archive = new Map([...room.archive].filter(([, { fact }]) => !over.has(fact)));
  return { ...room, spoken, archive };
}
