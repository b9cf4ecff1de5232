/**
 * A sorted set of (time, id), as negentropy compares it: oldest first, of the same second the lowest id first.
 *
 * Spec: NIP-77, negentropy protocol v1. Times and ids lie in flat arrays: a million items are 40 MB and no objects.
 */
import { createHash } from "node:crypto";

export const ID_SIZE = 32;

/** A place between two items: all with a smaller time, or the same time and a smaller id, lie below. */
export interface Bound {
  /** `Infinity` lies above everything. */
  readonly time: number;
  /** As many bytes of an id as are needed, the rest counts as zeros. */
  readonly idPrefix: Uint8Array;
}

export const INFINITE: Bound = Object.freeze({ time: Number.POSITIVE_INFINITY, idPrefix: new Uint8Array(0) });

export class ItemList {
  readonly #times: Float64Array;
  readonly #ids: Buffer;
  readonly size: number;

  /** `ids` holds 32 bytes for every time; both are in order, without repetitions. */
  constructor(times: Float64Array, ids: Buffer) {
    this.#times = times;
    this.#ids = ids;
    this.size = times.length;
  }

  static from(items: Iterable<{ readonly time: number; readonly id: Buffer }>): ItemList {
    const all = [...items].sort((a, b) => a.time - b.time || a.id.compare(b.id));
    const distinct = all.filter((item, i) => i === 0 || !item.id.equals(all[i - 1]!.id));
    return new ItemList(
      Float64Array.from(distinct, ({ time }) => time),
      Buffer.concat(distinct.map(({ id }) => id)),
    );
  }

  id(at: number): Buffer {
    return this.#ids.subarray(at * ID_SIZE, (at + 1) * ID_SIZE);
  }

  /** The first item at or above the bound, not below `from`. */
  findBound(bound: Bound, from: number): number {
    let low = from;
    let high = this.size;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#isBelow(middle, bound)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #isBelow(at: number, { time, idPrefix }: Bound): boolean {
    const own = this.#times[at]!;
    if (own !== time) return own < time;
    for (let i = 0; i < idPrefix.length; i++) {
      const difference = this.#ids[at * ID_SIZE + i]! - idPrefix[i]!;
      if (difference !== 0) return difference < 0;
    }
    return false;
  }

  /** The shortest bound that separates this item from the one before it. */
  boundBefore(at: number): Bound {
    if (at >= this.size) return INFINITE;
    const time = this.#times[at]!;
    if (at === 0 || this.#times[at - 1] !== time) return { time, idPrefix: new Uint8Array(0) };
    let shared = 0;
    const id = this.id(at);
    const before = this.id(at - 1);
    while (shared < ID_SIZE - 1 && id[shared] === before[shared]) shared++;
    return { time, idPrefix: id.subarray(0, shared + 1) };
  }

  /** The bound at which exactly this item begins. */
  boundAt(at: number): Bound {
    return at >= this.size ? INFINITE : { time: this.#times[at]!, idPrefix: this.id(at) };
  }

  /**
   * "the sum of all the IDs mod 2^256, little-endian, with the number of elements as varint appended, hashed with
   * SHA-256, the first 16 bytes"
   */
  fingerprint(from: number, to: number): Buffer {
    const words = new Uint32Array(8);
    for (let at = from; at < to; at++) {
      let carry = 0;
      const base = at * ID_SIZE;
      for (let i = 0; i < 8; i++) {
        const sum = words[i]! + this.#ids.readUInt32LE(base + 4 * i) + carry;
        words[i] = sum;
        carry = sum > 0xffff_ffff ? 1 : 0;
      }
    }
    const sum = Buffer.allocUnsafe(ID_SIZE);
    words.forEach((word, i) => {
      sum.writeUInt32LE(word, 4 * i);
    });
    return createHash("sha256")
      .update(sum)
      .update(encodeVarint(to - from))
      .digest()
      .subarray(0, 16);
  }
}

/** Base 128, most significant digits first; the high bit says that another digit follows. */
export function encodeVarint(value: number): Buffer {
  const digits = [value % 128];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) digits.push((rest % 128) | 0x80);
  return Buffer.from(digits.reverse());
}
