import { integer, object } from "@subrosa/core/json";
import { seededRandom } from "@subrosa/testkit/random";
import { expect, test } from "vitest";
import type { Clock } from "../ports.ts";
import { openMemoryStore } from "../store/memory-store.ts";
import { type DriverFailure, type Machine, openDriver, type Perform } from "./driver.ts";
import { machineStore } from "./machine-store.ts";
import { wholeState } from "./whole-state.ts";

type Event = { readonly add: number };
type Effect = { readonly tell: number };
const sum: Machine<{ readonly sum: number }, Event, Effect> = {
  initial: { sum: 0 },
  step: (state, { add }) =>
    add === 0
      ? { state, effects: [], ignored: "nothing-to-add" }
      : { state: { sum: state.sum + add }, effects: add > 100 ? [] : [{ tell: add }] },
};
const keeping = wholeState(object({ sum: integer() }), object({ tell: integer() }));

/** Timers run when the test says so. */
function handClock(): Clock & { readonly delays: number[]; run(): void } {
  const waiting = new Set<() => void>();
  const delays: number[] = [];
  return {
    delays,
    now: () => 0,
    after: (milliseconds, run) => {
      delays.push(milliseconds);
      waiting.add(run);
      return () => waiting.delete(run);
    },
    run: () => {
      for (const run of [...waiting]) {
        waiting.delete(run);
        run();
      }
    },
  };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function opened(perform: Perform<Event, Effect>, clock: Clock = handClock(), inner = openMemoryStore()) {
  const failures: DriverFailure<Effect>[] = [];
  const driver = await openDriver({
    machine: sum,
    store: machineStore(inner, "sum", keeping),
    perform,
    clock,
    random: seededRandom("driver"),
    onFailure: (failure) => failures.push(failure),
  });
  return { driver, failures, inner };
}

test("events are handled one at a time and in order, and watchers see every durable state", async () => {
  const { driver } = await opened(async () => undefined);
  const seen: number[] = [];
  const stop = driver.watch((state) => seen.push(state.sum));
  await Promise.all([1, 2, 3, 4].map((add) => driver.send({ add })));
  stop();
  await driver.send({ add: 5 });
  expect(seen).toEqual([1, 3, 6, 10]);
  expect(driver.state.sum).toBe(15);
  await driver[Symbol.asyncDispose]();
});

test("says why an event was ignored, and writes nothing for it", async () => {
  const inner = openMemoryStore();
  const { driver } = await opened(async () => undefined, handClock(), inner);
  expect(await driver.send({ add: 0 })).toBe("nothing-to-add");
  expect(await inner.list({ prefix: "" })).toEqual([]);
  expect(await driver.send({ add: 1 })).toBeUndefined();
});

test("a failed effect is tried again with growing, jittered delays until it is done", async () => {
  const clock = handClock();
  let attempts = 0;
  const perform: Perform<Event, Effect> = async () => {
    if (++attempts < 12) throw new Error("down");
    return { add: 1_000 };
  };
  const { driver, failures, inner } = await opened(perform, clock);
  await driver.send({ add: 1 });
  for (let i = 0; i < 60 && driver.state.sum < 1_001; i++) {
    await turn();
    clock.run();
  }
  await turn();
  expect(driver.state.sum).toBe(1_001);
  expect(failures.map((failure) => failure.kind)).toEqual(Array.from({ length: 11 }, () => "perform"));
  const full = Array.from({ length: 11 }, (_, i) => Math.min(300_000, 1_000 * 2 ** i));
  clock.delays.forEach((delay, i) => {
    expect(delay >= full[i]! / 2 && delay <= full[i]!).toBe(true);
  });
  expect(new Set(clock.delays.slice(-2)).size).toBe(2);
  expect(await inner.list({ prefix: "sum/o/" })).toEqual([]);
});

test("a commit that fails stops the driver: no effect is performed, no further event is taken", async () => {
  const inner = openMemoryStore();
  let isFull = false;
  const told: number[] = [];
  const full = {
    ...inner,
    commit: (changes: Parameters<typeof inner.commit>[0]) =>
      isFull ? Promise.reject(new Error("disk full")) : inner.commit(changes),
  };
  const perform: Perform<Event, Effect> = async ({ tell }) => {
    told.push(tell);
    return undefined;
  };
  const { driver, failures } = await opened(perform, handClock(), full);
  await driver.send({ add: 1 });
  await turn();
  isFull = true;
  await expect(driver.send({ add: 2 })).rejects.toThrow("disk full");
  isFull = false;
  await expect(driver.send({ add: 3 })).rejects.toThrow("disk full");
  await turn();
  expect([told, driver.state.sum, failures.map(({ kind }) => kind)]).toEqual([[1], 1, ["stopped"]]);
  await driver[Symbol.asyncDispose]();
});

test("closing waits for what runs, keeps what is not done, and the next opening performs it", async () => {
  const inner = openMemoryStore();
  const clock = handClock();
  const first = await opened(
    (_, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason));
      }),
    clock,
    inner,
  );
  await first.driver.send({ add: 1 });
  await first.driver[Symbol.asyncDispose]();
  expect(first.failures).toEqual([]);
  await expect(first.driver.send({ add: 2 })).rejects.toThrow("usage/state");
  expect(await inner.list({ prefix: "sum/o/" })).toHaveLength(1);
  const told: number[] = [];
  const second = await opened(
    async ({ tell }) => {
      told.push(tell);
      return undefined;
    },
    clock,
    inner,
  );
  await turn();
  await turn();
  expect([told, second.driver.state.sum]).toEqual([[1], 1]);
  expect(await inner.list({ prefix: "sum/o/" })).toEqual([]);
});
