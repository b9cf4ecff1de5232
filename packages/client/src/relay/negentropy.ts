/**
 * What do we lack, and what does the relay lack? The asking side of range-based set reconciliation.
 *
 *   items, oldest first ─► fingerprints of 16 parts ─► the relay answers where parts differ ─► … ─► ids on either side
 *
 * Spec: NIP-77, negentropy protocol v1 (version byte 0x61). Messages are in the size of the difference. A hostile answer
 * throws WireError and nothing else; ranges must go forward, so an answer's work is bounded by its length and our list.
 */
import { compareBytes, concat, type EventId, equalBytes, fromHex, toHex } from "@subrosa/core/bytes";
import { WireError } from "@subrosa/core/errors";
import { sha256 } from "@subrosa/core/hash";

export interface Item {
  readonly id: EventId;
  readonly created_at: number;
}
export interface Difference {
  /** To be said next; undefined: the two sides are through. */
  readonly message: Uint8Array | undefined;
  /** Ids that only we have, and that only the relay has. */
  readonly have: readonly EventId[];
  readonly need: readonly EventId[];
}

const VERSION = 0x61;
const SKIP = 0;
const FINGERPRINT = 1;
const ID_LIST = 2;
const ID = 32;
const BUCKETS = 16;
/** Bytes of one message of ours; what is left over is asked for again. */
const MAX_MESSAGE = 30_000;

interface Bound {
  readonly time: number;
  readonly prefix: Uint8Array;
}
const EVERYTHING: Bound = Object.freeze({ time: Number.POSITIVE_INFINITY, prefix: new Uint8Array(0) });

export class Reconciliation {
  readonly #times: readonly number[];
  readonly #ids: readonly Uint8Array[];

  /** Of any order; the same id counts once. */
  constructor(items: Iterable<Item>) {
    const distinct = new Map([...items].map((item) => [item.id, item]));
    const sorted = [...distinct.values()].sort((a, b) => a.created_at - b.created_at || (a.id < b.id ? -1 : 1));
    this.#times = sorted.map(({ created_at }) => created_at);
    this.#ids = sorted.map(({ id }) => fromHex(id)!);
  }

  opening(): Uint8Array {
    const output = new Output();
    this.#split(output, 0, this.#ids.length, EVERYTHING);
    return output.bytes();
  }

  /** Reads one answer. */
  heard(answer: Uint8Array): Difference {
    const input = new Input(answer);
    if (input.byte() !== VERSION) throw new WireError("wire/unknown-kind", "negentropy.version");
    const output = new Output();
    const [have, need]: [EventId[], EventId[]] = [[], []];
    let [lower, before]: [number, Bound] = [0, { time: 0, prefix: new Uint8Array(0) }];
    let isSkipping = false;
    while (!input.ended) {
      const bound = input.bound();
      if (compareBounds(bound, before) < 0) throw new WireError("wire/non-canonical", "negentropy.bound");
      const mode = input.varint();
      const upper = this.#find(bound, lower);
      if (mode === SKIP) isSkipping = true;
      else if (mode === FINGERPRINT) {
        const theirs = input.take(16);
        if (equalBytes(this.#fingerprint(lower, upper), theirs)) isSkipping = true;
        else {
          if (isSkipping) output.range(before, SKIP);
          isSkipping = false;
          if (output.size > MAX_MESSAGE) {
            output.range(EVERYTHING, FINGERPRINT, this.#fingerprint(lower, this.#ids.length));
            return { message: output.bytes(), have, need };
          }
          this.#split(output, lower, upper, bound);
        }
      } else if (mode === ID_LIST) {
        this.#compare(lower, upper, input.ids(), have, need);
        isSkipping = true;
      } else throw new WireError("wire/unknown-kind", "negentropy.mode");
      [lower, before] = [upper, bound];
    }
    return { message: output.size === 1 ? undefined : output.bytes(), have, need };
  }

  #compare(lower: number, upper: number, theirs: readonly Uint8Array[], have: EventId[], need: EventId[]): void {
    const missing = new Set(theirs.map((id) => toHex(id) as EventId));
    for (let at = lower; at < upper; at++) {
      const id = toHex(this.#ids[at]!) as EventId;
      if (!missing.delete(id)) have.push(id);
    }
    need.push(...missing);
  }

  /** Few items as their ids, many as fingerprints of parts. */
  #split(output: Output, lower: number, upper: number, bound: Bound): void {
    const count = upper - lower;
    if (count < 2 * BUCKETS) {
      output.range(bound, ID_LIST, varint(count), ...this.#ids.slice(lower, upper));
      return;
    }
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      const from = lower + Math.floor((bucket * count) / BUCKETS);
      const to = lower + Math.floor(((bucket + 1) * count) / BUCKETS);
      const end = bucket === BUCKETS - 1 ? bound : this.#boundBefore(to);
      output.range(end, FINGERPRINT, this.#fingerprint(from, to));
    }
  }

  /** The shortest bound that separates an item from the one before it. */
  #boundBefore(at: number): Bound {
    const [id, before, time] = [this.#ids[at]!, this.#ids[at - 1], this.#times[at]!];
    if (before === undefined || this.#times[at - 1] !== time) return { time, prefix: new Uint8Array(0) };
    let shared = 0;
    while (shared < ID - 1 && id[shared] === before[shared]) shared++;
    return { time, prefix: id.subarray(0, shared + 1) };
  }

  /** The first item at or above the bound, not below `from`. */
  #find(bound: Bound, from: number): number {
    let [low, high] = [from, this.#ids.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const item = { time: this.#times[middle]!, prefix: this.#ids[middle]! };
      if (compareBounds(item, bound) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The sum of the ids mod 2^256, little-endian, then how many, hashed; 16 bytes. */
  #fingerprint(from: number, to: number): Uint8Array {
    const sum = new Uint8Array(ID);
    for (let at = from; at < to; at++) {
      const id = this.#ids[at]!;
      let carry = 0;
      for (let i = 0; i < ID; i++) {
        const digit = sum[i]! + id[i]! + carry;
        sum[i] = digit;
        carry = digit >>> 8;
      }
    }
    return sha256(sum, varint(to - from)).subarray(0, 16);
  }
}

/** A prefix counts as filled up with zeros. */
function compareBounds(a: Bound, b: Bound): number {
  if (a.time !== b.time) return a.time < b.time ? -1 : 1;
  const [x, y] = [new Uint8Array(ID), new Uint8Array(ID)];
  x.set(a.prefix);
  y.set(b.prefix);
  return compareBytes(x, y);
}

/** Base 128, most significant digits first. */
function varint(value: number): Uint8Array {
  const digits = [value % 128];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) digits.push((rest % 128) | 0x80);
  return Uint8Array.from(digits.reverse());
}

class Output {
  readonly #parts: Uint8Array[] = [Uint8Array.of(VERSION)];
  #time = 0;
  size = 1;

  range({ time, prefix }: Bound, mode: number, ...content: readonly Uint8Array[]): void {
    // Times are offsets from the one before, plus one; 0 is above everything.
    const offset = time === Number.POSITIVE_INFINITY ? 0 : time - this.#time + 1;
    this.#time = time;
    for (const part of [varint(offset), varint(prefix.length), prefix, varint(mode), ...content]) {
      this.#parts.push(part);
      this.size += part.length;
    }
  }

  bytes(): Uint8Array {
    return concat(...this.#parts);
  }
}

class Input {
  readonly #bytes: Uint8Array;
  #at = 0;
  #time = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get ended(): boolean {
    return this.#at === this.#bytes.length;
  }

  byte(): number {
    return this.take(1)[0]!;
  }

  take(length: number): Uint8Array {
    if (this.#at + length > this.#bytes.length) throw new WireError("wire/length", "negentropy");
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  varint(): number {
    let value = 0;
    for (;;) {
      const digit = this.byte();
      value = value * 128 + (digit & 0x7f);
      if (value > Number.MAX_SAFE_INTEGER) throw new WireError("wire/range", "negentropy");
      if (digit < 0x80) return value;
    }
  }

  bound(): Bound {
    const offset = this.varint();
    this.#time = offset === 0 ? Number.POSITIVE_INFINITY : this.#time + offset - 1;
    const length = this.varint();
    if (length > ID) throw new WireError("wire/length", "negentropy.bound");
    return { time: this.#time, prefix: this.take(length) };
  }

  ids(): readonly Uint8Array[] {
    const count = this.varint();
    if (count > (this.#bytes.length - this.#at) / ID) throw new WireError("wire/length", "negentropy.ids");
    return Array.from({ length: count }, () => this.take(ID));
  }
}
