/** The page's threads: one pool for signatures as they come, one for proofs while somebody looks at them. */
import { systemClock } from "@subrosa/client/ports";
import { type Judge, judgeInPool } from "@subrosa/client/session/judge";
import type { Curve } from "@subrosa/core/curve/curve";
import { WorkerPool } from "@subrosa/curve/pool";
import { type WebWorker, webWorker } from "@subrosa/curve/pool-web";
import { VerifierPool } from "@subrosa/curve/verifier-pool";
import { ownScript } from "../frame/trusted.ts";
import workerAddress from "./verify.worker.ts?worker&url";

const MOST = 4;

function options(workers: number) {
  return {
    workers,
    openWorker: () => webWorker(new Worker(ownScript(workerAddress), { type: "module" }) as WebWorker),
    after: systemClock.after,
  };
}

export function signaturePool(curve: Curve): VerifierPool {
  return new VerifierPool({ ...options(1), curve });
}

/** Proofs one by one: what scrolled away is taken back before it leaves. One core stays for the page. */
export function proofPool(): { readonly judge: Judge } & Disposable {
  const workers = Math.min(MOST, Math.max(1, navigator.hardwareConcurrency - 1));
  const pool = new WorkerPool({ ...options(workers), size: 1, inFlight: 1 });
  return { judge: judgeInPool(pool), [Symbol.dispose]: () => pool[Symbol.dispose]() };
}
