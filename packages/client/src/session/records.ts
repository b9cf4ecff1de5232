/**
 * Small things an account keeps, each under a name: drafts, marks, lists. One record in the store for each, changed
 * together or not at all; the driver gives the order and what happens when the disk fails.
 */
import type { RandomSource } from "@subrosa/core/curve/curve";
import type { Shape } from "@subrosa/core/json";
import { type Driver, openDriver } from "../driver/driver.ts";
import { type Keeping, machineStore } from "../driver/machine-store.ts";
import { readJson, writeJson } from "../driver/whole-state.ts";
import type { Clock } from "../ports.ts";
import type { Change, Store } from "../store/store.ts";
import { type Live, live } from "./live.ts";

export type Kept<V> = ReadonlyMap<string, V>;
/** From what is there to what becomes of some names; undefined removes one. */
export type Rewrite<V> = (kept: Kept<V>) => Iterable<readonly [name: string, value: V | undefined]>;

export interface RecordsOptions<V> {
  readonly store: Store;
  /** Of the place in the store; names in it are printable ASCII, together with this at most 230 characters. */
  readonly place: string;
  readonly shape: Shape<V>;
  readonly clock: Clock;
  readonly random: RandomSource;
}

export async function openRecords<V>(options: RecordsOptions<V>): Promise<Records<V>> {
  const { store, place, shape, clock, random } = options;
  const driver = await openDriver<Kept<V>, Rewrite<V>, never>({
    machine: {
      initial: new Map(),
      step: (state, rewrite) => {
        const changes = [...rewrite(state)].filter(([name, value]) => !Object.is(state.get(name), value));
        if (changes.length === 0) return { state, effects: [] };
        const next = new Map(state);
        for (const [name, value] of changes) {
          if (value === undefined) next.delete(name);
          else next.set(name, value);
        }
        return { state: next, effects: [] };
      },
    },
    store: machineStore(store, place, recordsKeeping(shape)),
    perform: async () => undefined,
    clock,
    random,
  });
  return new Records(driver);
}

function recordsKeeping<V>(shape: Shape<V>): Keeping<Kept<V>, never> {
  return {
    save: (before, after) => {
      const changes: Change[] = [];
      for (const [name, value] of after) {
        if (!Object.is(before?.get(name), value)) changes.push({ name, value: writeJson(shape, value) });
      }
      for (const name of before?.keys() ?? []) if (!after.has(name)) changes.push({ name, value: undefined });
      return changes;
    },
    load: (entries) => new Map(entries.map(({ name, value }) => [name, readJson(shape, value, "record")])),
    writeEffect: (effect) => effect,
    readEffect: (bytes) => bytes as never,
  };
}

export class Records<V> implements AsyncDisposable {
  readonly #driver: Driver<Kept<V>, Rewrite<V>, never>;

  /** Only `openRecords` makes one. @internal */
  constructor(driver: Driver<Kept<V>, Rewrite<V>, never>) {
    this.#driver = driver;
  }

  get kept(): Kept<V> {
    return this.#driver.state;
  }

  get live(): Live<Kept<V>> {
    return live(this.#driver, (state) => state);
  }

  /** For views of a part. */
  view<T>(select: (kept: Kept<V>) => T): Live<T> {
    return live(this.#driver, select);
  }

  /** Durable when it resolves. One after the other, so what `rewrite` is given is what it changes. */
  async change(rewrite: Rewrite<V>): Promise<void> {
    await this.#driver.send(rewrite);
  }

  set(name: string, value: V | undefined): Promise<void> {
    return this.change(() => [[name, value]]);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#driver[Symbol.asyncDispose]();
  }
}
