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

/** A job in its row. What a store finds after nobody wants it any more goes nowhere. */
class Task {
  readonly job: ScanJob;
  isWanted = true;
  readonly sink: ScanSink = (record) => this.isWanted && this.job.sink(record);

  constructor(job: ScanJob) {
    this.job = job;
  }
}

class Lane {
  readonly tasks: Task[] = [];
  /** Its reader is slow. */
  paused = false;
  /** The store is at work on its first job, elsewhere: the others need not wait for it. */
  away = false;
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
      fresh.tasks.push(new Task(job));
      this.#lanes.set(owner, fresh);
    } else {
      lane.tasks.push(new Task(job));
    }
    this.#schedule();
  }

  cancel(owner: Owner, job: ScanJob): void {
    const lane = this.#lanes.get(owner);
    if (lane === undefined) return;
    const at = lane.tasks.findIndex((task) => task.job === job);
    for (const task of at === -1 ? [] : lane.tasks.splice(at, 1)) task.isWanted = false;
    if (lane.tasks.length === 0) this.#lanes.delete(owner);
  }

  drop(owner: Owner): void {
    for (const task of this.#lanes.get(owner)?.tasks ?? []) task.isWanted = false;
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
      this.#turn();
    });
  }

  #turn(): void {
    this.#working = true;
    const end = performance.now() + TURN_MS;
    let worked = true;
    while (worked && performance.now() < end) {
      worked = false;
      for (const [owner, lane] of [...this.#lanes]) {
        const task = lane.tasks[0];
        if (task === undefined || lane.paused || lane.away || this.#lanes.get(owner) !== lane) continue;
        this.#slice(owner, lane, task);
        worked = true;
        if (performance.now() >= end) break;
      }
    }
    this.#working = false;
    const waits = (lane: Lane): boolean => lane.tasks.length > 0 && !lane.paused && !lane.away;
    if ([...this.#lanes.values()].some(waits)) this.#schedule();
  }

  #slice(owner: Owner, lane: Lane, task: Task): void {
    // Who was served goes to the end of the row.
    this.#lanes.delete(owner);
    this.#lanes.set(owner, lane);
    const end = performance.now() + SLICE_MS;
    try {
      for (;;) {
        const step = task.job.scan.run(SLICE_STEPS, task.sink);
        if (step instanceof Promise) {
          lane.away = true;
          void this.#later(owner, lane, task, step);
          return;
        }
        if (this.#stands(owner, lane, task, step) || performance.now() >= end) return;
      }
    } catch (error) {
      this.#fail(owner, lane, task, error);
    }
  }

  async #later(owner: Owner, lane: Lane, task: Task, step: Promise<ScanProgress>): Promise<void> {
    try {
      const progress = await step;
      lane.away = false;
      this.#stands(owner, lane, task, progress);
    } catch (error) {
      lane.away = false;
      this.#fail(owner, lane, task, error);
    }
    this.#schedule();
  }

  /** Takes a step's result into account; true where the job does not go on now. */
  #stands(owner: Owner, lane: Lane, task: Task, progress: ScanProgress): boolean {
    if (this.#lanes.get(owner) !== lane || lane.tasks[0] !== task) return true;
    if (progress === "paused") lane.paused = true;
    if (progress !== "done" && progress !== "too-much") return progress === "paused";
    this.#remove(owner, lane);
    task.job.end(progress);
    return true;
  }

  #fail(owner: Owner, lane: Lane, task: Task, error: unknown): void {
    if (this.#lanes.get(owner) === lane && lane.tasks[0] === task) this.#remove(owner, lane);
    task.job.end({ error });
  }

  #remove(owner: Owner, lane: Lane): void {
    lane.tasks.shift();
    if (lane.tasks.length === 0) this.#lanes.delete(owner);
  }
}
