/**
 * The plainest keeping: a small state as one record of JSON, effects too. What comes back was written by us and came
 * through the store's encryption, so it is read with the shape it was written with, and a mismatch is our bug.
 */
import { fromUtf8, utf8 } from "@subrosa/core/bytes";
import { readShape, type Shape, writeShape } from "@subrosa/core/json";
import type { Keeping } from "./machine-store.ts";

const LIMITS = { maxLength: 1 << 26, maxDepth: 32 };

export function wholeState<S, F>(state: Shape<S>, effect: Shape<F>): Keeping<S, F> {
  return {
    save: (_, after) => [{ name: "all", value: writeJson(state, after) }],
    load: ([entry]) => readJson(state, entry?.value, "state"),
    writeEffect: (value) => writeJson(effect, value),
    readEffect: (bytes) => readJson(effect, bytes, "effect"),
  };
}

export function writeJson<T>(shape: Shape<T>, value: T): Uint8Array {
  return utf8(writeShape(shape, value));
}

export function readJson<T>(shape: Shape<T>, bytes: Uint8Array | undefined, path: string): T {
  return readShape(shape, (bytes && fromUtf8(bytes)) ?? "", path, LIMITS);
}
