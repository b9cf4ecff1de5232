/**
 * What a shell needs of its host: the time, timers, and random bytes. Hosts hand them in, tests too.
 *
 * Times are whole seconds since 1970, as everywhere in Nostr; delays are milliseconds, as timers want them.
 */
import type { RandomSource } from "@subrosa/core/curve/curve";
import { UsageError } from "@subrosa/core/errors";

export interface Clock {
  /** Seconds since 1970. */
  now(): number;
  /** Runs once after so many milliseconds; answers with how to call it off. */
  after(milliseconds: number, run: () => void): () => void;
}

/** The host's own clock. */
export const systemClock: Clock = Object.freeze({
  now: () => Math.floor(Date.now() / 1000),
  after: (milliseconds: number, run: () => void) => {
    const timer = setTimeout(run, milliseconds);
    return () => clearTimeout(timer);
  },
});

/** The host's cryptographic generator, 65,536 bytes at most in one call. */
export const systemRandom: RandomSource = (length) => crypto.getRandomValues(new Uint8Array(length));

/** Resolves after the delay, or as soon as the signal is aborted: whoever waits looks at the signal afterwards. */
export function pause(clock: Clock, milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = (): void => {
      callOff();
      signal.removeEventListener("abort", end);
      resolve();
    };
    const callOff = clock.after(milliseconds, end);
    signal.addEventListener("abort", end);
  });
}

/** The promise, or a rejection with the signal's reason as soon as it is aborted. */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort);
    void promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

export interface Backoff {
  /** Milliseconds before the first repetition. */
  readonly first: number;
  readonly longest: number;
}

/** Doubles with every attempt (0, 1, 2 …), then a random part of it, at least half: many clients do not come back at once. */
export function backoffDelay({ first, longest }: Backoff, attempt: number, random: RandomSource): number {
  if (!(first > 0 && longest >= first)) throw new UsageError("usage/range", "give a delay above 0 and a longest one");
  const full = Math.min(longest, first * 2 ** Math.min(attempt, 30));
  const [high, low] = random(2);
  return Math.round((full / 2) * (1 + (high! * 256 + low!) / 65_536));
}
