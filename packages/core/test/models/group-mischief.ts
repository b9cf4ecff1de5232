/** What a liar among the members, a former owner and strangers do to a group: one act per call. */
import type { SeededRandom } from "@subrosa/testkit/simulator-random";
import type { EventId, PubkeyHex } from "../../src/bytes.ts";
import { ACCOMPLICE, type Player, STRANGER } from "./group-players.ts";
import { roster, type WorldEvent } from "./group-world.ts";

export function mischief(liar: Player, random: SeededRandom, now: number): WorldEvent[] {
  const view = liar.view(now);
  if (view.kind === "none") return [];
  const { fact: tip } = view.tip;
  const others = tip.roster.map((m) => m.person).filter((p) => p !== liar.me);
  const someone = random.pick([...others, STRANGER]);
  const leaving = [...view.choice.leaving];
  switch (random.below(15)) {
    case 0:
      return [...liar.leave(now), ...liar.rotation(now)];
    case 1:
      return liar.rotation(now, { garble: random.shuffle(others).slice(0, 1 + random.below(2)) });
    case 2:
      return liar.rotation(now, { key: oldKey(liar, random), stale: true });
    case 3:
      return liar.rotation(now, { evict: [someone] });
    case 4:
      return liar.rotation(now, { lazy: true });
    case 5:
      return Array.from({ length: 2 + random.below(4) }, () => liar.rotation(now)).flat();
    case 6: {
      // The same key twice: first for one leaver, then for all, so that the others hold the second key already.
      const first = liar.rotation(now, { leavers: leaving.slice(0, 1) });
      const [event] = first;
      return event?.type === "keys" ? [...first, ...liar.rotation(now, { key: event.fact.key })] : [];
    }
    case 7: {
      const target = random.pick([...liar.events.values()]);
      return [
        { type: "complaint", id: liar.id(), created_at: now, under: tip.key, target: target.id, victim: liar.me },
      ];
    }
    case 8:
      if (tip.roster[0]?.person === liar.me) return [];
      return [
        invented(
          liar,
          liar.me,
          tip.epoch + random.below(50),
          liar.id(),
          tip.roster.map((m) => m.person),
          now,
        ),
      ];
    case 9:
      if (tip.roster[0]?.person === liar.me) return [];
      return [
        invented(
          liar,
          liar.me,
          tip.epoch + 1,
          tip.id,
          tip.roster.map((m) => m.person),
          now,
        ),
      ];
    case 10:
      return liar.rotation(now, { unsealed: true, garble: random.chance(0.5) ? [someone] : [] });
    case 11:
      return liar.rotation(now, { mismatched: true });
    case 12:
      return liar.leave(now, random.chance(0.5) ? 1_000_000 : 0);
    case 13:
      return liar.rotation(now, { lies: true, leavers: random.chance(0.5) ? [someone] : [liar.me, ...leaving] });
    default:
      return liar.rotation(now, { keepRank: true });
  }
}

/** Acts of somebody who was owner and is not any more. */
export function comeback(former: Player, random: SeededRandom, now: number): WorldEvent[] {
  const view = former.view(now);
  if (view.kind === "found" && view.tip.fact.roster.some((m) => m.person === former.me && m.role === "owner"))
    return [];
  const own = [...former.events.values()].flatMap((e) =>
    e.type === "keys" && e.fact.kind === "owner" && e.wraps.includes(former.me) ? [e.fact] : [],
  );
  const before = own.filter((f) => f.roster.some((m) => m.person === former.me && m.role === "owner"));
  if (before.length === 0) return [];
  const base = random.pick(before);
  const handovers = base.weight[0] + (base.author === former.me ? 0 : 1);
  const parts = { author: former.me, created_at: now, difficulty: 0, epoch: base.epoch + 1, handovers };
  const everyone = base.roster.map((m) => ({ person: m.person, role: m.role, since: m.since }));
  switch (random.below(5)) {
    case 0:
      return [former.keys({ ...parts, prev: base, members: base.roster })];
    case 1: {
      const first = former.keys({ ...parts, prev: base, members: base.roster });
      if (first.fact.kind !== "owner") return [];
      return [first, former.keys({ ...parts, prev: first.fact, epoch: base.epoch + 2, members: base.roster })];
    }
    case 2: {
      const prev = random.pick(own);
      return [
        former.keys({ ...parts, prev, epoch: prev.epoch + 1, handovers: prev.weight[0] + 1, members: base.roster }),
      ];
    }
    case 3: {
      const event = former.keys({ ...parts, handovers: 9, prev: base, members: base.roster });
      const prev = random.pick([...former.events.keys()]);
      return event.fact.kind === "owner" ? [{ ...event, fact: { ...event.fact, prev }, sealed: undefined }] : [];
    }
    default: {
      const members = roster([
        ...everyone.map((m) => (m.person === former.me ? { ...m, role: "member" as const } : m)),
        { person: ACCOMPLICE, role: "owner" as const, since: base.epoch + 1 },
      ]);
      const handover = former.keys({ ...parts, prev: base, members });
      if (handover.fact.kind !== "owner") return [];
      const next = { prev: handover.fact, author: ACCOMPLICE, epoch: base.epoch + 2, handovers: handovers + 1 };
      return [handover, former.keys({ ...next, members, created_at: now, difficulty: 0 })];
    }
  }
}

/** What anybody on the internet can send. */
export function nuisance(pen: Player, random: SeededRandom, now: number, persons: readonly PubkeyHex[]): WorldEvent[] {
  const noise: WorldEvent = { type: "noise", id: pen.id(), created_at: now };
  const prev = random.pick([noise.id, pen.id(), ...pen.events.keys()]);
  const event = invented(pen, STRANGER, random.below(60), prev, random.shuffle(persons).slice(0, 3), now);
  return random.chance(0.5) ? [noise, event] : [event];
}

function invented(
  pen: Player,
  author: PubkeyHex,
  epoch: number,
  prev: EventId,
  wraps: readonly PubkeyHex[],
  created_at: number,
): WorldEvent {
  const members = roster([
    { person: author, role: "owner", since: 0 },
    ...wraps.filter((p) => p !== author).map((p) => ({ person: p, role: "member" as const, since: 0 })),
  ]);
  const event = pen.keys({ prev: undefined, author, epoch, handovers: epoch % 3, members, created_at, difficulty: 0 });
  return event.fact.kind === "owner" ? { ...event, fact: { ...event.fact, prev } } : event;
}

function oldKey(player: Player, random: SeededRandom): PubkeyHex {
  return random.pick([...player.events.values()].flatMap((e) => (e.type === "keys" ? [e.fact.key] : [])));
}
