/**
 * Proof of work (NIP-13) that does not stand in anybody's way: in slices, with progress, until it is done or called off.
 *
 * Where workers are at hand a host gives its own `Mine`. Whoever calls off gets no event, and nothing is lost but time.
 */
import type { Rumor, UnsignedEvent } from "@subrosa/core/nostr/event";
import { mine } from "@subrosa/core/nostr/nip13";
import { type Clock, pause } from "../ports.ts";

/** For a bar: `tried` of about 2^`target`, `best` bits so far. Nobody knows when it ends: the mean is 2^target tries. */
export interface Work {
  readonly target: number;
  readonly tried: number;
  readonly best: number;
}

/** Rejects with the signal's reason when it is aborted. */
export type Mine = (
  event: UnsignedEvent,
  target: number,
  signal: AbortSignal,
  onProgress: (work: Work) => void,
) => Promise<Rumor>;

/** Some milliseconds of hashing. */
const SLICE = 4_000;

export function mineInPlace(clock: Clock): Mine {
  return async (event, target, signal, onProgress) => {
    let best = 0;
    for (let from = 0; ; from += SLICE) {
      signal.throwIfAborted();
      const mined = mine(event, target, { from, count: SLICE });
      best = Math.max(best, mined.best);
      onProgress({ target, tried: mined.done ? mined.next : from + SLICE, best });
      if (mined.done) return mined.event;
      await pause(clock, 0, signal);
    }
  };
}
