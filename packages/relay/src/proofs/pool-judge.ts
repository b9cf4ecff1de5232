/** Proofs judged in a thread of their own, apart from the verifier's: no proof, however large, is before a signature. */
import { Worker } from "node:worker_threads";
import type { SignedEvent } from "@subrosa/core/nostr/event";
import { WorkerPool } from "@subrosa/curve/pool";
import { nodeWorker } from "@subrosa/curve/pool-node";
import type { Judgement } from "./judge.ts";
import { JUDGE_JOBS } from "./judge-job.ts";
import type { ProofJudge } from "./proof-judge.ts";

export class PoolJudge implements ProofJudge, Disposable {
  readonly #pool: WorkerPool;

  /** `entry` is the built proofs/worker.js. */
  constructor(entry: URL) {
    this.#pool = new WorkerPool({
      workers: 1,
      openWorker: () => nodeWorker(new Worker(entry)),
      after: (milliseconds, run) => {
        const timer = setTimeout(run, milliseconds);
        return () => clearTimeout(timer);
      },
      size: 1,
      inFlight: 1,
    });
  }

  judge(event: SignedEvent, what: "any" | "admission"): Promise<Judgement> {
    const { id, pubkey, created_at, kind, tags, content, sig } = event;
    return this.#pool.run<SignedEvent, Judgement>(JUDGE_JOBS[what], {
      ...{ id, pubkey, created_at, kind, content, sig },
      tags: tags.map((tag) => [...tag]),
    });
  }

  [Symbol.dispose](): void {
    this.#pool[Symbol.dispose]();
  }
}
