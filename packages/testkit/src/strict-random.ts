/**
 * A random source that knows what the spec asks for: these lengths, in this order. Another length is a failure, and so
 * is one too many or one too few, because each of them is a nonce reused, shortened or drawn for nothing.
 */
import type { RandomSource } from "@subrosa/core/curve/curve";

export interface StrictRandom {
  readonly source: RandomSource;
  /** Call it at the end: throws where something was not asked for. */
  finish(): void;
}

/** `from` gives the bytes: a seeded source, or a list of fixed ones through `fixedBytes`. */
export function strictRandom(lengths: readonly number[], from: RandomSource): StrictRandom {
  let next = 0;
  return {
    source: (length) => {
      const expected = lengths[next];
      if (expected === undefined) throw new Error(`asked for ${length} random bytes after all was given`);
      if (expected !== length) throw new Error(`request ${next} asked for ${length} random bytes, not ${expected}`);
      next++;
      return from(length);
    },
    finish: () => {
      if (next !== lengths.length) throw new Error(`${lengths.length - next} requests for random bytes never came`);
    },
  };
}

/** Gives these arrays, one after the other. */
export function fixedBytes(...arrays: readonly Uint8Array[]): RandomSource {
  let next = 0;
  return () => {
    const bytes = arrays[next++];
    if (bytes === undefined) throw new Error("no fixed bytes are left");
    return bytes.slice();
  };
}
