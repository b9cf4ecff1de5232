/**
 * BIP-340 verification beside the thread that asks. On few cores, or while nothing else is asked, one signature is
 * verified in place: sending it away costs more than verifying it, so the pool never makes a single one slower.
 */
import type { Curve, SchnorrItem } from "@subrosa/core/curve/curve";
import { type AbortSignalLike, type PoolOptions, WorkerPool } from "./pool.ts";
import { VERIFY_SCHNORR } from "./pool-serve.ts";

export interface VerifierPoolOptions extends PoolOptions {
  /** Verifies in place what is not worth sending. */
  readonly curve: Curve;
  /** Up to so many signatures asked for at once are verified in place. Default 2. */
  readonly inPlace?: number;
}

export class VerifierPool implements Disposable {
  readonly #pool: WorkerPool;
  readonly #curve: Curve;
  readonly #inPlace: number;

  constructor(options: VerifierPoolOptions) {
    this.#pool = new WorkerPool(options);
    this.#curve = options.curve;
    this.#inPlace = options.inPlace ?? 2;
  }

  /** In the order of the items. Rejects with the signal's reason where it is aborted before the work has left. */
  async verify(items: readonly SchnorrItem[], signal?: AbortSignalLike): Promise<boolean[]> {
    if (signal?.aborted) throw signal.reason;
    if (items.length <= this.#inPlace) {
      return items.map(({ signature, message, pubkey }) => this.#curve.verifySchnorr(signature, message, pubkey));
    }
    return this.#pool.runAll<SchnorrItem, boolean>(VERIFY_SCHNORR, items, signal);
  }

  /** One signature from a stream of them: batched with the others that are asked for meanwhile. */
  verifyOne(item: SchnorrItem, signal?: AbortSignalLike): Promise<boolean> {
    return this.#pool.run<SchnorrItem, boolean>(VERIFY_SCHNORR, item, signal);
  }

  /** What a producer awaits before it brings more. */
  ready(): Promise<void> {
    return this.#pool.ready();
  }

  [Symbol.dispose](): void {
    this.#pool[Symbol.dispose]();
  }
}
