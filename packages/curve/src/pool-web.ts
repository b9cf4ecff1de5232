/**
 * The pool's worker in a browser. A page opens it with its own bundler's idiom for workers and wraps it with
 * `webWorker`; the worker's entry calls `serveWeb()` and nothing else. Structural types only: no DOM is compiled in.
 */
import type { RandomSource } from "@subrosa/core/curve/curve";
import { openCurve } from "./open-curve.ts";
import type { Answer, Batch, PoolWorker } from "./pool.ts";
import { type JobKinds, SCHNORR_JOBS, serve } from "./pool-serve.ts";

interface Port {
  postMessage(message: unknown): void;
  addEventListener(
    type: "message" | "error" | "messageerror",
    listener: (event: { readonly data?: unknown }) => void,
  ): void;
}
export interface WebWorker extends Port {
  terminate(): void;
}
interface WorkerScope extends Port {
  readonly crypto: { getRandomValues(bytes: Uint8Array): unknown };
}

/** A `Worker` as the pool wants it. */
export function webWorker(worker: WebWorker): PoolWorker {
  return {
    post: (batch) => worker.postMessage(batch),
    listen: (onAnswer, onFailure) => {
      worker.addEventListener("message", ({ data }) => onAnswer(data as Answer));
      worker.addEventListener("error", onFailure);
      worker.addEventListener("messageerror", onFailure);
    },
    terminate: () => worker.terminate(),
  };
}

/** Makes the thread it is called in a worker of the pool. */
export function serveWeb(kinds: JobKinds = SCHNORR_JOBS): void {
  const scope = globalThis as unknown as WorkerScope;
  const curve = openCurve();
  const random: RandomSource = (length) => {
    const bytes = new Uint8Array(length);
    scope.crypto.getRandomValues(bytes);
    return bytes;
  };
  scope.addEventListener("message", ({ data }) => scope.postMessage(serve(curve, kinds, random, data as Batch)));
}
