/**
 * One simulated history from one seed: six devices of five persons and a newcomer, two relays that misbehave, a liar
 * or a former owner, strangers; then everything heals, honest clients do their duties, and §6 is checked.
 *
 * Answers with what went wrong, and with counts that show the history was not empty.
 */
import { Simulator } from "@subrosa/testkit/simulator";
import { SeededRandom } from "@subrosa/testkit/simulator-random";
import type { EventId, PubkeyHex } from "../../src/bytes.ts";
import { mayWrite, type Selection } from "../../src/group/select.ts";
import { comeback, mischief, nuisance } from "./group-mischief.ts";
import { model } from "./group-model.ts";
import { NO_CHANGE, Player, type Select, STRANGER } from "./group-players.ts";
import { perceive, person, roster, type WorldEvent } from "./group-world.ts";

export interface Outcome {
  readonly wrong: readonly string[];
  readonly agreeing: number;
  readonly epochs: number;
  readonly rotated: boolean;
  readonly alarmed: number;
  readonly handovers: number;
  readonly players: readonly Player[];
  readonly now: number;
  /** Events that a former owner made when he was owner no more. */
  readonly usurped: ReadonlySet<string>;
}

const START = 1_700_000_000;
const DAY = 86_400;

export function playHistory(seed: number, select: Select, steps = 14): Outcome {
  const random = new SeededRandom(seed ^ 0x5eed);
  const faults = { drop: 0.2, repeat: 0.1, delay: 90, withhold: 0.1 };
  const network = new Simulator<WorldEvent>({ seed, viewers: 6, relays: 2, id: (e) => e.id, faults, start: START });
  const wrong: string[] = [];
  const usurped = new Set<string>();
  const liar = random.chance(0.7) ? random.below(4) : -1;
  // Two devices of person 0, then persons 1 … 4; person 4 comes later.
  const players = [0, 0, 1, 2, 3, 4].map((n) => new Player(person(n), n !== liar, random, select));
  const persons = [0, 1, 2, 3, 4].map(person);
  if (random.chance(0.3)) players[1]!.skew = DAY;

  const publish = (viewer: number, events: readonly WorldEvent[]): void => {
    for (const event of events) {
      players[viewer]!.events.set(event.id, event);
      network.publish(viewer, event);
    }
  };
  const deliver = (limit: number): void => {
    for (let i = 0; i < limit; i++) {
      const delivery = network.next();
      if (delivery === undefined) return;
      players[delivery.viewer]!.events.set(delivery.message.id, delivery.message);
    }
  };

  const members = [0, 1, 2, 3].map((n) => ({
    person: person(n),
    role: n === 0 ? ("owner" as const) : ("member" as const),
    since: 0,
  }));
  const pen = players[0]!;
  const create = pen.keys({
    prev: undefined,
    author: person(0),
    epoch: 0,
    handovers: 0,
    members: roster(members),
    created_at: START,
    difficulty: 0,
  });
  for (const player of players) player.events.set(create.id, create);

  for (let step = 0; step < steps; step++) {
    network.advance(random.below(600));
    act(random, players, network.now, persons, publish, usurped);
    if (random.chance(0.05)) network.partition(random.below(6), [random.below(2)]);
    if (random.chance(0.05)) {
      const viewer = random.below(6);
      network.crash(viewer);
      network.ask(viewer);
    }
    deliver(random.below(14));
    const looker = random.pick(players);
    check(looker, looker.view(network.now), wrong, "on the way");
  }

  // Every client's outbox: what it could not send it sends now.
  network.heal();
  players.forEach((player, viewer) => {
    for (const event of player.events.values()) network.publish(viewer, event);
  });
  network.advance(3 * DAY);
  deliver(100_000);
  const settle = (): void => {
    for (let round = 0; round < 12; round++) {
      let busy = false;
      players.forEach((player, viewer) => {
        const duties = player.honest ? player.duties(network.now) : [];
        if (duties.length > 0) busy = true;
        publish(viewer, duties);
      });
      if (!busy) return;
      deliver(100_000);
    }
    wrong.push("the honest never come to rest");
  };
  settle();
  // One honest member online is enough: of the same group. Whoever holds another tip, on a branch of which he cannot know
  // that it lost, holds no key of theirs and can rotate only what he has.
  const online = new Map<EventId, number>();
  players.forEach((player, viewer) => {
    const tip = player.honest ? tipToRotate(player, network.now) : undefined;
    if (tip !== undefined && !online.has(tip)) online.set(tip, viewer);
  });
  if (online.size > 0) {
    for (const viewer of online.values()) publish(viewer, players[viewer]!.rotation(network.now));
    deliver(100_000);
    settle();
  }
  const summary = judgeEnd(players, network.now, wrong, online.size > 0, select, usurped);
  return { wrong, players, now: network.now, usurped, ...summary };
}

/** The tip on which nothing is missing but a rotation. */
function tipToRotate(player: Player, now: number): EventId | undefined {
  const view = player.view(now);
  const able = view.kind === "found" && view.blocks.length === 1 && view.blocks[0] === "leaver-holds-key";
  return able ? view.tip.fact.id : undefined;
}

type Publish = (viewer: number, events: readonly WorldEvent[]) => void;

/** One step of somebody, chosen by chance. */
function act(
  random: SeededRandom,
  players: readonly Player[],
  now: number,
  persons: readonly PubkeyHex[],
  publish: Publish,
  usurped: Set<string>,
): void {
  const viewer = random.below(players.length);
  const player = players[viewer]!;
  const bad = player.honest ? 1 : random.below(100) / 100;
  if (bad < 0.4) publish(viewer, mischief(player, random, now));
  else if (bad < 0.64) {
    const events = comeback(player, random, now);
    for (const event of events) usurped.add(event.id);
    publish(viewer, events);
  } else if (random.chance(0.06)) publish(viewer, nuisance(player, random, now, persons));
  else publish(viewer, ordinary(random, player, players, now, persons));
}

function ordinary(
  random: SeededRandom,
  player: Player,
  players: readonly Player[],
  now: number,
  persons: readonly PubkeyHex[],
): WorldEvent[] {
  if (!player.honest && random.chance(0.3)) {
    const handover = player.ownerEvent(now, { ...NO_CHANGE, heir: random.pick(persons) });
    if (handover.length > 0) return handover;
  }
  const owned = ownEvent(random, player, players, now, persons);
  if (owned.length > 0) return owned;
  if (random.chance(0.3)) return player.leave(now);
  if (random.chance(0.4)) return player.duties(now);
  return tipToRotate(player, now) !== undefined ? player.rotation(now) : [];
}

/** Most of what owners do; nothing where this player owns nothing. */
function ownEvent(
  random: SeededRandom,
  player: Player,
  players: readonly Player[],
  now: number,
  persons: readonly PubkeyHex[],
): WorldEvent[] {
  const someone = random.pick(persons.filter((p) => p !== player.me));
  switch (random.below(8)) {
    case 0:
    case 1: {
      const events = player.ownerEvent(now, { add: [someone], remove: [] });
      if (events.length > 0) {
        // He takes the invite that comes with it.
        for (const guest of players) {
          if (guest.me !== someone) continue;
          if (guest.view(now).kind === "none") guest.invitedBy = [player.me];
          else guest.reinvitedBy = [player.me];
        }
      }
      return events;
    }
    case 2:
      return player.ownerEvent(now, { add: [], remove: [someone] });
    case 3:
      return player.ownerEvent(now, { ...NO_CHANGE, putBack: true });
    case 4:
      return random.chance(0.5) ? player.ownerEvent(now, { ...NO_CHANGE, heir: someone }) : [];
    case 5:
      return player.ownerEvent(now, NO_CHANGE, [someone]);
    default:
      return player.ownerEvent(now, NO_CHANGE);
  }
}

/** What must hold of every view at every moment. */
function check(player: Player, view: Selection, wrong: string[], when: string): void {
  if (!mayWrite(view) || view.kind === "none") return;
  const { key } = view.choice.current;
  const members = new Map(view.tip.fact.roster.map((m) => [m.person, m]));
  const holders = new Set<PubkeyHex>();
  const mine = new Set<PubkeyHex>();
  for (const e of player.events.values()) {
    if (e.type !== "keys") continue;
    if (e.wraps.includes(player.me)) mine.add(e.fact.key);
    if (e.fact.key === key) for (const p of e.wraps) holders.add(p);
  }
  for (const e of player.events.values()) {
    if (e.type !== "leave" || !mine.has(e.under)) continue;
    const { person: who, epoch } = e.leave;
    const member = members.get(who);
    const stays = member?.role === "owner" || (who === view.tip.fact.author && view.tip.fact.roster[0]?.person !== who);
    if (member !== undefined && epoch >= member.since && !stays && holders.has(who)) {
      wrong.push(`${when}: ${player.me} writes under a key that the leaver ${who} holds`);
    }
  }
  if (!mine.has(key)) wrong.push(`${when}: ${player.me} may write under a key he does not hold`);
}

function judgeEnd(
  players: readonly Player[],
  now: number,
  wrong: string[],
  rescued: boolean,
  select: Select,
  usurped: ReadonlySet<string>,
) {
  const views = players.map((player) => player.view(now));
  const liar = players.find((player) => !player.honest)?.me;
  // An owner may do as he likes with his group while it is his; of one who lies about branches no more is promised.
  const betrayed = (view: Selection): boolean =>
    view.kind === "found" &&
    !usurped.has(view.tip.fact.id) &&
    (view.tip.fact.author === liar || view.tip.fact.roster[0]?.person === liar);
  const sure = players.flatMap((player, i) => {
    const view = views[i]!;
    const knows =
      view.kind === "found" &&
      !view.blocks.some((b) => b !== "leaver-holds-key" && b !== "leaving" && b !== "not-a-member");
    return knows && player.honest && !betrayed(view) && view.tip.fact.roster.some((m) => m.person === player.me)
      ? [{ player, view }]
      : [];
  });
  const answer = (view: Selection & { kind: "found" }): string =>
    [view.tip.fact.id, [...view.choice.leaving].sort(), view.choice.current.id].join(" ");
  // A leaver is not handed the key that carries him out, so he cannot see that it is current.
  // What a former owner keeps up with people who were out before the handover is another group: they cannot know.
  const inside = sure.filter(({ player, view }) => !view.choice.leaving.has(player.me));
  const [reference] = inside.filter(({ view }) => !usurped.has(view.tip.fact.id));
  const staying = inside.filter((s) => reference?.view.tip.fact.roster.some((m) => m.person === s.player.me));
  const answers = new Set(staying.map((s) => answer(s.view)));
  if (answers.size > 1) wrong.push(`divergence: ${sure.map((s) => `${s.player.me}=${answer(s.view)}`).join(" | ")}`);
  players.forEach((player, i) => {
    const view = views[i]!;
    check(player, view, wrong, "at the end");
    if (reference === undefined) return;
    if (player.honest && mayWrite(view) && view.kind === "found" && !usefulWarning(player, view, reference.view, liar))
      wrong.push(`${player.me} follows ${view.tip.fact.id} although he holds what speaks against it`);
    const out = !reference.view.choice.current.roster.some((m) => m.person === player.me);
    // Who was out before a handover has no way to learn of it: the former owner may keep a group with him.
    if (out && view.kind === "found" && usurped.has(view.tip.fact.id)) return;
    if (out && player.honest && !betrayed(view) && mayWrite(view))
      wrong.push(`${player.me} was removed and believes that he may write`);
    const leaving = reference.view.choice.leaving.has(player.me);
    const silent = view.kind === "found" && view.blocks.length === 0 && answer(view) !== answer(reference.view);
    if (player.honest && !betrayed(view) && silent) wrong.push(`${player.me} is out of date and does not know it`);
    const stuck = view.kind === "found" && view.blocks.length === 1 && view.blocks[0] === "leaver-holds-key";
    if (player.honest && rescued && !out && !leaving && stuck) wrong.push(`stuck: ${player.me}`);
    const theirs = new Set([...player.events.values()].flatMap((e) => (byStranger(e) ? [e.id] : [])));
    if (theirs.size === 0) return;
    const used = (e: WorldEvent): boolean =>
      e.type === "keys" && e.fact.kind === "owner" && e.fact.prev !== undefined && theirs.has(e.fact.prev);
    if ([...player.events.values()].some((e) => used(e) && !byStranger(e))) return;
    const without = perceive(
      [...player.events.values()].filter((e) => !byStranger(e)),
      player.me,
    );
    const calm = select(without, player.viewer(), now);
    if (JSON.stringify(summary(calm)) !== JSON.stringify(summary(view)))
      wrong.push(`a stranger changed what ${player.me} sees`);
  });
  return {
    agreeing: sure.length,
    handovers: reference?.view.tip.handovers ?? 0,
    epochs: reference?.view.tip.fact.epoch ?? 0,
    rotated: reference !== undefined && reference.view.choice.current.kind === "rotation",
    alarmed: views.filter((v) => v.kind === "found" && v.blocks.includes("rival-handovers")).length,
  };
}

/**
 * False where somebody follows another group than the honest in spite of what he holds: an invite of the honest owner
 * (G-34), or the liar's other accepted handover (G-35).
 */
function usefulWarning(player: Player, view: Found, truth: Found, liar: PubkeyHex | undefined): boolean {
  const trueChain = chainOf(truth.tip);
  const mine = chainOf(view.tip);
  if (trueChain.includes(view.tip.fact.id) || liar === undefined) return true;
  const opens = (id: EventId): boolean => {
    const event = player.events.get(id);
    return event?.type === "keys" && event.wraps.includes(player.me);
  };
  const facts = truth.history.nodes;
  const invite = player.reinvitedBy.at(-1);
  const begins = trueChain.findLast((id) => facts.get(id)!.fact.author === invite && opens(id));
  const after = begins === undefined ? [] : trueChain.slice(0, trueChain.indexOf(begins) + 1);
  const namesLiar = after.some((id) => facts.get(id)!.fact.roster[0]?.person === liar);
  if (begins !== undefined && invite !== liar && !namesLiar && view.tip.fact.author !== invite) return false;
  const handovers = (chain: readonly EventId[], nodes: Found["history"]["nodes"]) =>
    chain.slice(1).flatMap((id) => {
      const node = nodes.get(id)!;
      return node.fact.author === liar && node.fact.roster[0]?.person !== liar ? [node] : [];
    });
  return !handovers(mine, view.history.nodes).some((his) =>
    handovers(trueChain, facts).some(
      ({ fact, handovers: before }) =>
        !mine.includes(fact.id) &&
        !trueChain.includes(his.fact.id) &&
        before <= his.handovers &&
        opens(fact.id) &&
        opens(trueChain[trueChain.indexOf(fact.id) - 1]!),
    ),
  );
}

type Found = Selection & { readonly kind: "found" };

/** From a tip down to the root of its tree. */
function chainOf(tip: Found["tip"]): readonly EventId[] {
  const ids: EventId[] = [];
  for (let at: Found["tip"] | undefined = tip; at !== undefined; at = at.parent) ids.push(at.fact.id);
  return ids;
}

function byStranger(event: WorldEvent): boolean {
  return (
    event.type === "noise" || (event.type === "keys" && event.fact.kind === "owner" && event.fact.author === STRANGER)
  );
}

export function summary(view: Selection): unknown {
  if (view.kind === "none") return "none";
  const { tip, choice, blocks } = view;
  return [
    tip.fact.id,
    [...choice.leaving].sort(),
    choice.candidates.map((c) => c.id).sort(),
    choice.current.id,
    [...choice.uncovered].sort(),
    [...blocks].sort(),
  ];
}

export function describeModel(player: Player, now: number): unknown {
  const { tip, leaving, candidates, current, uncovered, blocks } = model(player.facts(), player.viewer(), now);
  return tip === undefined ? "none" : [tip, leaving, candidates, current, uncovered, blocks];
}
