/**
 * Set reconciliation by ranges: two sides find out what the other one lacks with messages in the size of the difference.
 *
 * Spec: NIP-77 and the negentropy protocol v1 (version byte 0x61). Both roles are one function: the initiator opens
 * with `opening` and learns from every answer what he has and needs; the other side only answers. Hostile messages
 * throw WireError and nothing else; the work of one message is bounded by its ranges and the list.
 */
import { WireError } from "@subrosa/core/errors";
import { type Bound, encodeVarint, ID_SIZE, INFINITE, type ItemList } from "./item-list.ts";

const VERSION = 0x61;
const SKIP = 0;
const FINGERPRINT = 1;
const ID_LIST = 2;
const FINGERPRINT_SIZE = 16;
const BUCKETS = 16;
/** Room for the longest answer to one range, and for the fingerprint that ends a message cut short. */
const RESERVE = 1_200;

export interface Answer {
  /** Empty (one version byte) where nothing is left to say. */
  readonly message: Buffer;
  /** For the initiator: ids that only he has, and ids that only the other side has. */
  readonly have: readonly string[];
  readonly need: readonly string[];
  readonly done: boolean;
}

/** The initiator's first message. */
export function opening(items: ItemList): Buffer {
  const output = new Output();
  output.split(items, 0, items.size, INFINITE);
  return output.bytes();
}

/** Answers one message. `maxSize`, in bytes, is kept by answering the rest with one fingerprint. */
export function reconcile(
  items: ItemList,
  message: Buffer,
  role: "initiator" | "responder",
  maxSize = Number.POSITIVE_INFINITY,
): Answer {
  const input = new Input(message);
  const version = input.byte();
  if (version < 0x60 || version > 0x6f) throw new WireError("wire/unknown-kind", "negentropy.version");
  const output = new Output();
  const have: string[] = [];
  const need: string[] = [];
  if (version !== VERSION) {
    if (role === "initiator") throw new WireError("wire/unknown-kind", "negentropy.version");
    // "the server should respond with a single byte, the highest version it supports"
    return { message: output.bytes(), have, need, done: true };
  }
  let lower = 0;
  let lowerBound: Bound = { time: 0, idPrefix: new Uint8Array(0) };
  /** Ranges that agree are left out until one follows that does not. */
  let skipped = false;
  const speak = (): void => {
    if (skipped) output.range(lowerBound, SKIP);
    skipped = false;
  };
  while (!input.ended) {
    if (output.size > maxSize - RESERVE) {
      speak();
      output.rest(items, lower);
      break;
    }
    const bound = input.bound();
    if (isBelow(bound, lowerBound)) throw new WireError("wire/non-canonical", "negentropy.bound");
    const mode = input.varint();
    const upper = items.findBound(bound, lower);
    if (mode === SKIP) {
      skipped = true;
    } else if (mode === FINGERPRINT) {
      const theirs = input.take(FINGERPRINT_SIZE);
      if (items.fingerprint(lower, upper).equals(theirs)) skipped = true;
      else {
        speak();
        output.split(items, lower, upper, bound);
      }
    } else if (mode === ID_LIST) {
      const theirs = input.ids();
      if (role === "initiator") {
        compare(items, lower, upper, theirs, have, need);
        skipped = true;
      } else {
        speak();
        const end = output.list(items, lower, upper, bound, maxSize - RESERVE);
        if (end < upper) {
          output.rest(items, end);
          return { message: output.bytes(), have, need, done: false };
        }
      }
    } else throw new WireError("wire/unknown-kind", "negentropy.mode");
    lower = upper;
    lowerBound = bound;
  }
  return { message: output.bytes(), have, need, done: output.size === 1 };
}

function compare(
  items: ItemList,
  lower: number,
  upper: number,
  theirs: readonly Buffer[],
  have: string[],
  need: string[],
): void {
  const missing = new Set(theirs.map((id) => id.toString("hex")));
  for (let at = lower; at < upper; at++) {
    const id = items.id(at).toString("hex");
    if (!missing.delete(id)) have.push(id);
  }
  need.push(...missing);
}

function isBelow(a: Bound, b: Bound): boolean {
  return a.time !== b.time ? a.time < b.time : Buffer.compare(a.idPrefix, b.idPrefix) < 0;
}

class Input {
  readonly #bytes: Buffer;
  #at = 0;
  #time = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get ended(): boolean {
    return this.#at === this.#bytes.length;
  }

  byte(): number {
    return this.take(1)[0]!;
  }

  take(length: number): Buffer {
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

  /** "timestamps are encoded as offsets from the previous one, plus one; 0 is infinity" */
  bound(): Bound {
    const offset = this.varint();
    this.#time = offset === 0 ? Number.POSITIVE_INFINITY : this.#time + offset - 1;
    const length = this.varint();
    if (length > ID_SIZE) throw new WireError("wire/length", "negentropy.bound");
    return { time: this.#time, idPrefix: this.take(length) };
  }

  ids(): readonly Buffer[] {
    const count = this.varint();
    if (count > (this.#bytes.length - this.#at) / ID_SIZE) throw new WireError("wire/length", "negentropy.ids");
    return Array.from({ length: count }, () => this.take(ID_SIZE));
  }
}

class Output {
  readonly #parts: Buffer[] = [Buffer.of(VERSION)];
  #time = 0;
  size = 1;

  #add(...parts: readonly Buffer[]): void {
    for (const part of parts) {
      this.#parts.push(part);
      this.size += part.length;
    }
  }

  range({ time, idPrefix }: Bound, mode: number): void {
    const offset = time === Number.POSITIVE_INFINITY ? 0 : time - this.#time + 1;
    this.#time = time;
    this.#add(encodeVarint(offset), encodeVarint(idPrefix.length), Buffer.from(idPrefix), encodeVarint(mode));
  }

  /** Few items as their ids, many as fingerprints of parts. */
  split(items: ItemList, lower: number, upper: number, bound: Bound): void {
    const count = upper - lower;
    if (count < 2 * BUCKETS) {
      this.list(items, lower, upper, bound, Number.POSITIVE_INFINITY);
      return;
    }
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      const from = lower + Math.floor((bucket * count) / BUCKETS);
      const to = lower + Math.floor(((bucket + 1) * count) / BUCKETS);
      this.range(bucket === BUCKETS - 1 ? bound : items.boundBefore(to), FINGERPRINT);
      this.#add(items.fingerprint(from, to));
    }
  }

  /** Ids as far as `maxSize` allows; says where it stopped. */
  list(items: ItemList, lower: number, upper: number, bound: Bound, maxSize: number): number {
    const fits = Math.max(1, Math.floor((maxSize - this.size) / ID_SIZE));
    const end = Math.min(upper, lower + fits);
    this.range(end === upper ? bound : items.boundAt(end), ID_LIST);
    this.#add(encodeVarint(end - lower));
    for (let at = lower; at < end; at++) this.#add(items.id(at));
    return end;
  }

  /** Everything from here on as one fingerprint, to be asked for again. */
  rest(items: ItemList, from: number): void {
    this.range(INFINITE, FINGERPRINT);
    this.#add(items.fingerprint(from, items.size));
  }

  bytes(): Buffer {
    return Buffer.concat(this.#parts);
  }
}
