/**
 * Work for many threads: jobs are queued, handed to workers in batches, and answered in the order they were asked.
 *
 * A batch leaves when it is full, when its first job has waited `delay`, or at once when a worker is idle and nothing
 * else is on its way: a single job never waits for company. At most `inFlight` batches are with each worker; what is
 * beyond that stays here, where `AbortSignal` can still take it back, and `ready()` tells a producer when to go on.
 *
 * The pool knows no crypto: jobs are kinds by name, and a worker answers them with `serve` (pool-serve.ts).
 */
export interface PoolWorker {
  /** Posts a batch; its answer comes through `onAnswer`. */
  post(batch: Batch): void;
  /** Called once, before the first post. */
  listen(onAnswer: (answer: Answer) => void, onFailure: (cause: unknown) => void): void;
  terminate(): void;
}

export interface Batch {
  readonly id: number;
  readonly kind: string;
  readonly jobs: readonly unknown[];
}
export type Answer =
  | { readonly id: number; readonly results: readonly unknown[] }
  | { readonly id: number; readonly failure: string };

export interface PoolOptions {
  readonly workers: number;
  readonly openWorker: () => PoolWorker;
  /** Calls back after so many milliseconds, and returns how to call it off: a host's setTimeout. */
  readonly after: (milliseconds: number, run: () => void) => () => void;
  /** Jobs in one batch. Default 64. */
  readonly size?: number;
  /** Milliseconds that a job may wait for its batch to fill. Default 2. */
  readonly delay?: number;
  /** Batches with one worker at a time. Default 2: one in work, one at hand. */
  readonly inFlight?: number;
}

interface Job {
  readonly kind: string;
  readonly value: unknown;
  readonly resolve: (result: unknown) => void;
  readonly reject: (cause: unknown) => void;
}
interface Member {
  readonly worker: PoolWorker;
  readonly batches: Map<number, readonly Job[]>;
}

export class PoolClosed extends Error {
  override readonly name = "PoolClosed";
}

export class WorkerPool implements Disposable {
  readonly #options: Required<PoolOptions>;
  readonly #members: Member[];
  readonly #waiting: Job[] = [];
  readonly #wake: (() => void)[] = [];
  #nextId = 0;
  #callOff: (() => void) | undefined;
  #closed = false;

  constructor(options: PoolOptions) {
    this.#options = { size: 64, delay: 2, inFlight: 2, ...options };
    this.#members = Array.from({ length: options.workers }, () => this.#open());
  }

  /** Queues one job. Rejects with the signal's reason where it is aborted before its batch has left. */
  run<T, R>(kind: string, value: T, signal?: AbortSignalLike): Promise<R> {
    return this.runAll<T, R>(kind, [value], signal).then(([result]) => result as R);
  }

  /** Many jobs of one kind, answered in their order; the first failure is the answer. */
  runAll<T, R>(kind: string, values: readonly T[], signal?: AbortSignalLike): Promise<R[]> {
    if (this.#closed) return Promise.reject(new PoolClosed("this pool is closed"));
    if (signal?.aborted) return Promise.reject(signal.reason);
    const jobs = new Set<Job>();
    const results = values.map(
      (value) =>
        new Promise<unknown>((resolve, reject) => {
          jobs.add({ kind, value, resolve, reject });
        }),
    );
    this.#waiting.push(...jobs);
    this.#dispatch(false);
    const abort = (): void => {
      for (let at = this.#waiting.length - 1; at >= 0; at--) {
        if (jobs.has(this.#waiting[at]!)) this.#waiting.splice(at, 1)[0]!.reject(signal?.reason);
      }
    };
    signal?.addEventListener("abort", abort);
    const done = Promise.all(results) as Promise<R[]>;
    return signal === undefined ? done : done.finally(() => signal.removeEventListener("abort", abort));
  }

  /** Resolves when fewer jobs wait than the workers will take next: what a producer awaits before it brings more. */
  ready(): Promise<void> {
    if (this.#closed || !this.#isFull()) return Promise.resolve();
    return new Promise((resolve) => {
      this.#wake.push(resolve);
    });
  }

  /** Jobs that have not left yet. */
  get waiting(): number {
    return this.#waiting.length;
  }

  [Symbol.dispose](): void {
    this.#closed = true;
    this.#callOff?.();
    this.#callOff = undefined;
    const closed = new PoolClosed("this pool is closed");
    for (const job of this.#waiting.splice(0)) job.reject(closed);
    for (const { worker, batches } of this.#members) {
      for (const jobs of batches.values()) for (const job of jobs) job.reject(closed);
      batches.clear();
      worker.terminate();
    }
    for (const wake of this.#wake.splice(0)) wake();
  }

  #isFull(): boolean {
    const { size, inFlight } = this.#options;
    return this.#waiting.length >= size * inFlight * this.#members.length;
  }

  #open(): Member {
    const member: Member = { worker: this.#options.openWorker(), batches: new Map() };
    member.worker.listen(
      (answer) => this.#answered(member, answer),
      (cause) => this.#failed(member, cause),
    );
    return member;
  }

  #dispatch(due: boolean): void {
    while (this.#waiting.length > 0) {
      const member = this.#leastBusy();
      if (member === undefined) return;
      const jobs = this.#take();
      if (jobs.length < this.#options.size && member.batches.size > 0 && !due) {
        this.#waiting.unshift(...jobs);
        this.#callOff ??= this.#options.after(this.#options.delay, () => {
          this.#callOff = undefined;
          this.#dispatch(true);
        });
        return;
      }
      const id = this.#nextId++;
      member.batches.set(id, jobs);
      member.worker.post({ id, kind: jobs[0]!.kind, jobs: jobs.map(({ value }) => value) });
    }
    if (!this.#isFull()) for (const wake of this.#wake.splice(0)) wake();
  }

  /** The member with the fewest batches that has room for one more. */
  #leastBusy(): Member | undefined {
    const free = this.#members.filter(({ batches }) => batches.size < this.#options.inFlight);
    return free.sort((a, b) => a.batches.size - b.batches.size)[0];
  }

  /** Jobs of one kind from the front of the queue: a batch, or less where that leaves something for every idle worker. */
  #take(): Job[] {
    const { kind } = this.#waiting[0]!;
    const idle = this.#members.filter(({ batches }) => batches.size === 0).length;
    const most = Math.min(this.#options.size, Math.ceil(this.#waiting.length / Math.max(1, idle)));
    let count = 1;
    while (count < most && this.#waiting[count]?.kind === kind) count++;
    return this.#waiting.splice(0, count);
  }

  #answered(member: Member, answer: Answer): void {
    const jobs = member.batches.get(answer.id);
    member.batches.delete(answer.id);
    jobs?.forEach((job, i) => {
      if ("failure" in answer) job.reject(new Error(answer.failure));
      else job.resolve(answer.results[i]);
    });
    this.#dispatch(false);
  }

  /** A worker that died: its jobs fail, and another takes its place. */
  #failed(member: Member, cause: unknown): void {
    if (this.#closed) return;
    const lost = [...member.batches.values()].flat();
    member.batches.clear();
    member.worker.terminate();
    this.#members[this.#members.indexOf(member)] = this.#open();
    for (const job of lost) job.reject(cause);
    this.#dispatch(false);
  }
}

/** What is used of an AbortSignal; hosts have the rest. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: "abort", listener: () => void): void;
  removeEventListener(type: "abort", listener: () => void): void;
}
