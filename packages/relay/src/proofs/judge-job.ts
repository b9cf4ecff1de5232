/**
 * Judging as a job for a thread: values are events, results judgements. Each thread keeps the tables of the rings it saw
 * lately, and those of the admission ring apart, so that no flood of rings drives them out.
 */
import type { SignedEvent } from "@subrosa/core/nostr/event";
import { finish } from "@subrosa/core/ring/progress";
import { RingShelf } from "@subrosa/core/ring/ring-shelf";
import type { JobKinds } from "@subrosa/curve/pool-serve";
import { judge } from "./judge.ts";

export const JUDGE_JOBS = { any: "judge", admission: "judge-admission" } as const;

/** Rings of admission change seldom: the one of now and the one before. */
const ADMISSION_RINGS = 2;

export function judgeJobs(): JobKinds {
  const shelves = new Map<string, RingShelf>();
  const run =
    (kind: string, capacity?: number): JobKinds[string] =>
    (curve, jobs) => {
      const shelf = shelves.get(kind) ?? new RingShelf(curve, capacity);
      shelves.set(kind, shelf);
      return jobs.map((event) => finish(judge(event as SignedEvent, shelf)));
    };
  return { [JUDGE_JOBS.any]: run(JUDGE_JOBS.any), [JUDGE_JOBS.admission]: run(JUDGE_JOBS.admission, ADMISSION_RINGS) };
}
