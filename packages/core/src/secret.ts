/**
 * A secret key with one owner. It is normalised on entry so that `secret·G` has even y (RING-2: otherwise one npub
 * has two key images), never prints, never serialises, compares only by identity, and can be wiped.
 *
 * What JavaScript cannot promise: the engine may have copied the bytes before they came here, and a BigInt made
 * from them is beyond reach. `wipe` clears this copy.
 */
import type { Curve } from "./curve/curve.ts";
import { UsageError } from "./errors.ts";

const REDACTED = "[secret]";

export class Secret implements Disposable {
  readonly #bytes: Uint8Array;
  readonly #pubkey: Uint8Array;
  #wiped = false;

  private constructor(bytes: Uint8Array, pubkey: Uint8Array) {
    this.#bytes = bytes;
    this.#pubkey = pubkey;
    Object.freeze(this);
  }

  /** Copies the bytes; the caller wipes his own. */
  static from(bytes: Uint8Array, curve: Curve): Secret {
    const point = curve.baseMultiply(bytes);
    // Not `slice`: on Node's Buffer that is a view, and wiping this secret would wipe the caller's bytes.
    const even = point[0] === 2 ? Uint8Array.from(bytes) : curve.scalarNegate(bytes);
    return new Secret(even, point.slice(1));
  }

  /** The x-only public key. */
  get pubkey(): Uint8Array {
    return this.#pubkey.slice();
  }

  /**
   * The even-y scalar itself, not a copy: for handing to a `Curve`, a key derivation or an encryption, never for keeping.
   */
  expose(): Uint8Array {
    if (this.#wiped) throw new UsageError("usage/wiped", "this secret was wiped; open the account again");
    return this.#bytes;
  }

  wipe(): void {
    this.#bytes.fill(0);
    this.#wiped = true;
  }

  [Symbol.dispose](): void {
    this.wipe();
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [Symbol.toPrimitive](): string {
    return REDACTED;
  }

  /** What Node's console and util.inspect ask for. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return REDACTED;
  }
}
