import { expect, test } from "vitest";
import { type ScanJob, ScanQueue } from "./scan-queue.ts";
import type { ScanProgress } from "./store/store.ts";

/** A query of so many steps; each run takes one. */
function job(name: string, steps: number, log: string[], kind: "sync" | "async" = "sync") {
  let left = steps;
  let end: (result: unknown) => void = () => {};
  const ended = new Promise<unknown>((resolve) => {
    end = resolve;
  });
  const run = (): ScanProgress | Promise<ScanProgress> => {
    log.push(name);
    const progress: ScanProgress = --left <= 0 ? "done" : "more";
    // As long as a slice lasts, so that every run is one.
    const until = performance.now() + 2.1;
    while (performance.now() < until);
    return kind === "sync" ? progress : Promise.resolve(progress);
  };
  return { job: { scan: { run }, sink: () => true, end }, ended };
}

for (const kind of ["sync", "async"] as const) {
  test(`queries of several owners take turns (${kind} store)`, async () => {
    const queue = new ScanQueue<string>();
    const log: string[] = [];
    const [long, short] = [job("long", 12, log, kind), job("short", 2, log, kind)];
    queue.add("a", long.job);
    queue.add("b", short.job);
    expect(await short.ended).toBe("done");
    expect(log.filter((name) => name === "long").length).toBeLessThan(6);
    expect(await long.ended).toBe("done");
    expect(queue.size).toBe(0);
  });
}

test("one owner's queries go one after the other, in the order they came", async () => {
  const queue = new ScanQueue<string>();
  const log: string[] = [];
  const jobs = ["1", "2", "3"].map((name) => job(name, 2, log));
  for (const { job: each } of jobs) queue.add("a", each);
  await Promise.all(jobs.map(({ ended }) => ended));
  expect(log.join("")).toBe("112233");
});

test("a paused query waits until its owner resumes, others go on", async () => {
  const queue = new ScanQueue<string>();
  let runs = 0;
  let end: (result: unknown) => void = () => {};
  const ended = new Promise((resolve) => {
    end = resolve;
  });
  queue.add("slow", { scan: { run: () => (++runs < 3 ? "paused" : "done") }, sink: () => true, end });
  const other = job("other", 3, []);
  queue.add("other", other.job);
  await other.ended;
  expect(runs).toBe(1);
  queue.resume("slow");
  await new Promise((done) => setTimeout(done, 20));
  expect(runs).toBe(2);
  queue.resume("slow");
  expect(await ended).toBe("done");
});

test("a cancelled query is not run and not ended; a dropped owner has none", async () => {
  const queue = new ScanQueue<string>();
  const log: string[] = [];
  const [first, second] = [job("first", 3, log), job("second", 1, log)];
  queue.add("a", first.job);
  queue.add("a", second.job);
  queue.cancel("a", first.job);
  expect(await second.ended).toBe("done");
  queue.add("a", first.job);
  queue.drop("a");
  await new Promise((done) => setTimeout(done, 20));
  expect(log).toEqual(["second"]);
});

test("a query that throws ends with its error, and the queue goes on", async () => {
  const queue = new ScanQueue<string>();
  const failed = new Promise((resolve) => {
    const run = (): never => {
      throw new Error("disk");
    };
    queue.add("a", { scan: { run }, sink: () => true, end: resolve });
  });
  expect(await failed).toMatchObject({ error: expect.any(Error) });
  const next = job("next", 1, []);
  queue.add("a", next.job);
  expect(await next.ended).toBe("done");
});

test("while a store is at work elsewhere for one query, others are answered; what it finds after a cancel goes nowhere", async () => {
  const queue = new ScanQueue<string>();
  let answer: (progress: ScanProgress) => void = () => {};
  let found: () => boolean = () => true;
  const received: string[] = [];
  const slow: ScanJob = {
    scan: {
      run: (_, sink) => {
        found = () => sink(undefined as never);
        return new Promise((resolve) => {
          answer = resolve;
        });
      },
    },
    sink: () => Boolean(received.push("slow")),
    end: () => received.push("end"),
  };
  queue.add("slow", slow);
  const other = job("other", 3, []);
  queue.add("other", other.job);
  expect(await other.ended).toBe("done");
  expect(found()).toBe(true);
  queue.cancel("slow", slow);
  expect(found()).toBe(false);
  answer("done");
  await new Promise(setImmediate);
  expect(received).toEqual(["slow"]);
  expect(queue.size).toBe(0);
});
