/**
 * The frame of every keeping that writes record by record: what changed and no more, effects as JSON.
 *
 * An empty state is a state too, so the first commit leaves a mark. Names of records are the keeping's own.
 */
import type { Shape } from "@subrosa/core/json";
import type { Keeping } from "../driver/machine-store.ts";
import { readJson, writeJson } from "../driver/whole-state.ts";
import type { Change, Entry } from "../store/store.ts";

const MARK = "v";

export interface Records<S, F> {
  readonly effect: Shape<F>;
  /** From `before` (undefined: nothing is there) to `after`. */
  changes(before: S | undefined, after: S): readonly Change[];
  /** From every record but the mark, in the order of names. */
  read(entries: readonly Entry[]): S;
}

export function recordKeeping<S, F>({ effect, changes, read }: Records<S, F>): Keeping<S, F> {
  return {
    save: (before, after) => [
      ...(before === undefined ? [{ name: MARK, value: Uint8Array.of(1) }] : []),
      ...changes(before, after),
    ],
    load: (entries) => read(entries.filter(({ name }) => name !== MARK)),
    writeEffect: (value) => writeJson(effect, value),
    readEffect: (bytes) => readJson(effect, bytes, "effect"),
  };
}

/** The records of a map that are new, another object than before, or gone. */
export function mapChanges<K, V>(
  before: ReadonlyMap<K, V> | undefined,
  after: ReadonlyMap<K, V>,
  nameOf: (key: K) => string,
  write: (value: V, key: K) => Uint8Array,
): readonly Change[] {
  if (before === after) return [];
  const gone = [...(before?.keys() ?? [])].filter((key) => !after.has(key));
  const changed = [...after].filter(([key, value]) => before?.get(key) !== value);
  return [
    ...gone.map((key) => ({ name: nameOf(key), value: undefined })),
    ...changed.map(([key, value]) => ({ name: nameOf(key), value: write(value, key) })),
  ];
}
