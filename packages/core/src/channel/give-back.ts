/**
 * Giving relays back what they lost.
 *
 * Spec: docs/spec/channels.md, CHANNEL-10. Whoever holds a channel's key can sign a deletion as the channel. Every
 * member keeps the ciphertexts, compares them with what a relay lists, and publishes what is missing; where the relay
 * obeys a deletion and refuses the old wrap, the inner event is wrapped anew. A fact is wrapped anew at most twice, so
 * a relay that refuses everything is left alone.
 */
import type { EventId } from "../bytes.ts";
import { createOf } from "./forget.ts";
import type { ChannelEvent, Effect, InThread, Step } from "./state.ts";
import type { Kept, Room } from "./thread.ts";

const MAX_WRAPS = 3;

type Listed = ChannelEvent & { readonly kind: "listed" };
type Refused = ChannelEvent & { readonly kind: "refused" };
type WrappedAgain = ChannelEvent & { readonly kind: "wrapped-again" };

export function giveBack(state: InThread, { relay, key, ids, since, until }: Listed): Step {
  const room = [...state.thread.rooms.values()].find((candidate) => candidate.key === key);
  if (room === undefined) return { state, effects: [], ignored: "unknown-key" };
  const missing: Effect[] = [];
  for (const wraps of wrapsByFact(room).values()) {
    const covered = wraps.every(({ outer }) => outer.created_at >= since && outer.created_at <= until);
    const present = wraps.some(({ outer }) => ids.has(outer.id));
    if (covered && !present) missing.push(publish(room, wraps.at(-1)!, relay));
  }
  return missing.length === 0 ? { state, effects: [], ignored: "nothing-new" } : { state, effects: missing };
}

export function wrapAgain(state: InThread, { relay, key, id }: Refused): Step {
  const room = [...state.thread.rooms.values()].find((candidate) => candidate.key === key);
  const kept = room?.archive.get(id);
  if (room === undefined || kept === undefined) return { state, effects: [], ignored: "unknown-key" };
  const wraps = wrapsByFact(room).get(kept.fact) ?? [];
  if (wraps.length >= MAX_WRAPS) return { state, effects: [], ignored: "too-many" };
  return { state, effects: [{ kind: "wrap-again", relay, key, id }] };
}

export function giveBackWrapped(state: InThread, { relay, of, outer }: WrappedAgain): Step {
  const room = [...state.thread.rooms.values()].find(({ archive }) => archive.has(of));
  if (room === undefined) return { state, effects: [], ignored: "unknown-key" };
  if (room.archive.has(outer.id)) return { state, effects: [], ignored: "duplicate" };
  const kept: Kept = { outer, fact: room.archive.get(of)!.fact };
  const archive = new Map(room.archive).set(outer.id, kept);
  const rooms = new Map(state.thread.rooms).set(room.id, { ...room, archive });
  const places = state.path.places.map((place) =>
    place.room.id === room.id ? { ...place, room: rooms.get(room.id)! } : place,
  );
  const path = { ...state.path, places, here: places.at(-1)! };
  return { state: { ...state, thread: { ...state.thread, rooms }, path }, effects: [publish(room, kept, relay)] };
}

function wrapsByFact(room: Room): ReadonlyMap<EventId, readonly Kept[]> {
  const wraps = new Map<EventId, Kept[]>();
  for (const kept of room.archive.values()) {
    const same = wraps.get(kept.fact);
    if (same === undefined) wraps.set(kept.fact, [kept]);
    else same.push(kept);
  }
  return wraps;
}

function publish(room: Room, { outer }: Kept, relay: string): Effect {
  return { kind: "publish", event: outer, relays: [relay], nip40: createOf(room)?.expiration !== undefined };
}
