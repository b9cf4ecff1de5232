/**
 * The rings seen lately, with their tables, so that the second proof of a known ring is cheaper than the first
 * (docs/spec/member-proofs.md, PROOF-8). Bounded; what was not used longest goes first. Refusals are not kept.
 */
import { fromHex } from "../bytes.ts";
import type { Curve } from "../curve/curve.ts";
import { finish } from "./progress.ts";
import { MAX_RING, Ring, type RingOpening } from "./ring.ts";

const DEFAULT_CAPACITY = 32;
const NOT_A_KEY = new Uint8Array(0);

export class RingShelf {
  readonly #curve: Curve;
  readonly #capacity: number;
  readonly #rings = new Map<string, Ring>();

  constructor(curve: Curve, capacity = DEFAULT_CAPACITY) {
    this.#curve = curve;
    this.#capacity = capacity;
  }

  get curve(): Curve {
    return this.#curve;
  }

  /** Opens the ring of these keys in this order; each is 64 lowercase hex digits or the ring is refused. */
  open(keys: readonly string[]): RingOpening {
    return finish(this.openInSteps(keys));
  }

  /** As `open`; a ring that is met for the first time is opened in steps, which yield 0. */
  *openInSteps(keys: readonly string[]): Generator<number, RingOpening> {
    if (keys.length > MAX_RING) return { ok: false, reason: "ring-size" };
    // With their number: a text that holds a comma is one key that is none, and must not meet the ring of two.
    const id = `${keys.length}:${keys.join()}`;
    const known = this.#rings.get(id);
    if (known !== undefined) {
      this.#rings.delete(id);
      this.#rings.set(id, known);
      return { ok: true, ring: known };
    }
    const opening = yield* Ring.openInSteps(
      keys.map((key) => fromHex(key, 32) ?? NOT_A_KEY),
      this.#curve,
    );
    if (opening.ok) this.#keep(id, opening.ring);
    return opening;
  }

  #keep(id: string, ring: Ring): void {
    this.#rings.set(id, ring);
    for (const oldest of this.#rings.keys()) {
      if (this.#rings.size <= this.#capacity) return;
      this.#rings.delete(oldest);
    }
  }
}
