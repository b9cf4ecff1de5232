/** Counterexamples that earlier texts of §4 met, and the findings of the review that facts can tell; each by its name. */
import { SeededRandom } from "@subrosa/testkit/simulator-random";
import { describe, expect, test } from "vitest";
import type { EventId, PubkeyHex } from "../../src/bytes.ts";
import type { Fact, LeaveFact, OpaqueFact, OwnerFact, RotationFact, Viewer } from "../../src/group/facts.ts";
import { mayWrite, type Selection, select } from "../../src/group/select.ts";
import { line, person, roster } from "../models/group-world.ts";

const NOW = 10_000;
const [OWNER, ANNA, BEN, CLEO, STRANGER] = [0, 1, 2, 3, 8].map(person) as [
  PubkeyHex,
  PubkeyHex,
  PubkeyHex,
  PubkeyHex,
  PubkeyHex,
];
const everyone = [OWNER, ANNA, BEN, CLEO];

const viewer = (me: PubkeyHex, more: Partial<Viewer> = {}): Viewer => ({
  me,
  invitedBy: [],
  reinvitedBy: [],
  chosen: [],
  insist: false,
  ...more,
});

/** `owns` stands first; everybody has been here since 0 unless said otherwise. */
function lines(persons: readonly PubkeyHex[], since: Partial<Record<PubkeyHex, number>> = {}) {
  const [owns, ...rest] = persons;
  const member = (p: PubkeyHex) => ({ person: p, role: "member" as const, since: since[p] ?? 0 });
  return roster([{ ...member(owns!), role: "owner" }, ...rest.map(member)]);
}

function owner(
  id: string,
  prev: OwnerFact | undefined,
  persons: readonly PubkeyHex[],
  more: Partial<OwnerFact> = {},
): OwnerFact {
  const epoch = prev === undefined ? 0 : prev.epoch + 1;
  const author = prev === undefined ? persons[0]! : prev.roster[0]!.person;
  const handovers = prev === undefined ? 0 : prev.weight[0] + (prev.roster[0]!.person === prev.author ? 0 : 1);
  return {
    kind: "owner",
    id: id as EventId,
    created_at: 100 * epoch,
    key: `k${id}` as PubkeyHex,
    author,
    epoch,
    prev: prev?.id,
    weight: [handovers, epoch],
    roster: lines(persons),
    left: [],
    difficulty: 0,
    tagsAgree: true,
    fresh: true,
    ...more,
  };
}

function rotation(
  id: string,
  base: OwnerFact,
  operator: PubkeyHex,
  leavers: readonly PubkeyHex[],
  more: Partial<RotationFact> = {},
): RotationFact {
  const stay = base.roster.filter((m) => !leavers.includes(m.person));
  const last = base.roster.length;
  return {
    kind: "rotation",
    id: id as EventId,
    created_at: base.created_at + 10,
    key: `k${id}` as PubkeyHex,
    base: base.id,
    operator,
    roster: stay.map((m) => (m.person === operator ? line(m.person, m.role, last, m.since) : m)),
    leavers,
    tagsAgree: true,
    fresh: true,
    work: 0,
    sealed: { prev: base.id, epoch: base.epoch + 1, author: operator },
    ...more,
  };
}

const leave = (who: PubkeyHex, epoch: number): LeaveFact => ({
  kind: "leave",
  id: `l${who}${epoch}`,
  person: who,
  epoch,
});
const unopened = ({ id, created_at, key, prev, epoch, author }: OwnerFact, provable = true): OpaqueFact => ({
  kind: "opaque",
  of: "owner",
  id,
  created_at,
  key,
  sealed: provable ? { prev: prev!, epoch, author } : undefined,
});

function see(facts: readonly Fact[], who: Viewer, now = NOW): Selection & { kind: "found" } {
  const selection = select(facts, who, now);
  if (selection.kind === "none") throw new Error("a history was expected");
  return selection;
}

const create = owner("a0", undefined, everyone);

describe("earlier texts of §4", () => {
  test("GROUP-19: a stranger froze everybody with an invented epoch", () => {
    const invented = owner("f0", undefined, [STRANGER, ANNA], { epoch: 99, prev: "ee" as EventId, weight: [9, 99] });
    expect(see([create, invented], viewer(ANNA))).toMatchObject({ blocks: [], maybeOutOfDate: false });
  });

  test("GROUP-17: a leave was lost when the owner's event crossed it", () => {
    const crossing = owner("a1", create, everyone);
    const view = see([create, crossing, leave(BEN, 0)], viewer(ANNA));
    expect([...view.choice.leaving]).toEqual([BEN]);
    expect(view.blocks).toEqual(["leaver-holds-key"]);
  });

  test("GROUP-8: a newcomer rejected a rotation whose leave he could not open: it carries the leave", () => {
    const joined = owner("a1", create, [...everyone, STRANGER]);
    const out = rotation("b1", joined, ANNA, [BEN]);
    const facts = [unopened(create, false), joined, out, leave(BEN, 0)];
    const view = see(facts, viewer(STRANGER, { invitedBy: [OWNER] }));
    expect(view.choice.current.id).toBe(out.id);
    expect(mayWrite(view)).toBe(true);
  });

  test("GROUP-22: a member garbled once was locked out for ever", () => {
    const garbled = owner("a1", create, everyone);
    const next = owner("a2", garbled, everyone);
    expect(see([create, unopened(garbled)], viewer(ANNA)).blocks).toEqual(["removed-or-garbled"]);
    expect(see([create, unopened(garbled), next], viewer(ANNA))).toMatchObject({
      blocks: [],
      tip: { fact: { id: next.id } },
    });
  });
});

describe("found by the simulator", () => {
  test("GROUP-22: a member garbled before a handover was locked out for ever", () => {
    const garbled = owner("a1", create, everyone);
    const handover = owner("a2", garbled, [BEN, OWNER, ANNA, CLEO]);
    const accepted = owner("a3", handover, [BEN, OWNER, ANNA, CLEO]);
    const view = see([create, unopened(garbled), handover, accepted], viewer(ANNA));
    expect(view.tip.fact.id).toBe(accepted.id);
    expect(mayWrite(view)).toBe(true);
  });

  test("GROUP-22: a former owner caught a member whom the new owner had garbled", () => {
    const handover = owner("a1", create, [BEN, OWNER, ANNA, CLEO]);
    const accepted = owner("a2", handover, [BEN, OWNER, ANNA, CLEO]);
    const trap = owner("f1", accepted, everyone, { author: OWNER, prev: "ee" as EventId, weight: [7, 3] });
    const bait: OpaqueFact = { ...unopened(trap, false), id: "ee" as EventId };
    const view = see([create, handover, unopened(accepted), bait, trap], viewer(ANNA));
    expect(view.tip.fact.id).toBe(handover.id);
    expect(view.blocks).toEqual(["removed-or-garbled"]);
  });

  test("GROUP-22: a handover that had lost put the heir's events before the owner's own", () => {
    const garbled = owner("a1", create, everyone);
    const lost = owner("b2", garbled, [BEN, OWNER, ANNA, CLEO]);
    const won = owner("a2", garbled, everyone, { created_at: 900 });
    const bait = owner("f0", create, [BEN, ANNA], { author: BEN, weight: [5, 1] });
    const trap = owner("f1", bait, [BEN, ANNA], { weight: [6, 2] });
    const view = see([create, unopened(garbled), lost, won, bait, trap], viewer(ANNA));
    expect(view.tip.fact.id).toBe(won.id);
  });

  test("G-32, GROUP-22: an heir whose handover had lost caught a member whom the owner's winning branch had garbled", () => {
    const garbled = owner("a1", create, everyone);
    const next = owner("a2", garbled, everyone);
    const lost = owner("b1", create, [BEN, OWNER, ANNA, CLEO], { created_at: 150 });
    const bait = owner("f0", create, [BEN, ANNA], { author: BEN, weight: [1, 1] });
    const trap = owner("f1", bait, [BEN, ANNA], { weight: [1, 2] });
    const anna = see([create, unopened(garbled), next, lost, bait, trap], viewer(ANNA));
    const cleo = see([create, garbled, next, lost, bait, trap], viewer(CLEO));
    expect([anna.tip.fact.id, cleo.tip.fact.id]).toEqual([next.id, next.id]);
    expect(mayWrite(anna)).toBe(true);
  });

  test("GROUP-22: the heir begins a history anew all the same where he who handed over has nothing to say", () => {
    const handover = owner("a1", create, [BEN, OWNER, ANNA, CLEO]);
    const accepted = owner("a2", handover, [BEN, OWNER, ANNA, CLEO]);
    const next = owner("a3", accepted, [BEN, OWNER, ANNA, CLEO]);
    const view = see([create, handover, unopened(accepted, false), next], viewer(ANNA));
    expect(view.tip.fact.id).toBe(next.id);
    expect(mayWrite(view)).toBe(true);
  });

  test("G-33, GROUP-22: a former owner caught a member whom the new owner had invited anew", () => {
    const removal = owner("a1", create, [OWNER, BEN, CLEO]);
    const handover = owner("a2", removal, [BEN, OWNER, CLEO]);
    const back = owner("a3", handover, [BEN, OWNER, CLEO, ANNA], {
      roster: lines([BEN, OWNER, CLEO, ANNA], { [ANNA]: 3 }),
    });
    const trap = owner("f3", handover, everyone, { author: OWNER, created_at: 900 });
    const facts = [create, unopened(removal), unopened(handover, false), back, trap];
    const view = see(facts, viewer(ANNA, { reinvitedBy: [BEN] }));
    expect(view.tip.fact.id).toBe(back.id);
    expect(mayWrite(view)).toBe(true);
    expect(see([create, removal, handover, back, trap], viewer(CLEO)).tip.fact.id).toBe(back.id);
  });

  test("G-32, GROUP-22: an heir whose handover had lost caught a member whom the owner had taken back", () => {
    const removal = owner("a1", create, [OWNER, BEN, CLEO]);
    const back = owner("a2", removal, everyone, { roster: lines(everyone, { [ANNA]: 2 }) });
    const lost = owner("b1", create, [BEN, OWNER, ANNA, CLEO], { created_at: 150 });
    const trap = owner("f1", undefined, [BEN, ANNA], { epoch: 8, prev: "ee" as EventId, weight: [1, 8] });
    const bait: OpaqueFact = { ...unopened(trap, false), id: "ee" as EventId };
    const view = see([create, unopened(removal), back, lost, bait, trap], viewer(ANNA, { reinvitedBy: [OWNER] }));
    expect(view.tip.fact.id).toBe(back.id);
    expect(mayWrite(view)).toBe(true);
  });

  describe("G-34, GROUP-22: a former owner stated more handovers than the heir's invite could outweigh", () => {
    const removal = owner("a1", create, [OWNER, BEN, CLEO]);
    const handover = owner("a2", removal, [BEN, OWNER, CLEO]);
    const back = owner("a3", handover, [BEN, OWNER, CLEO, ANNA], {
      roster: lines([BEN, OWNER, CLEO, ANNA], { [ANNA]: 3 }),
    });
    const trap = owner("f2", removal, everyone, { author: OWNER, weight: [7, 2], roster: lines(everyone) });
    const facts: Fact[] = [create, unopened(removal), unopened(handover, false), back, trap];
    const invited = viewer(ANNA, { reinvitedBy: [BEN] });

    test("what the invite leads to counts, and he writes there", () => {
      const view = see(facts, invited);
      expect(view.tip.fact.id).toBe(back.id);
      expect(mayWrite(view)).toBe(true);
      expect(view.history.nodes.has(trap.id), "his key still reads what he was handed").toBe(true);
    });

    test("nor does the former owner shut him out by what nobody can open on a tree that does not count", () => {
      const more = unopened(owner("f3", trap, everyone, { author: OWNER }));
      expect(see([...facts, more], invited).blocks).toEqual([]);
    });

    test("of two invites the newer counts: who invited once has no power over whom his heir has taken back", () => {
      const old = viewer(ANNA, { reinvitedBy: [OWNER, BEN] });
      expect(see(facts, old).tip.fact.id).toBe(back.id);
      expect(see(facts, viewer(ANNA, { reinvitedBy: [BEN, OWNER] })).tip.fact.id).toBe(trap.id);
    });

    test("whom the tree of the invite names owner begins trees that count, and his heirs after him", () => {
      const toCleo = owner("a4", back, [CLEO, BEN, OWNER, ANNA]);
      const garbled = owner("a5", toCleo, [CLEO, BEN, OWNER, ANNA]);
      const next = owner("a6", garbled, [CLEO, BEN, OWNER, ANNA]);
      expect(see([...facts, toCleo, unopened(garbled), next], invited).tip.fact.id).toBe(next.id);
    });
  });

  describe("G-35, GROUP-18: a former owner handed over again on the branch that one sees whom he had garbled", () => {
    const garbled = owner("a1", create, everyone);
    const handover = owner("a2", garbled, [BEN, OWNER, ANNA, CLEO]);
    const accepted = owner("a3", handover, [BEN, OWNER, ANNA, CLEO]);
    const second = owner("b1", create, [STRANGER, OWNER, ANNA]);
    const staged = [second];
    for (const id of ["b2", "b3", "b4"]) staged.push(owner(id, staged.at(-1), [STRANGER, OWNER, ANNA]));
    const facts: Fact[] = [create, unopened(garbled), handover, accepted, ...staged];

    test("he is told, as those are who hold everything", () => {
      const anna = see(facts, viewer(ANNA));
      expect([anna.blocks, anna.rivals]).toEqual([["rival-handovers"], [second.id, handover.id]]);
      const cleo = see([create, garbled, handover, accepted, ...staged], viewer(CLEO));
      expect(cleo.blocks).toContain("rival-handovers");
      expect(cleo.rivals).toEqual([handover.id, second.id]);
    });

    test("an acceptance that he cannot open proves as much", () => {
      const unread = facts.map((fact) => (fact === accepted ? unopened(accepted) : fact));
      expect(see(unread, viewer(ANNA)).blocks).toEqual(["rival-handovers"]);
      expect(
        see(
          facts.filter((fact) => fact !== accepted),
          viewer(ANNA),
        ).blocks,
        "not accepted",
      ).toEqual([]);
    });

    test("either choice ends it, and a third handover of the kind changes a choice no more", () => {
      const right = see(facts, viewer(ANNA, { chosen: [handover.id] }));
      expect([right.tip.fact.id, right.blocks]).toEqual([accepted.id, []]);
      const wrong = see(facts, viewer(ANNA, { chosen: [second.id] }));
      expect([wrong.tip.fact.id, wrong.blocks]).toEqual([staged.at(-1)!.id, []]);
      const third = owner("c1", create, [CLEO, OWNER, ANNA, BEN]);
      const again = [...facts, third, owner("c2", third, [CLEO, OWNER, ANNA, BEN])];
      expect(see(again, viewer(ANNA, { chosen: [handover.id] }))).toMatchObject({
        tip: { fact: { id: accepted.id } },
        blocks: [],
      });
    });

    test("a group that came back to its owner may be handed over again", () => {
      const again = owner("a9", undefined, [CLEO, OWNER, ANNA, BEN], {
        ...{ author: OWNER, epoch: 9, prev: "ee" as EventId, weight: [4, 9] },
      });
      const next = owner("aa", again, [CLEO, OWNER, ANNA, BEN]);
      expect(see([...facts.slice(0, 2), ...staged, again, next], viewer(ANNA)).blocks).toEqual([]);
    });

    test("only his own signature stages it: an heir's, a stranger's or an invalid one does not", () => {
      const byAnother = { ...handover, id: "x2" as EventId, author: STRANGER };
      const next = { ...accepted, id: "x3" as EventId, prev: byAnother.id };
      const calm = [create, unopened(garbled), ...staged];
      expect(see([...calm, byAnother, next], viewer(ANNA)).blocks).toEqual([]);
      const unsound = { ...handover, tagsAgree: false };
      expect(see([...calm, unsound, accepted], viewer(ANNA)).blocks).toEqual([]);
      const late = { ...handover, created_at: NOW + 901 };
      expect(see([...calm, late, accepted], viewer(ANNA)).blocks).toEqual([]);
    });
  });

  test("GROUP-17: who is kept on a branch that lost frees nobody; any member of the one that won does", () => {
    const handover = owner("a1", create, [BEN, OWNER, CLEO]);
    const accepted = owner("a2", handover, [BEN, OWNER, CLEO]);
    const lost = owner("b1", create, everyone, { created_at: 900 });
    const there = rotation("c1", lost, ANNA, [CLEO]);
    const anna = [create, lost, unopened(handover), unopened(accepted, false), leave(CLEO, 0), there];
    expect(see(anna, viewer(ANNA))).toMatchObject({ tip: { fact: { id: lost.id } }, blocks: [] });
    const cleo = [create, handover, accepted, lost, leave(OWNER, 2), there];
    expect(see(cleo, viewer(CLEO))).toMatchObject({ tip: { fact: { id: accepted.id } }, blocks: ["leaver-holds-key"] });
    expect(mayWrite(see([...cleo, rotation("c2", accepted, CLEO, [OWNER])], viewer(CLEO)))).toBe(true);
  });

  test("GROUP-22: two members differed over an invalid predecessor that only one of them could open", () => {
    const invalid = owner("f0", undefined, [STRANGER, ANNA], { epoch: 7, prev: "ee" as EventId });
    const next = owner("a9", create, everyone, { prev: invalid.id, epoch: 8, weight: [0, 8] });
    const anna = see([create, invalid, next], viewer(ANNA));
    const ben = see([create, unopened(invalid, false), next], viewer(BEN));
    expect(anna.tip.fact.id).toBe(ben.tip.fact.id);
  });

  test("GROUP-18: whoever was accepted only on the branch that lost believed that he may write", () => {
    const lost = owner("b1", create, [...everyone, STRANGER]);
    const won = owner("a1", create, everyone);
    const newcomer = viewer(STRANGER, { invitedBy: [OWNER] });
    const before = [unopened(create, false), lost, unopened(won, false)];
    expect(mayWrite(see(before, newcomer))).toBe(true);
    const told: Fact = { kind: "lost", id: "n1" as EventId, target: lost.id, author: OWNER };
    expect(see([...before, told], newcomer).blocks).toEqual(["branch-lost"]);
    expect(mayWrite(see([...before, { ...told, author: ANNA }], newcomer))).toBe(true);
  });

  test("GROUP-17: members who could open different parts differed over a leave from before a return", () => {
    const out = owner("a1", create, [OWNER, ANNA, CLEO]);
    const back = owner("a2", out, [OWNER, ANNA, CLEO, BEN], { roster: lines([OWNER, ANNA, CLEO, BEN], { [BEN]: 2 }) });
    const full = see([create, out, back, leave(BEN, 0)], viewer(ANNA));
    const garbledOnce = see([create, unopened(out), back, leave(BEN, 0)], viewer(CLEO));
    expect([...full.choice.leaving]).toEqual([]);
    expect([...garbledOnce.choice.leaving]).toEqual([]);
  });
});

describe("findings of the review", () => {
  test("G-01: a leaver is never the rotator, with and without his own leave listed, for every roster size", () => {
    for (let size = 3; size <= 8; size++) {
      const persons = Array.from({ length: size }, (_, i) => person(i));
      const base = owner("a0", undefined, persons);
      for (const leaver of persons.slice(1)) {
        const other = persons.slice(1).find((p) => p !== leaver)!;
        const mine = [rotation("b1", base, leaver, [leaver]), rotation("b2", base, leaver, [other])];
        const view = see([base, leave(leaver, 0), leave(other, 0), ...mine], viewer(OWNER));
        expect(mayWrite(view)).toBe(false);
        expect(view.choice.candidates.map((c) => c.id)).not.toContain("b1");
      }
    }
  });

  test("G-08: switches are bounded, whatever the order in which candidates are let go", () => {
    for (let seed = 0; seed < 200; seed++) {
      const random = new SeededRandom(seed);
      const persons = Array.from({ length: 7 }, (_, i) => person(i));
      const base = owner("a0", undefined, persons);
      const gone = [person(5), person(6)];
      const rivals = persons
        .slice(0, 5)
        .flatMap((p, i) => [
          rotation(`b${i}${random.below(90) + 10}`, base, p, gone.slice(0, 1)),
          rotation(`c${i}${random.below(90) + 10}`, base, p, gone),
          rotation(`d${i}${random.below(90) + 10}`, base, p, gone),
        ]);
      const facts: Fact[] = [base, ...gone.map((p) => leave(p, 0))];
      let [switches, current] = [0, base.id];
      for (const rival of random.shuffle(rivals)) {
        facts.push(rival);
        const { id } = see(facts, viewer(OWNER)).choice.current;
        if (id !== current) switches++;
        current = id;
      }
      expect(switches, `seed ${seed}`).toBeLessThanOrEqual(5 * persons.length * gone.length);
    }
  });

  test("G-09: an owner event from the far future is held back, and what stands on it; then it counts", () => {
    const wedge = owner("a1", create, everyone, { created_at: NOW + 901 });
    const child = owner("a2", wedge, everyone, { created_at: NOW });
    expect(see([create, wedge, child], viewer(ANNA)).tip.fact.id).toBe(create.id);
    expect(see([create, wedge, child], viewer(ANNA), NOW + 1).tip.fact.id).toBe(child.id);
  });

  test("G-11: a leave from before a return is void", () => {
    const out = owner("a1", create, [OWNER, ANNA, CLEO]);
    const back = owner("a2", out, [OWNER, ANNA, CLEO, BEN], { roster: lines([OWNER, ANNA, CLEO, BEN], { [BEN]: 2 }) });
    expect(mayWrite(see([create, out, back, leave(BEN, 0), leave(BEN, 1)], viewer(BEN)))).toBe(true);
    expect(see([create, out, back, leave(BEN, 2)], viewer(BEN)).blocks).toContain("leaving");
  });

  test("G-18: a former owner's events on a lost branch are read and never decide; two heirs are an alarm", () => {
    const handover = owner("a1", create, [BEN, OWNER, ANNA, CLEO]);
    const accepted = owner("a2", handover, [BEN, OWNER, ANNA, CLEO]);
    const back = owner("b1", create, everyone, { created_at: 9_000 });
    const further = owner("b2", back, everyone, { created_at: 9_001 });
    const final = owner("b3", further, everyone, { created_at: 9_002 });
    expect(see([create, handover, accepted, back, further, final], viewer(ANNA)).tip.fact.id).toBe(accepted.id);
    const second = owner("c1", create, [CLEO, OWNER, ANNA, BEN]);
    const both = [create, handover, accepted, second, owner("c2", second, [CLEO, OWNER, ANNA, BEN])];
    expect(see(both, viewer(ANNA)).blocks).toEqual(["rival-handovers"]);
    const chosen = see(both, viewer(ANNA, { chosen: [handover.id] }));
    expect([mayWrite(chosen), chosen.tip.fact.id]).toEqual([true, accepted.id]);
  });

  test("G-29: of one operator one candidate counts, and none of a flood", () => {
    const facts = (n: number): Fact[] => [
      create,
      leave(CLEO, 0),
      ...Array.from({ length: n }, (_, i) => rotation(`b${i}`, create, BEN, [CLEO])),
    ];
    expect(see(facts(3), viewer(ANNA)).choice.candidates.map((c) => c.id)).toEqual(["b0"]);
    expect(see(facts(4), viewer(ANNA)).choice.candidates).toEqual([]);
  });

  test("G-29: a person named twice among the leavers is one: no candidate is larger for it, and none escapes the flood", () => {
    const four = ["b0", "b1", "b2", "b3"].map((id) => rotation(id, create, BEN, [CLEO]));
    const padded = { ...four[3]!, leavers: [CLEO, CLEO] };
    expect(see([create, leave(CLEO, 0), ...four.slice(0, 3), padded], viewer(ANNA)).choice.candidates).toEqual([]);
    const facts = [create, leave(CLEO, 0), ...four.slice(0, 2), padded];
    expect(see(facts, viewer(ANNA)).choice.candidates.map((c) => c.id)).toEqual(["b0"]);
  });

  test("G-30: nobody writes while a leaver holds the key", () => {
    expect(see([create, leave(CLEO, 0)], viewer(ANNA)).blocks).toEqual(["leaver-holds-key"]);
    const shared = rotation("b1", create, BEN, [CLEO]);
    const twice = rotation("b0", create, BEN, [ANNA], { key: shared.key, leavers: undefined });
    const view = see([create, leave(CLEO, 0), shared, twice], viewer(ANNA));
    expect(view.choice.uncovered, "CLEO was handed the second key by the first event").toEqual([CLEO]);
  });
});
