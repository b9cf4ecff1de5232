/**
 * Queries of all connections, worked on in small slices, one connection after another: a query that looks at much
 * waits for itself and not for the others. Between turns the event loop does everything else.
 *
 * A connection whose reader is slow is passed over until it has read (`resume`). One query of a connection at a time,
 * in the order they came.
 */
import type { Scan, ScanProgress, ScanSink } from "./store/store.ts";

export interface ScanJob {
  readonly scan: Scan;
  readonly sink: ScanSink;
  /** Called once, unless the job is cancelled. */
  readonly end: (result: "done" | "too-much" | { readonly error: unknown }) => void;
}

const SLICE_STEPS = 128;
const SLICE_MS = 2;
const TURN_MS = 6;

class Lane {
  readonly jobs: ScanJob[] = [];
  /** Its reader is slow. */
  paused = false;
}

export class ScanQueue<Owner> {
  readonly #lanes = new Map<Owner, Lane>();
  #scheduled = false;
  #working = false;

  get size(): number {
    return this.#lanes.size;
  }

  add(owner: Owner, job: ScanJob): void {
    const lane = this.#lanes.get(owner);
    if (lane === undefined) {
      const fresh = new Lane();
      fresh.jobs.push(job);
      this.#lanes.set(owner, fresh);
    } else {
      lane.jobs.push(job);
    }
    this.#schedule();
  }

  cancel(owner: Owner, job: ScanJob): void {
    const lane = this.#lanes.get(owner);
    if (lane === undefined) return;
    const at = lane.jobs.indexOf(job);
    if (at !== -1) lane.jobs.splice(at, 1);
    if (lane.jobs.length === 0) this.#lanes.delete(owner);
  }

  drop(owner: Owner): void {
    this.#lanes.delete(owner);
  }

  resume(owner: Owner): void {
    const lane = this.#lanes.get(owner);
    if (lane === undefined) return;
    lane.paused = false;
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled || this.#working) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      void this.#turn();
    });
  }

  async #turn(): Promise<void> {
    this.#working = true;
    const end = performance.now() + TURN_MS;
    let worked = true;
    while (worked && performance.now() < end) {
      worked = false;
      for (const [owner, lane] of [...this.#lanes]) {
        const job = lane.jobs[0];
        if (job === undefined || lane.paused || this.#lanes.get(owner) !== lane) continue;
        // Waiting costs a turn of the queue of promises, and what is sent would leave in as many writes.
        const slice = this.#slice(owner, lane, job);
        if (slice !== undefined) await slice;
        worked = true;
        if (performance.now() >= end) break;
      }
    }
    this.#working = false;
    if ([...this.#lanes.values()].some((lane) => lane.jobs.length > 0 && !lane.paused)) this.#schedule();
  }

  /** Undefined where the store answered at once. */
  #slice(owner: Owner, lane: Lane, job: ScanJob): Promise<void> | undefined {
    // Who was served goes to the end of the row.
    this.#lanes.delete(owner);
    this.#lanes.set(owner, lane);
    const end = performance.now() + SLICE_MS;
    try {
      for (;;) {
        const step = job.scan.run(SLICE_STEPS, job.sink);
        if (step instanceof Promise) return this.#later(owner, lane, job, step);
        if (this.#stands(owner, lane, job, step) || performance.now() >= end) return undefined;
      }
    } catch (error) {
      this.#fail(owner, lane, job, error);
    }
    return undefined;
  }

  async #later(owner: Owner, lane: Lane, job: ScanJob, step: Promise<ScanProgress>): Promise<void> {
    try {
      this.#stands(owner, lane, job, await step);
    } catch (error) {
      this.#fail(owner, lane, job, error);
    }
  }

  /** Takes a step's result into account; true where the job does not go on now. */
  #stands(owner: Owner, lane: Lane, job: ScanJob, progress: ScanProgress): boolean {
    if (this.#lanes.get(owner) !== lane || lane.jobs[0] !== job) return true;
    if (progress === "paused") lane.paused = true;
    if (progress !== "done" && progress !== "too-much") return progress === "paused";
    this.#remove(owner, lane);
    job.end(progress);
    return true;
  }

  #fail(owner: Owner, lane: Lane, job: ScanJob, error: unknown): void {
    if (this.#lanes.get(owner) === lane && lane.jobs[0] === job) this.#remove(owner, lane);
    job.end({ error });
  }

  #remove(owner: Owner, lane: Lane): void {
    lane.jobs.shift();
    if (lane.jobs.length === 0) this.#lanes.delete(owner);
  }
}
