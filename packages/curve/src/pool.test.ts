import { describe, expect, test } from "vitest";
import { type Answer, type Batch, PoolClosed, type PoolOptions, type PoolWorker, WorkerPool } from "./pool.ts";

/** Workers that answer when told to, by doubling numbers. */
function bench(options: Partial<PoolOptions> = {}) {
  const posted: { worker: number; batch: Batch }[] = [];
  const timers: (() => void)[] = [];
  const workers: { answer: (answer: Answer) => void; fail: (cause: unknown) => void; ended: boolean }[] = [];
  const openWorker = (): PoolWorker => {
    const index = workers.length;
    workers.push({ answer: () => {}, fail: () => {}, ended: false });
    return {
      post: (batch) => posted.push({ worker: index, batch }),
      listen: (answer, fail) => Object.assign(workers[index]!, { answer, fail }),
      terminate: () => {
        workers[index]!.ended = true;
      },
    };
  };
  const pool = new WorkerPool({
    workers: 2,
    openWorker,
    after: (_, run) => {
      timers.push(run);
      return () => timers.splice(timers.indexOf(run), 1);
    },
    size: 4,
    ...options,
  });
  const answer = (at: number): void => {
    const { worker, batch } = posted[at]!;
    workers[worker]!.answer({ id: batch.id, results: batch.jobs.map((job) => 2 * (job as number)) });
  };
  return { pool, posted, workers, timers, answer };
}

describe("the pool of workers", () => {
  test("a single job leaves at once", async () => {
    const { pool, posted, timers, answer } = bench();
    const result = pool.run("double", 21);
    expect(posted.map(({ batch }) => batch.jobs)).toEqual([[21]]);
    expect(timers).toHaveLength(0);
    answer(0);
    expect(await result).toBe(42);
  });

  test("answers come in the order of the questions, whichever worker is first", async () => {
    const { pool, posted, answer } = bench();
    const results = pool.runAll("double", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(posted.map(({ batch }) => batch.jobs.length)).toEqual([4, 4, 4]);
    expect(new Set(posted.map(({ worker }) => worker)).size).toBe(2);
    answer(2);
    answer(1);
    answer(0);
    expect(await results).toEqual([2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24]);
  });

  test("idle workers share what is there", () => {
    const { pool, posted } = bench();
    void pool.runAll("double", [1, 2, 3, 4]);
    expect(posted.map(({ batch }) => batch.jobs)).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  test("while workers are busy a batch fills, or leaves when its time is up", () => {
    const { pool, posted, timers } = bench({ workers: 1 });
    void pool.run("double", 1);
    void pool.run("double", 2);
    void pool.run("double", 3);
    expect(posted).toHaveLength(1);
    expect(timers).toHaveLength(1);
    timers.shift()!();
    expect(posted.map(({ batch }) => batch.jobs)).toEqual([[1], [2, 3]]);
  });

  test("a full batch leaves without waiting for the time", () => {
    const { pool, posted } = bench({ workers: 1 });
    void pool.run("double", 0);
    for (let i = 1; i <= 4; i++) void pool.run("double", i);
    expect(posted.map(({ batch }) => batch.jobs)).toEqual([[0], [1, 2, 3, 4]]);
  });

  test("one batch holds one kind of job", () => {
    const { pool, posted } = bench({ workers: 1, inFlight: 4 });
    void pool.run("a", 0);
    void pool.run("b", 1);
    void pool.run("b", 2);
    void pool.run("c", 3);
    expect(posted.every(({ batch }) => batch.jobs.length <= 2)).toBe(true);
    expect(posted[0]!.batch.kind).toBe("a");
  });

  test("an aborted job is taken back while it waits, and let go once it has left", async () => {
    const { pool, posted, timers, answer } = bench({ workers: 1 });
    const controller = new AbortController();
    const left = pool.run("double", 1, controller.signal);
    const waiting = pool.run("double", 2, controller.signal);
    controller.abort(new Error("changed my mind"));
    await expect(waiting).rejects.toThrow("changed my mind");
    answer(0);
    expect(await left).toBe(2);
    for (const timer of timers) timer();
    expect(posted).toHaveLength(1);
    await expect(pool.run("double", 3, controller.signal)).rejects.toThrow("changed my mind");
  });

  test("a producer is held back while the queue is full, and let go when it is not", async () => {
    const { pool, answer } = bench({ workers: 1, inFlight: 1 });
    void pool.runAll("double", [0, 1, 2, 3]);
    await pool.ready();
    void pool.runAll("double", [4, 5, 6, 7]);
    expect(pool.waiting).toBe(4);
    let ready = false;
    const waited = pool.ready().then(() => {
      ready = true;
    });
    await Promise.resolve();
    expect(ready).toBe(false);
    answer(0);
    await waited;
    expect(ready).toBe(true);
  });

  test("a batch that fails fails its jobs, and the pool goes on", async () => {
    const { pool, posted, workers, answer } = bench({ workers: 1 });
    const failing = pool.run("double", 1);
    workers[0]!.answer({ id: posted[0]!.batch.id, failure: "no" });
    await expect(failing).rejects.toThrow("no");
    const next = pool.run("double", 2);
    answer(1);
    expect(await next).toBe(4);
  });

  test("a worker that dies is replaced", async () => {
    const { pool, workers, answer } = bench({ workers: 1 });
    const lost = pool.run("double", 1);
    workers[0]!.fail(new Error("gone"));
    await expect(lost).rejects.toThrow("gone");
    expect(workers[0]!.ended).toBe(true);
    const next = pool.run("double", 2);
    answer(1);
    expect(await next).toBe(4);
  });

  test("closing ends workers and answers everybody", async () => {
    const { pool, workers } = bench({ workers: 1 });
    const results = [1, 2, 3].map((value) => pool.run("double", value));
    pool[Symbol.dispose]();
    for (const result of results) await expect(result).rejects.toThrow(PoolClosed);
    await expect(pool.run("double", 4)).rejects.toThrow(PoolClosed);
    expect(workers.every(({ ended }) => ended)).toBe(true);
  });
});
