/**
 * The pool's worker in Node. The host imports `node:worker_threads` itself and hands its parts in, because this
 * package sees the language alone: `nodeWorker(new Worker(entry))` on one side, `serveNode(parentPort)` in the entry.
 */
import type { Curve, RandomSource } from "@subrosa/core/curve/curve";
import { openCurve } from "./open-curve.ts";
import type { Answer, Batch, PoolWorker } from "./pool.ts";
import { type JobKinds, SCHNORR_JOBS, serve } from "./pool-serve.ts";

/** What is used of a worker_threads `Worker` and of its `parentPort`. */
export interface NodePort {
  postMessage(message: unknown): void;
  on(event: "message" | "error", listener: (value: unknown) => void): unknown;
}
export interface NodeWorker extends NodePort {
  terminate(): unknown;
}

/** It keeps the process alive until the pool is disposed of. */
export function nodeWorker(worker: NodeWorker): PoolWorker {
  return {
    post: (batch) => worker.postMessage(batch),
    listen: (onAnswer, onFailure) => {
      worker.on("message", (answer) => onAnswer(answer as Answer));
      worker.on("error", onFailure);
    },
    terminate: () => void worker.terminate(),
  };
}

/** Makes the thread it is called in a worker of the pool; `random` is the host's, such as node:crypto's randomBytes. */
export function serveNode(
  port: NodePort,
  random: RandomSource,
  kinds: JobKinds = SCHNORR_JOBS,
  curve: Curve = openCurve(),
): void {
  port.on("message", (batch) => port.postMessage(serve(curve, kinds, random, batch as Batch)));
}
