/**
 * Sets of facts for comparing one selection with another: the ends of simulated histories, bent in every field that a
 * rule looks at. The answers expected are the dumb model's.
 */
import { SeededRandom } from "@subrosa/testkit/simulator-random";
import type { EventId, PubkeyHex } from "../../src/bytes.ts";
import type { Fact, Member, OwnerFact, RotationFact, Viewer } from "../../src/group/facts.ts";
import { select } from "../../src/group/select.ts";
import { playHistory } from "./group-history.ts";
import { model } from "./group-model.ts";
import { line, person } from "./group-world.ts";

export interface Case {
  readonly facts: readonly Fact[];
  readonly viewer: Viewer;
  readonly now: number;
  readonly expected: string;
}

/** `bends` variations of the end of every history of these seeds. */
export function casesFrom(seeds: Iterable<number>, bends: number): Case[] {
  const out: Case[] = [];
  for (const seed of seeds) {
    const random = new SeededRandom(seed + 1_000_003);
    const { players, now } = playHistory(seed, select);
    for (let i = 0; i < bends; i++) {
      const player = random.pick(players);
      let facts = [...player.facts()];
      for (let k = random.below(3); k >= 0; k--) facts = bend(facts, random, now);
      const ids = facts.flatMap((f) => (f.kind === "owner" ? [f.id] : []));
      const viewer: Viewer = {
        ...player.viewer(),
        chosen: random.chance(0.3) && ids.length > 0 ? [random.pick(ids)] : [],
        reinvitedBy: random.chance(0.1) ? [person(random.below(5))] : player.reinvitedBy,
        insist: random.chance(0.1),
      };
      const at = random.chance(0.2) ? now - 3 * 86_400 - random.below(5_000) : now;
      out.push({ facts, viewer, now: at, expected: expectedOf(facts, viewer, at) });
    }
  }
  return out;
}

/** Rival handovers, which chance makes too seldom (GROUP-18): one owner names two heirs, and both accept. */
export function rivalCases(): Case[] {
  const facts = [
    event("a", undefined, 0, 0, 0),
    event("ab", "a", 0, 1, 0),
    event("abx", "ab", 1, 1, 1),
    event("ac", "a", 0, 2, 0),
    event("acx", "ac", 2, 2, 1),
    event("acxy", "acx", 2, 2, 1),
  ];
  return [[], ["ab"], ["ac"], ["ab", "ac"], ["a"]].map((chosen) => {
    const ids = chosen as EventId[];
    const viewer = { me: person(3), invitedBy: [], reinvitedBy: [], chosen: ids, insist: false };
    return { facts, viewer, now: 1_000, expected: expectedOf(facts, viewer, 1_000) };
  });
}

function members(owner: number): Member[] {
  const persons = [owner, ...[0, 1, 2, 3].filter((n) => n !== owner)];
  return persons.map((n, i) => line(person(n), i === 0 ? "owner" : "member", i, 0));
}

/** An owner event whose epoch is the length of its name. */
function event(id: string, prev: string | undefined, author: number, owner: number, handovers: number): OwnerFact {
  const epoch = prev === undefined ? 0 : id.length - 1;
  return {
    kind: "owner",
    id: id as EventId,
    created_at: epoch,
    key: `k${id}` as PubkeyHex,
    author: person(author),
    epoch,
    prev: prev as EventId | undefined,
    weight: [handovers, epoch],
    roster: members(owner),
    left: [],
    difficulty: 0,
    tagsAgree: true,
    fresh: true,
  };
}

/** Somebody was removed and invited anew by the heir, and the former owner stands an event of his own where the heir's stands. */
export function invitedAnewCases(): Case[] {
  const hidden: Fact = {
    kind: "opaque",
    of: "owner",
    id: "eee" as EventId,
    created_at: 2,
    key: "keee" as PubkeyHex,
    sealed: undefined,
  };
  const facts = [
    event("a", undefined, 0, 0, 0),
    hidden,
    event("eeex", "eee", 1, 1, 1),
    { ...event("eeey", "eee", 0, 0, 1), created_at: 9 },
  ];
  return [[], [person(1)]].map((reinvitedBy) => {
    const viewer = { me: person(3), invitedBy: [], reinvitedBy, chosen: [], insist: false };
    return { facts, viewer, now: 1_000, expected: expectedOf(facts, viewer, 1_000) };
  });
}

/** An owner event that the viewer cannot open; `author` where its sealed-prev opens. */
function unopened(id: string, prev: string, author?: number): Fact {
  const epoch = id.length - 1;
  const sealed = author === undefined ? undefined : { prev: prev as EventId, epoch, author: person(author) };
  return { kind: "opaque", of: "owner", id: id as EventId, created_at: epoch, key: `k${id}` as PubkeyHex, sealed };
}

/** The heir's invite against a former owner who states more handovers than there were (GROUP-22). */
export function newestInviteCases(): Case[] {
  const facts = [
    event("a", undefined, 0, 0, 0),
    unopened("eee", "ee"),
    event("eeex", "eee", 1, 1, 1),
    event("eeexy", "eeex", 1, 2, 1),
    unopened("ff", "f"),
    event("fft", "ff", 0, 0, 5),
    event("fftu", "fft", 0, 0, 5),
  ];
  const shut = unopened("fftuv", "fftu", 0);
  const heirs = [unopened("eeexyz", "eeexy", 2), event("eeexyzz", "eeexyz", 2, 2, 2)];
  return [facts, [...facts, shut], [...facts, ...heirs], [...facts, shut, ...heirs]].flatMap((all) =>
    [[], [1], [0, 1], [1, 0], [2]].map((invites) => {
      const viewer = { me: person(3), invitedBy: [], reinvitedBy: invites.map(person), chosen: [], insist: false };
      return { facts: all, viewer, now: 1_000, expected: expectedOf(all, viewer, 1_000) };
    }),
  );
}

/** Somebody was garbled, and the owner hands over twice: once after that event, once on the branch that the victim sees. */
export function outsideCases(): Case[] {
  const staged = ["ax", "axy", "axyz", "axyzz"].map((id, i) =>
    event(id, i === 0 ? "a" : id.slice(0, -1), i === 0 ? 0 : 2, 2, i === 0 ? 0 : 1),
  );
  const seen = [event("a", undefined, 0, 0, 0), unopened("ab", "a", 0), ...staged];
  const handover = event("abc", "ab", 0, 1, 0);
  const accepted = event("abcd", "abc", 1, 1, 1);
  const again = [event("qqqqqqqqq", "zz", 0, 1, 4), event("qqqqqqqqqq", "qqqqqqqqq", 1, 1, 5)];
  const another = [event("abe", "ab", 1, 3, 0), event("abef", "abe", 3, 3, 1)];
  const third = ["aw", "awx", "awxy", "awxyz", "awxyzz"].map((id, i) =>
    event(id, id.slice(0, -1), i === 0 ? 0 : 3, 3, i === 0 ? 0 : 1),
  );
  const sets = [
    [handover, accepted],
    [handover, unopened("abcd", "abc", 1)],
    [handover, unopened("abcd", "abc", 2)],
    [handover],
    again,
    another,
    [handover, accepted, ...third],
  ];
  return sets.flatMap((more) =>
    [[], ["abc"], ["ax"], ["aw"]].map((chosen) => {
      const facts = [...seen, ...more];
      const ids = chosen as EventId[];
      const viewer = { me: person(3), invitedBy: [], reinvitedBy: [], chosen: ids, insist: false };
      return { facts, viewer, now: 1_000, expected: expectedOf(facts, viewer, 1_000) };
    }),
  );
}

export function expectedOf(facts: readonly Fact[], viewer: Viewer, now: number): string {
  const { tip, leaving, candidates, current, uncovered, blocks } = model(facts, viewer, now);
  return JSON.stringify(tip === undefined ? "none" : [tip, leaving, candidates, current, uncovered, blocks]);
}

function bend(facts: readonly Fact[], random: SeededRandom, now: number): Fact[] {
  if (facts.length === 0) return [];
  const at = random.below(facts.length);
  const fact = facts[at]!;
  const put = (...replacement: Fact[]): Fact[] => [...facts.slice(0, at), ...replacement, ...facts.slice(at + 1)];
  if (random.chance(0.15)) return put();
  if (random.chance(0.3)) {
    const epoch = random.below(5);
    const who = person(random.below(5));
    return [...facts, { kind: "leave", id: `bent${random.next()}`, person: who, epoch }];
  }
  const owners = facts.filter((f): f is OwnerFact => f.kind === "owner");
  if (random.chance(0.1) && owners.length > 0) {
    const author = person(random.below(5));
    return [...facts, { kind: "lost", id: other(random), target: random.pick(owners).id, author }];
  }
  const rotations = facts.filter((f): f is RotationFact => f.kind === "rotation");
  if (random.chance(0.2) && rotations.length > 0) {
    const target = random.pick(rotations);
    if (random.chance(0.5)) {
      const victim = random.pick([...(target.leavers ?? []), person(random.below(5))]);
      return [...facts, { kind: "complaint", id: other(random), target: target.id, victim }];
    }
    const [work, difficulty] = random.pick([
      [24, 30],
      [23, 30],
      [24, 24],
    ] as const);
    return facts.map((f) =>
      f === target ? { ...target, work } : f.kind === "owner" && f.id === target.base ? { ...f, difficulty } : f,
    );
  }
  if (random.chance(0.1) && owners.length > 0) {
    // A rotation that carries out nobody.
    const base = random.pick(owners);
    const spare = { ...anotherOperator(emptyRotation(base, random), facts, random), leavers: [] };
    return [...facts, spare];
  }
  if (fact.kind === "owner") return put(bendOwner(fact, random, now, facts));
  if (fact.kind === "rotation") return put(...bendRotation(fact, random, facts));
  if (fact.kind === "opaque" && fact.sealed !== undefined) {
    const epoch = fact.sealed.epoch + random.below(3) - 1;
    const author = random.chance(0.3) ? person(random.below(5)) : fact.sealed.author;
    return put({ ...fact, sealed: { ...fact.sealed, epoch, author } });
  }
  if (fact.kind === "complaint") return put({ ...fact, victim: person(random.below(5)) });
  if (fact.kind === "lost") return put({ ...fact, author: person(random.below(5)) });
  return put(fact);
}

const other = (random: SeededRandom): EventId => random.next().toString(16).padStart(8, "0") as EventId;

function bendOwner(fact: OwnerFact, random: SeededRandom, now: number, facts: readonly Fact[]): OwnerFact {
  const { roster, epoch } = fact;
  if (roster.length === 0) return fact;
  switch (random.below(15)) {
    case 0:
      return { ...fact, epoch: epoch + 1, weight: [fact.weight[0], epoch + 1] };
    case 1:
      return { ...fact, weight: [fact.weight[0] + 1, fact.weight[1]] };
    case 2:
      return { ...fact, weight: [fact.weight[0], fact.weight[1] + 1] };
    case 3:
      return { ...fact, author: random.pick(roster).person };
    case 4:
      return { ...fact, tagsAgree: false };
    case 5:
      return { ...fact, fresh: false };
    case 6:
      return { ...fact, created_at: now + random.below(1_800) };
    case 7:
      return {
        ...fact,
        roster: roster.map((m) => ({ ...m, rank: m.rank + (m.rank > 0 && random.chance(0.5) ? 1 : 0) })),
      };
    case 8:
      return { ...fact, roster: roster.map((m) => ({ ...m, since: m.since + random.below(3) - 1 })) };
    case 9:
      return { ...fact, roster: [...roster, line(random.pick(roster).person, "member", roster.length, 0)] };
    case 10:
      return { ...fact, roster: roster.map((m): Member => ({ ...m, role: random.chance(0.3) ? "owner" : m.role })) };
    case 11:
      return { ...fact, difficulty: random.pick([1, 3, 30, 24]) };
    case 12: {
      const owners = facts.filter((f): f is OwnerFact => f.kind === "owner");
      return { ...fact, created_at: random.pick(owners).created_at };
    }
    case 13:
      return { ...fact, roster: roster.filter((m) => m.person !== fact.author) };
    default: {
      // The author leaves the group in his own event, and names an heir.
      const stay = roster.filter((m) => m.person !== fact.author);
      return { ...fact, roster: stay.map((m, i) => line(m.person, i === 0 ? "owner" : "member", i, m.since)) };
    }
  }
}

function bendRotation(fact: RotationFact, random: SeededRandom, facts: readonly Fact[]): RotationFact[] {
  const { roster, leavers = [], sealed } = fact;
  switch (random.below(18)) {
    case 0:
      return [{ ...fact, fresh: false }];
    case 1:
      return [{ ...fact, tagsAgree: false }];
    case 2:
      return [{ ...fact, work: random.pick([0, 1, 24, 23]) }];
    case 3:
      return [{ ...fact, leavers: [] }];
    case 4:
      return [{ ...fact, leavers: [...leavers, person(random.below(5))] }];
    case 5:
      return [{ ...fact, operator: person(random.below(5)) }];
    case 6:
      return [{ ...fact, roster: roster.map((m) => ({ ...m, json: `${m.json}!` })) }];
    case 7:
      return [{ ...fact, roster: roster.map((m) => (m.person === fact.operator ? { ...m, rank: m.rank + 1 } : m)) }];
    case 8:
      return [
        { ...fact, roster: roster.map((m) => (m.person === fact.operator ? { ...m, role: "admin" as const } : m)) },
      ];
    case 9:
      return [{ ...fact, sealed: sealed && { ...sealed, author: person(random.below(5)) } }];
    case 10:
      return [{ ...fact, sealed: undefined }];
    case 11:
      return Array.from({ length: 2 + random.below(4) }, () => ({ ...fact, id: other(random) }));
    case 12:
      return [fact, { ...fact, id: other(random), key: random.pick(keysOf(facts)) }];
    case 13:
      return [{ ...fact, roster: roster.slice(1) }];
    case 14:
      return [{ ...fact, base: other(random) }];
    case 16: {
      // A leaver carries himself out.
      const base = facts.find((f): f is OwnerFact => f.kind === "owner" && f.id === fact.base);
      const operator = leavers[0];
      if (base === undefined || operator === undefined) return [fact];
      const stay = base.roster.filter((m) => !leavers.includes(m.person));
      const id = other(random);
      const author = { prev: base.id, epoch: base.epoch + 1, author: operator };
      return [fact, { ...fact, id, key: `k${id}` as PubkeyHex, operator, roster: stay, sealed: author }];
    }
    case 15:
      return [{ ...fact, roster: [...roster.slice(0, -1), ...roster.slice(0, 1)] }];
    default:
      return [fact, anotherOperator(fact, facts, random)];
  }
}

function emptyRotation(base: OwnerFact, random: SeededRandom): RotationFact {
  const id = other(random);
  const { author: operator, roster, created_at } = base;
  const common = { id, created_at, key: `k${id}` as PubkeyHex, roster, tagsAgree: true, fresh: true, work: 24 };
  return { ...common, kind: "rotation", base: base.id, operator, leavers: [], sealed: undefined };
}

/** A rival that is as good: the same leavers, carried out by another member. */
function anotherOperator(fact: RotationFact, facts: readonly Fact[], random: SeededRandom): RotationFact {
  const base = facts.find((f): f is OwnerFact => f.kind === "owner" && f.id === fact.base);
  if (base === undefined || fact.leavers === undefined) return fact;
  const stay = base.roster.filter((m) => !fact.leavers!.includes(m.person));
  if (stay.length === 0) return fact;
  const last = 1 + Math.max(...base.roster.map((m) => m.rank));
  const operator = random.pick(stay).person;
  const roster = stay.map((m) => (m.person === operator ? line(m.person, m.role, last, m.since) : m));
  const sealed = { prev: base.id, epoch: base.epoch + 1, author: operator };
  const id = other(random);
  return { ...fact, id, key: `k${id}` as PubkeyHex, operator, roster, sealed };
}

function keysOf(facts: readonly Fact[]): PubkeyHex[] {
  return facts.flatMap((f) => (f.kind === "owner" || f.kind === "rotation" ? [f.key] : []));
}
