import { utf8 } from "@subrosa/core/bytes";
import { integer, list, object } from "@subrosa/core/json";
import { seededRandom } from "@subrosa/testkit/random";
import { expect, test } from "vitest";
import { type Driver, type Machine, openDriver } from "../../src/driver/driver.ts";
import { type Keeping, machineStore } from "../../src/driver/machine-store.ts";
import { wholeState } from "../../src/driver/whole-state.ts";
import type { Clock } from "../../src/ports.ts";
import { type MemoryDisk, openMemoryStore } from "../../src/store/memory-store.ts";
import type { Store } from "../../src/store/store.ts";

/** Letters to be sent: each is written, goes out, and is known to be out. A function of a set, as every machine is. */
interface Letters {
  readonly written: readonly number[];
  readonly out: readonly number[];
}
type Event = { readonly kind: "write" | "out"; readonly letter: number };
type Effect = { readonly letter: number };

const add = (set: readonly number[], one: number): readonly number[] => [...set, one].sort((a, b) => a - b);
const letters: Machine<Letters, Event, Effect> = {
  initial: { written: [], out: [] },
  step(state, { kind, letter }) {
    const known = kind === "write" ? state.written : state.out;
    if (known.includes(letter)) return { state, effects: [], ignored: "known" };
    if (kind === "out") return { state: { ...state, out: add(state.out, letter) }, effects: [] };
    // Two effects of one step; the second causes no event.
    return { state: { ...state, written: add(state.written, letter) }, effects: [{ letter }, { letter: -letter }] };
  },
};
const numbers = list(integer(), { max: 100 });
const whole = wholeState<Letters, Effect>(
  object({ written: numbers, out: numbers }),
  object({ letter: integer({ min: -100 }) }),
);
/** The same state, one record for each letter. */
const byLetter: Keeping<Letters, Effect> = {
  ...whole,
  save: (before, after) => [
    { name: "v", value: utf8("1") },
    ...(["written", "out"] as const).flatMap((set) =>
      after[set]
        .filter((letter) => before?.[set].includes(letter) !== true)
        .map((letter) => ({ name: `${set}/${letter}`, value: utf8("") })),
    ),
  ],
  load: (entries) => {
    const set = (name: string): number[] =>
      entries.filter((entry) => entry.name.startsWith(name)).map((entry) => Number(entry.name.split("/")[1]));
    return { written: set("written").sort((a, b) => a - b), out: set("out").sort((a, b) => a - b) };
  },
};

/** A process that dies at its n-th boundary: from then on nothing that it awaits ever comes. */
class Life {
  #left: number;
  readonly died: Promise<void>;
  #die!: () => void;
  constructor(boundaries: number) {
    this.#left = boundaries;
    this.died = new Promise((resolve) => {
      this.#die = resolve;
    });
  }
  get isOver(): boolean {
    return this.#left <= 0;
  }
  boundary(): Promise<void> {
    if (this.#left > 0) this.#left--;
    if (this.#left > 0) return Promise.resolve();
    this.#die();
    return new Promise<void>(() => undefined);
  }
}

/** What outlives every process: the disk, and what arrived in the world, how often. */
interface World {
  readonly disk: MemoryDisk;
  readonly arrived: Map<number, number>;
  readonly failed: Set<number>;
  readonly problems: string[];
}

const soon: Clock = {
  now: () => 0,
  after: (_, run) => {
    const timer = setImmediate(run);
    return () => clearImmediate(timer);
  },
};

function mortal(store: Store, life: Life): Store {
  return {
    ...store,
    async get(name) {
      await life.boundary();
      return store.get(name);
    },
    async list(listing) {
      await life.boundary();
      return store.list(listing);
    },
    async commit(changes) {
      await life.boundary();
      await store.commit(changes);
      await life.boundary();
    },
  };
}

async function live(world: World, keeping: Keeping<Letters, Effect>, life: Life): Promise<Letters | undefined> {
  const store = openMemoryStore(world.disk);
  const perform = async ({ letter }: Effect): Promise<Event | undefined> => {
    await life.boundary();
    const durable = await machineStore(store, "m", keeping).load();
    if (durable.state?.written.includes(Math.abs(letter)) !== true)
      world.problems.push(`${letter} left before its state`);
    if (!world.failed.has(letter)) {
      world.failed.add(letter);
      throw new Error("the network is down");
    }
    world.arrived.set(letter, (world.arrived.get(letter) ?? 0) + 1);
    await life.boundary();
    return letter > 0 ? { kind: "out", letter } : undefined;
  };
  const work = (async (): Promise<Letters> => {
    const driver = await openDriver({
      machine: letters,
      store: machineStore(mortal(store, life), "m", keeping),
      perform,
      clock: soon,
      random: seededRandom("driver"),
      backoff: { first: 1, longest: 1 },
    });
    for (const letter of [1, 2, 10]) await driver.send({ kind: "write", letter });
    await settled(driver, world.disk, life);
    return driver.state;
  })();
  return Promise.race([work, life.died.then(() => undefined)]);
}

async function settled(driver: Driver<Letters, Event, Effect>, disk: MemoryDisk, life: Life): Promise<void> {
  for (let turn = 0; turn < 1_000 && !life.isOver; turn++) {
    if (driver.state.out.length === 3 && ![...disk.keys()].some((name) => name.startsWith("m/o/"))) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
  if (life.isOver) await new Promise(() => undefined);
  throw new Error("the outbox is never empty");
}

const END: Letters = { written: [1, 2, 10], out: [1, 2, 10] };
const everywhere = Number.POSITIVE_INFINITY;

async function play(keeping: Keeping<Letters, Effect>, deaths: readonly number[]): Promise<World & { lives: number }> {
  const world: World = { disk: new Map(), arrived: new Map(), failed: new Set(), problems: [] };
  let lives = 0;
  for (const boundaries of [...deaths, everywhere]) {
    lives++;
    const end = await live(world, keeping, new Life(boundaries));
    if (end !== undefined) {
      expect(end, `deaths ${deaths}`).toEqual(END);
      break;
    }
  }
  expect(world.problems, `deaths ${deaths}`).toEqual([]);
  expect(
    [...world.arrived.keys()].sort((a, b) => a - b),
    `deaths ${deaths}`,
  ).toEqual([-10, -2, -1, 1, 2, 10]);
  expect([...world.disk.keys()].filter((name) => name.startsWith("m/o/"))).toEqual([]);
  return { ...world, lives };
}

for (const [name, keeping] of Object.entries({ "one record": whole, "a record for each fact": byLetter })) {
  test(`killed once at any boundary, it ends in the same state with every effect performed (${name})`, async () => {
    let deaths = 0;
    for (let at = 1; ; at++) {
      const { lives } = await play(keeping, [at]);
      if (lives === 1) break;
      deaths++;
    }
    // 2 reads, 3 letters with a commit each, 6 effects with two attempts and a commit each: every one is met.
    expect(deaths).toBeGreaterThan(30);
  });

  test(`killed twice at any two boundaries, the same (${name})`, async () => {
    const step = process.env["SUBROSA_LONG"] === undefined ? 3 : 1;
    for (let first = 1; first < 45; first += step) {
      for (let second = 1; second < 45; second += step) {
        const { lives } = await play(keeping, [first, second]);
        if (lives < 3) break;
      }
    }
  });
}

test("without a crash every effect is performed exactly once", async () => {
  const { arrived, lives } = await play(whole, []);
  expect(lives).toBe(1);
  expect([...arrived.values()]).toEqual([1, 1, 1, 1, 1, 1]);
});
