import { SeededRandom } from "@subrosa/testkit/simulator-random";
import { expect, test } from "vitest";
import { Ledger } from "../../src/group/ledger.ts";
import { type Selection, select } from "../../src/group/select.ts";
import { type Case, casesFrom } from "../models/group-cases.ts";
import { playHistory, summary } from "../models/group-history.ts";

const LONG = process.env["SUBROSA_LONG"] !== undefined;
const range = (from: number, count: number): number[] => Array.from({ length: count }, (_, i) => from + i);
const answer = ({ facts, viewer, now }: Case, order = facts): string =>
  JSON.stringify(summary(select(order, viewer, now)));

/** Where branches end, as the ledger keeps it and as it follows from the events. */
const ends = (found: Selection): string[] =>
  found.kind === "none" ? [] : [...found.history.ends].map(({ fact }) => fact.id).sort();
const unbuilt = (found: Selection): string[] => {
  if (found.kind === "none") return [];
  const nodes = [...found.history.nodes.values()];
  const built = new Set(nodes.map(({ parent }) => parent?.fact.id));
  return nodes.flatMap(({ fact }) => (built.has(fact.id) ? [] : [fact.id])).sort();
};

/** A busy machine is no failure. */
const PATIENCE = process.env["SUBROSA_LONG"] ? 3_600_000 : 600_000;

test(
  "GROUP-14: the selection and the dumb model answer the same on bent sets of facts",
  () => {
    const differing: unknown[] = [];
    let count = 0;
    for (const seed of range(500_000, LONG ? 5_000 : 800)) {
      for (const c of casesFrom([seed], 20)) {
        count++;
        const got = answer(c);
        if (got !== c.expected) differing.push({ seed, got, expected: c.expected });
      }
    }
    expect(differing.slice(0, 3)).toEqual([]);
    expect(count).toBeGreaterThanOrEqual(16_000);
  },
  PATIENCE,
);

test(
  "GROUP-14: a ledger that grows fact by fact, asked at any moment and any time of day, equals the selection",
  () => {
    for (const seed of range(600_000, LONG ? 20_000 : 1_500)) {
      const random = new SeededRandom(seed);
      const { players, now } = playHistory(seed, select);
      const player = random.pick(players);
      const facts = random.chance(0.5) ? player.facts() : random.shuffle(player.facts());
      const viewer = player.viewer();
      let ledger = Ledger.of([], viewer);
      const old: [Ledger, number][] = [];
      facts.forEach((fact, i) => {
        ledger = ledger.add(fact);
        if (random.chance(0.3)) return;
        const at = random.chance(0.7) ? now : now - random.below(4 * 86_400);
        const expected = summary(select(facts.slice(0, i + 1), viewer, at));
        const found = ledger.select(at);
        expect(summary(found), `seed ${seed}, fact ${i}`).toEqual(expected);
        expect(ends(found), `seed ${seed}, fact ${i}`).toEqual(unbuilt(found));
        if (random.chance(0.05)) old.push([ledger, i + 1]);
      });
      // An old ledger still is what it was.
      for (const [earlier, length] of old) {
        expect(summary(earlier.select(now)), `seed ${seed}`).toEqual(
          summary(select(facts.slice(0, length), viewer, now)),
        );
      }
    }
  },
  PATIENCE,
);

test(
  "GROUP-14: order and repetition change nothing",
  () => {
    for (const c of casesFrom(range(700_000, 100), 5)) {
      const random = new SeededRandom(c.facts.length);
      for (let i = 0; i < 5; i++) {
        expect(answer(c, random.shuffle([...c.facts, ...c.facts.slice(0, 3)]))).toBe(c.expected);
      }
    }
  },
  PATIENCE,
);
