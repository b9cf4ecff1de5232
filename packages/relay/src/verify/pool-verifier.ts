/** Signatures checked in threads beside the one that serves: a batch of them is one message there and one back. */
import { Worker } from "node:worker_threads";
import type { Curve, SchnorrItem } from "@subrosa/core/curve/curve";
import { WorkerPool } from "@subrosa/curve/pool";
import { nodeWorker } from "@subrosa/curve/pool-node";
import type { SignatureVerifier } from "../ingest.ts";
import { pack, VERIFY_PACKED } from "./packed.ts";

/** One signature alone is verified in place: sending it away costs more than verifying it. */
const ALONE = 1;

export class PoolVerifier implements SignatureVerifier, Disposable {
  readonly #curve: Curve;
  readonly #pool: WorkerPool;

  /** `entry` is the built verify/worker.js. */
  constructor(curve: Curve, workers: number, entry: URL) {
    this.#curve = curve;
    this.#pool = new WorkerPool({
      workers,
      openWorker: () => nodeWorker(new Worker(entry)),
      after: (milliseconds, run) => {
        const timer = setTimeout(run, milliseconds);
        return () => clearTimeout(timer);
      },
      size: 1,
      inFlight: 4,
    });
  }

  async verify(items: readonly SchnorrItem[]): Promise<readonly boolean[]> {
    if (items.length <= ALONE) {
      return items.map(({ signature, message, pubkey }) => this.#curve.verifySchnorr(signature, message, pubkey));
    }
    const verdicts = await this.#pool.run<Uint8Array, Uint8Array>(VERIFY_PACKED, pack(items));
    return Array.from(verdicts, (verdict) => verdict === 1);
  }

  [Symbol.dispose](): void {
    this.#pool[Symbol.dispose]();
  }
}
