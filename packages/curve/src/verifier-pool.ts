/**
 * BIP-340 verification beside the thread that asks. While little is asked, signatures are verified in place: sending one
 * away and hearing of it costs more than verifying it, so the pool never makes a single one slower.
 */
import type { Curve, SchnorrItem } from "@subrosa/core/curve/curve";
import { type AbortSignalLike, type PoolOptions, WorkerPool } from "./pool.ts";
import { VERIFY_SCHNORR } from "./pool-serve.ts";

export interface VerifierPoolOptions extends PoolOptions {
  /** Verifies in place what is not worth sending. */
  readonly curve: Curve;
  /** Up to so many signatures asked for at once, or one by one within `delay`, are verified in place. Default 2. */
  readonly inPlace?: number;
}

export class VerifierPool implements Disposable {
  readonly #pool: WorkerPool;
  readonly #curve: Curve;
  readonly #inPlace: number;
  readonly #after: PoolOptions["after"];
  readonly #delay: number;
  /** Asked one by one and verified in place since the last pause of `delay`. */
  #lately = 0;
  #callOff: (() => void) | undefined;
  #closed = false;

  constructor(options: VerifierPoolOptions) {
    this.#pool = new WorkerPool(options);
    this.#curve = options.curve;
    this.#inPlace = options.inPlace ?? 2;
    this.#after = options.after;
    this.#delay = options.delay ?? 2;
  }

  /** In the order of the items. Rejects with the signal's reason where it is aborted before the work has left. */
  async verify(items: readonly SchnorrItem[], signal?: AbortSignalLike): Promise<boolean[]> {
    if (signal?.aborted) throw signal.reason;
    if (items.length <= this.#inPlace) {
      return items.map(({ signature, message, pubkey }) => this.#curve.verifySchnorr(signature, message, pubkey));
    }
    return this.#pool.runAll<SchnorrItem, boolean>(VERIFY_SCHNORR, items, signal);
  }

  /**
   * One signature, perhaps from a stream of them. The first of a stream are verified in place; those that follow within
   * `delay` go away in batches with the others that are asked for meanwhile.
   */
  async verifyOne(item: SchnorrItem, signal?: AbortSignalLike): Promise<boolean> {
    if (this.#closed || this.#lately >= this.#inPlace) {
      return this.#pool.run<SchnorrItem, boolean>(VERIFY_SCHNORR, item, signal);
    }
    if (signal?.aborted) throw signal.reason;
    this.#lately++;
    this.#callOff ??= this.#after(this.#delay, () => {
      this.#callOff = undefined;
      this.#lately = 0;
    });
    return this.#curve.verifySchnorr(item.signature, item.message, item.pubkey);
  }

  /** What a producer awaits before it brings more. */
  ready(): Promise<void> {
    return this.#pool.ready();
  }

  [Symbol.dispose](): void {
    this.#closed = true;
    this.#callOff?.();
    this.#callOff = undefined;
    this.#pool[Symbol.dispose]();
  }
}
