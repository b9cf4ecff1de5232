import type { Curve, SchnorrItem } from "@subrosa/core/curve/curve";
import { expect, test } from "vitest";
import { type Answer, type Batch, PoolClosed, type PoolWorker } from "./pool.ts";
import { VerifierPool } from "./verifier-pool.ts";

const item: SchnorrItem = { signature: new Uint8Array(64), message: new Uint8Array(1), pubkey: new Uint8Array(32) };

/** A pool whose curve counts, whose worker says yes at once, and whose timers run when told to. */
function counted() {
  const seen = { inPlace: 0, sent: 0 };
  const timers = new Set<() => void>();
  const openWorker = (): PoolWorker => {
    let answer: (answer: Answer) => void = () => {};
    return {
      post: ({ id, jobs }: Batch) => {
        seen.sent += jobs.length;
        queueMicrotask(() => answer({ id, results: jobs.map(() => true) }));
      },
      listen: (onAnswer) => {
        answer = onAnswer;
      },
      terminate: () => {},
    };
  };
  const curve = {
    verifySchnorr: () => {
      seen.inPlace++;
      return true;
    },
  } as unknown as Curve;
  const after = (_: number, run: () => void) => {
    timers.add(run);
    return () => timers.delete(run);
  };
  const pause = (): void => {
    for (const run of timers) {
      timers.delete(run);
      run();
    }
  };
  return { pool: new VerifierPool({ curve, workers: 1, openWorker, after }), seen, timers, pause };
}

test("a signature asked for alone is verified in place, however it is asked for", async () => {
  const { pool, seen, pause } = counted();
  for (let i = 0; i < 3; i++) {
    expect(await pool.verify([item])).toEqual([true]);
    expect(await pool.verifyOne(item)).toBe(true);
    pause();
  }
  expect(seen).toEqual({ inPlace: 6, sent: 0 });
});

test("of a stream without a pause the first are verified in place, and all others by the workers", async () => {
  const { pool, seen, pause } = counted();
  const stream = Array.from({ length: 50 }, () => pool.verifyOne(item));
  expect(seen.inPlace).toBe(2);
  pause();
  expect((await Promise.all(stream)).every(Boolean)).toBe(true);
  expect(seen).toEqual({ inPlace: 2, sent: 48 });
  await pool.verifyOne(item);
  expect(seen).toEqual({ inPlace: 3, sent: 48 });
});

test("a pool that is closed verifies nothing more and leaves no timer", async () => {
  const { pool, seen, timers } = counted();
  await pool.verifyOne(item);
  pool[Symbol.dispose]();
  expect(timers.size).toBe(0);
  await expect(pool.verifyOne(item)).rejects.toThrow(PoolClosed);
  expect(seen).toEqual({ inPlace: 1, sent: 0 });
});

test("a signal that is aborted before is obeyed where nothing is sent, too", async () => {
  const { pool, seen } = counted();
  const signal = AbortSignal.abort(new Error("no longer wanted"));
  await expect(pool.verifyOne(item, signal)).rejects.toThrow("no longer wanted");
  await expect(pool.verify([item], signal)).rejects.toThrow("no longer wanted");
  expect(seen).toEqual({ inPlace: 0, sent: 0 });
});
