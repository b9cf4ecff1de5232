/**
 * Putting facts where they belong: each goes to the room it names, whichever key of the thread it came under, and is
 * held once, by inner id (CHANNEL-13).
 *
 * Spec: docs/spec/channels.md, CHANNEL-2, CHANNEL-6. What names no room of ours is dropped here and leaves nothing
 * behind, so an outsider who knows only the channel's pubkey costs no memory. An event that names an older room, but
 * came under a newer key, is judged by the older room's rules: nobody who was removed gets in by being wrapped again.
 */
import type { EventId, PubkeyHex } from "../bytes.ts";
import { toHex } from "../bytes.ts";
import type { SignedEvent } from "../nostr/event.ts";
import { type Accept, type Control, type Fact, isSpoken, type Spoken } from "./fact.ts";
import { type Kept, type Path, type Room, type Thread, withRooms } from "./thread.ts";

export interface Arrival {
  readonly fact: Fact;
  /** The key that the wrap was addressed to. */
  readonly to: PubkeyHex;
  readonly outer: SignedEvent;
}

export type Dropped =
  | "duplicate"
  | "unknown-channel"
  | "other-channel"
  | "other-create"
  | "other-key"
  | "other-person"
  | "expired"
  | "too-many";

/** Acceptances in the draft's own form, without ticket, that wait for their offer. */
const MAX_PENDING = 1_000;

/** A room under change: what is not touched is not copied, so that its identity says that it is the same. */
interface Draft {
  readonly room: Room;
  keyFrom: Set<PubkeyHex> | undefined;
  control: Map<EventId, Control> | undefined;
  spoken: Map<EventId, Spoken> | undefined;
  archive: Map<EventId, Kept> | undefined;
}

export interface Received {
  readonly thread: Thread;
  readonly added: readonly Fact[];
  /** In the order of the arrivals; undefined for those that were added. */
  readonly dropped: readonly (Dropped | undefined)[];
}

export function receive(thread: Thread, path: Path, arrivals: readonly Arrival[], now: number): Received {
  const drafts = new Map<EventId, Draft>();
  const byKey = new Map<PubkeyHex, Room>();
  for (const room of thread.rooms.values()) byKey.set(room.key, room);
  const depth = new Map<EventId, number>();
  path.places.forEach(({ room }, i) => {
    depth.set(room.id, i);
  });
  const added: Fact[] = [];
  const dropped = arrivals.map((arrival): Dropped | undefined => {
    const room = destination(thread, byKey, depth, arrival);
    if (typeof room === "string") return room;
    const fault = add(draftOf(drafts, room), arrival, now);
    if (fault === undefined) added.push(arrival.fact);
    return fault;
  });
  if (added.length === 0) return { thread, added, dropped };
  const rooms = new Map(thread.rooms);
  for (const [id, { room, keyFrom, control, spoken, archive }] of drafts) {
    rooms.set(id, {
      id,
      key: room.key,
      secret: room.secret,
      keyFrom: keyFrom ?? room.keyFrom,
      control: control ?? room.control,
      spoken: spoken ?? room.spoken,
      archive: archive ?? room.archive,
    });
  }
  return { thread: withRooms(thread, rooms), added, dropped };
}

function draftOf(drafts: Map<EventId, Draft>, room: Room): Draft {
  const found = drafts.get(room.id);
  if (found !== undefined) return found;
  const draft = { room, keyFrom: undefined, control: undefined, spoken: undefined, archive: undefined };
  drafts.set(room.id, draft);
  return draft;
}

function destination(
  thread: Thread,
  byKey: ReadonlyMap<PubkeyHex, Room>,
  depth: ReadonlyMap<EventId, number>,
  { fact, to }: Arrival,
): Room | Dropped {
  if (fact.type === "invitation" || fact.type === "move") {
    if (to !== thread.me) return "other-person";
    const room = thread.rooms.get(fact.channel);
    if (room === undefined) return "unknown-channel";
    return fact.type === "invitation" && toHex(fact.secret.pubkey) !== room.key ? "other-key" : room;
  }
  const room = byKey.get(to);
  if (room === undefined) return "unknown-channel";
  if (fact.type === "create") return fact.id === room.id ? room : "other-create";
  if (fact.channel === undefined || fact.channel === room.id) return room;
  const named = depth.get(fact.channel);
  const here = depth.get(room.id);
  const older = named !== undefined && here !== undefined && named < here;
  return (older ? thread.rooms.get(fact.channel) : undefined) ?? "other-channel";
}

function add(draft: Draft, { fact, outer }: Arrival, now: number): Dropped | undefined {
  const { room } = draft;
  if ((draft.control ?? room.control).has(fact.id) || (draft.spoken ?? room.spoken).has(fact.id)) return "duplicate";
  if (isSpoken(fact)) {
    if (fact.expiration !== undefined && fact.expiration <= now) return "expired";
    draft.spoken ??= new Map(room.spoken);
    draft.spoken.set(fact.id, fact);
  } else {
    if (fact.type === "accept" && fact.channel === undefined && !makeRoom(draft, fact)) return "too-many";
    draft.control ??= new Map(room.control);
    draft.control.set(fact.id, fact);
  }
  if (fact.type === "invitation") {
    draft.keyFrom ??= new Set(room.keyFrom);
    draft.keyFrom.add(fact.author);
  } else if (fact.type !== "move") {
    // What came to a person is not the channel's to give back.
    draft.archive ??= new Map(room.archive);
    draft.archive.set(outer.id, { outer, fact: fact.id });
  }
  return undefined;
}

/** Of those whose offer is not held, the smallest ids are kept: a function of the set, not of who came first. */
function makeRoom(draft: Draft, arriving: Accept): boolean {
  const { room } = draft;
  draft.control ??= new Map(room.control);
  const { control } = draft;
  if (control.has(arriving.offer)) return true;
  const pending = [...control.values()].filter(
    (fact) => fact.type === "accept" && fact.channel === undefined && !control.has(fact.offer),
  );
  if (pending.length < MAX_PENDING) return true;
  const largest = pending.reduce((a, b) => (a.id > b.id ? a : b)).id;
  if (largest < arriving.id) return false;
  control.delete(largest);
  draft.archive ??= new Map(room.archive);
  for (const [id, kept] of draft.archive) if (kept.fact === largest) draft.archive.delete(id);
  return true;
}
