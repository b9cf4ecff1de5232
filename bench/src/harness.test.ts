import { describe, expect, test } from "vitest";
import { type Area, lowerQuartile, measureArea, measureWork, median, QUICK, type Work } from "./harness.ts";

/** A clock that only work moves: `spend(ms)` is what a run costs. */
function machine() {
  let now = 0;
  return {
    clock: () => now,
    spend: (ms: number) => () => {
      now += ms;
    },
  };
}

describe("the median", () => {
  test.each([
    [[3], 3],
    [[9, 1, 5], 5],
    [[4, 1, 3, 2], 2.5],
    [[1, 1, 1, 1000], 1],
  ])("of %j is %d", (samples, middle) => expect(median(samples)).toBe(middle));
});

describe("the lower quartile", () => {
  test.each([
    [[3], 3],
    [[9, 1, 5], 3],
    [[4, 1, 3, 2], 1.5],
    [[1, 1, 1, 1000, 1000], 1],
  ])("of %j is %d", (samples, quartile) => expect(lowerQuartile(samples)).toBe(quartile));
});

describe("a ratio above 1 means that we are faster", () => {
  test("in microseconds, where less is better", async () => {
    const { clock, spend } = machine();
    const work: Work = { name: "verify", unit: "us", ours: spend(2), peers: [{ name: "slow", run: spend(8) }] };
    expect(await measureWork("curve", work, QUICK, clock)).toEqual([
      { area: "curve", work: "verify", peer: "slow", ours: 2000, theirs: 8000, unit: "us", ratio: 4, ratio_median: 4 },
    ]);
  });

  test("in things per second, where more is better", async () => {
    const { clock, spend } = machine();
    const work: Work = { name: "verify", unit: "per_s", ours: spend(2), peers: [{ name: "fast", run: spend(1) }] };
    expect(await measureWork("curve", work, QUICK, clock)).toEqual([
      {
        area: "curve",
        work: "verify",
        peer: "fast",
        ours: 500,
        theirs: 1000,
        unit: "per_s",
        ratio: 0.5,
        ratio_median: 0.5,
      },
    ]);
  });
});

test("a batch is counted by the things in it, for both sides", async () => {
  const { clock, spend } = machine();
  const work: Work = {
    name: "batch",
    unit: "us",
    things: 64,
    ours: spend(64),
    peers: [{ name: "p", run: spend(128) }],
  };
  expect(await measureWork("curve", work, QUICK, clock)).toMatchObject([{ ours: 1000, theirs: 2000, ratio: 2 }]);
});

test("an asynchronous run is measured until it is done", async () => {
  const { clock, spend } = machine();
  const later = (ms: number) => async () => {
    await Promise.resolve();
    spend(ms)();
  };
  const work: Work = { name: "open", unit: "us", ours: later(3), peers: [{ name: "p", run: later(6) }] };
  expect(await measureWork("inbox", work, QUICK, clock)).toMatchObject([{ ours: 3000, theirs: 6000, ratio: 2 }]);
});

test("contestants take turns, and another one begins each round", async () => {
  const { clock, spend } = machine();
  const order: string[] = [];
  const named = (name: string) => () => {
    order.push(name);
    spend(QUICK.slice)();
  };
  const peers = [
    { name: "b", run: named("b") },
    { name: "c", run: named("c") },
  ];
  await measureWork("x", { name: "w", unit: "us", ours: named("a"), peers }, QUICK, clock);
  const calibration = 3;
  expect(order.slice(calibration).join("")).toBe("abcbcacab");
});

test("one slow round changes nothing", async () => {
  const { clock, spend } = machine();
  let runs = 0;
  const hiccup = () => spend(runs++ === 3 ? 900 : QUICK.slice)();
  const work: Work = { name: "w", unit: "us", ours: hiccup, peers: [] };
  expect(await measureWork("x", work, QUICK, clock)).toEqual([
    { area: "x", work: "w", ours: 1000 * QUICK.slice, unit: "us" },
  ]);
});

test("rounds end when their time is used up, but not before there are enough", async () => {
  const { clock, spend } = machine();
  let runs = 0;
  const slow = () => {
    runs++;
    spend(QUICK.limit)();
  };
  await measureWork("x", { name: "w", unit: "us", ours: slow, peers: [] }, { ...QUICK, rounds: 40 }, clock);
  const calibration = 1;
  expect(runs - calibration).toBe(5);
});

test("a machine that is taken away half of the time shows in the medians alone", async () => {
  const { clock, spend } = machine();
  let runs = 0;
  const disturbed = () => spend(runs++ % 2 === 0 ? 3 : 6)();
  const work: Work = { name: "w", unit: "us", ours: disturbed, peers: [{ name: "p", run: spend(6) }] };
  const [line] = await measureWork("x", work, { rounds: 40, slice: 1, limit: 10_000 }, clock);
  expect(line).toMatchObject({ ours: 3000, ratio: 2 });
  expect(line).toHaveProperty("ratio_median", expect.closeTo(4 / 3, 1));
});

test("a peer that cannot run here keeps its line, with the reason", async () => {
  const { clock, spend } = machine();
  const area: Area = {
    area: "x",
    works: [
      {
        name: "w",
        unit: "us",
        ours: spend(5),
        peers: [
          { name: "native", skipped: "needs a C compiler" },
          { name: "p", run: spend(10) },
        ],
      },
    ],
  };
  expect(await measureArea(area, QUICK, clock)).toMatchObject([
    { peer: "native", skipped: "needs a C compiler" },
    { peer: "p", ratio: 2 },
  ]);
});

test("what takes seconds says itself how many rounds are enough when the time is used up", async () => {
  const { clock, spend } = machine();
  const runsOf = async (least: number | undefined): Promise<number> => {
    let runs = 0;
    const ours = (): void => {
      runs++;
      spend(2_000)();
    };
    const work: Work = { name: "long", unit: "us", ours, peers: [], ...(least !== undefined && { least }) };
    await measureWork("x", work, { rounds: 40, slice: 1, limit: 4_000 }, clock);
    return runs;
  };
  // One run more finds out how long a run takes.
  expect([await runsOf(undefined), await runsOf(3)]).toEqual([6, 4]);
});
