/**
 * A random history lived to its end, and what must hold then. Throws plain errors, so that it can be bundled with a
 * mutant of the core and asked what it says of it.
 */

import { deepStrictEqual } from "node:assert";
import { keysOf, mayWrite } from "@subrosa/core/channel/channel";
import type { Control, Create } from "@subrosa/core/channel/fact";
import { type RoomView, roomView } from "@subrosa/core/channel/room";
import type { Place } from "@subrosa/core/channel/thread";
import { answersOf } from "./channel-facts.ts";
import { World } from "./channel-world.ts";

const VIEWERS = 4;
const VOID: ReadonlySet<string | undefined> = new Set(["accepts-taken-back", "accepts-after-move"]);

export function lived(seed: number): World {
  const world = new World(seed, VIEWERS);
  const acts = 5 + world.chance.below(8);
  for (let i = 0; i < acts; i++) {
    const who = world.chance.chance(0.4) ? owner(world) : world.chance.below(VIEWERS);
    if (world.chance.chance(0.25)) world.hostile(who);
    else world.honest(who);
    world.net.advance(world.chance.below(40));
    if (world.chance.chance(0.7)) world.deliver(60);
  }
  world.heal();
  return world;
}

/** Whoever thinks that he owns something, so that histories get somewhere. */
function owner(world: World): number {
  const found = world.states.findIndex(({ kind }) => kind === "owner" || kind === "delegate");
  return Math.max(found, 0);
}

export type Reached = { handedOver: number; moved: number; stopped: number; alarmed: number };

/** Throws where somebody's answer is not the model's, or where something was taken over. */
export function agree(world: World, seed: number, reached: Reached): void {
  const heard = new Map<string, string>();
  const asked = new Set<string>();
  world.states.forEach((state, who) => {
    if (!("thread" in state)) throw new Error(`seed ${seed}: ${state.kind}`);
    const creates = new Map([...state.thread.rooms.values()].flatMap(({ id, control }) => pair(control.get(id))));
    for (const place of state.path.places) {
      const facts = [...place.room.control.values()];
      const set = facts
        .map(({ id }) => id)
        .toSorted()
        .join();
      if (!asked.has(set)) {
        compare(place.view, facts, creates, world.net.now, `seed ${seed}, person ${who}`);
        // CHANNEL-15: the same set at an earlier time, when some of it was still held back.
        const then = world.net.now - 2_400;
        const { key, keyFrom, id } = place.room;
        if (seed % 4 === 0) {
          compare(roomView({ id, key, keyFrom, facts, creates }, then), facts, creates, then, `seed ${seed}, earlier`);
        }
      }
      asked.add(set);
      // What came to the channel's key came to all; only 404s are each one's own.
      const shared = facts.filter(({ type }) => type !== "move" && type !== "invitation").map(({ id }) => id);
      const answer = JSON.stringify([shared.toSorted(), place.view.owner, place.view.metadata, place.view.noticed]);
      const other = heard.get(place.room.id);
      if (place.view.create !== undefined && other !== undefined) same(answer, other, `seed ${seed}`);
      if (place.view.create !== undefined) heard.set(place.room.id, answer);
      closed(place, facts, creates, world.net.now, seed);
    }
    for (const key of keysOf(state).keys()) {
      if (!world.granted.get(key)!.has(world.people[who]!)) throw new Error(`seed ${seed}: a key got out`);
    }
    if (mayWrite(state, world.net.now)) same(state.path.here.view.stopped, false, `seed ${seed}`);
    const views = state.path.places.map(({ view }) => view);
    if (views.some(({ owners }) => (owners?.chain.length ?? 0) > 1)) reached.handedOver += 1 / VIEWERS;
    if (views.length > 1) reached.moved += 1 / VIEWERS;
    if (views.some(({ stopped }) => stopped)) reached.stopped += 1 / VIEWERS;
    if (views.some(({ alarms }) => alarms.size > 0)) reached.alarmed += 1 / VIEWERS;
  });
}

function pair(fact: Control | undefined): readonly (readonly [Create["id"], Create])[] {
  return fact?.type === "create" ? [[fact.id, fact]] : [];
}

function compare(
  view: RoomView,
  facts: readonly Control[],
  creates: ReadonlyMap<Create["id"], Create>,
  now: number,
  where: string,
): void {
  if (view.create === undefined) return;
  const { ours, model } = answersOf(view, facts, creates, now);
  same(ours, model, where);
}

function seenBy(fact: Control): readonly string[] {
  return fact.type === "accept" ? fact.seen : [];
}

/** "A former owner changes nothing that his successor did not list": without those acts the answer is the same. */
function closed(
  { room, view }: Place,
  facts: readonly Control[],
  creates: ReadonlyMap<Create["id"], Create>,
  now: number,
  seed: number,
): void {
  const { chain, accepts } = view.owners ?? { chain: [], accepts: [] };
  if (chain.length < 2) return;
  // An acceptance that lists a notice or a later offer is void by it: that act was listed, if not by the one that counts.
  const voiding = new Set(facts.flatMap((fact) => (VOID.has(view.refused.get(fact.id)) ? seenBy(fact) : [])));
  const kept = facts.filter((fact) => {
    if (!("tenure" in fact) || voiding.has(fact.id)) return true;
    const i = chain.findIndex(({ name, owner: by }) => name === fact.tenure && by === fact.author);
    const closing = accepts[i];
    return closing === undefined || closing.seen.includes(fact.id) || closing.offer === fact.id;
  });
  if (kept.length === facts.length) return;
  const { key, keyFrom, id } = room;
  const without = roomView({ id, key, keyFrom, facts: kept, creates }, now);
  const answer = ({ owner: by, metadata, relays, move, cut }: typeof view) => [by, metadata, relays, move?.next, cut];
  same(answer(view), answer(without), `seed ${seed}: an act that nobody listed changed something`);
}

/** Of equal answers none is compared field by field, which is what costs. */
function same(ours: unknown, theirs: unknown, where: string): void {
  if (JSON.stringify(ours) === JSON.stringify(theirs)) return;
  try {
    deepStrictEqual(ours, theirs);
  } catch (error) {
    throw new Error(`${where}: ${(error as Error).message}`);
  }
}
