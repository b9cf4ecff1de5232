/**
 * A ring: 2 to 1,000 distinct keys on the curve, in the order given, with the tables that verification runs on.
 *
 * Spec: docs/spec/rings.md §1 (RING-1, RING-3). Two digests: `order` binds the keys in this order and goes into every
 * challenge; `name` is the digest of the sorted keys and says which *set* this is, for pins, directories and scopes.
 * Only `Ring.open` makes one, so whoever holds a Ring holds checked keys.
 */
import { type Brand, compareBytes, concat, equalBytes, toHex, u32 } from "../bytes.ts";
import type { Curve, RingTable } from "../curve/curve.ts";
import { taggedHash } from "../hash.ts";
import { equalMask, rowAt } from "./mask.ts";
import { finish, STEP } from "./progress.ts";
import type { RingKeysReason } from "./reasons.ts";

export const MIN_RING = 2;
export const MAX_RING = 1000;

/** 64 lowercase hex digits naming a ring as a set. */
export type RingName = Brand<string, "RingName">;

export type RingOpening =
  | { readonly ok: true; readonly ring: Ring }
  | { readonly ok: false; readonly reason: RingKeysReason };

export class Ring {
  readonly #keys: Uint8Array;
  readonly #order: Uint8Array;
  readonly #tables: readonly RingTable[];
  #bases: { readonly context: string; readonly bases: Uint8Array } | undefined;
  #name: RingName | undefined;
  readonly size: number;
  readonly curve: Curve;

  private constructor(keys: Uint8Array, tables: readonly RingTable[], curve: Curve) {
    this.#keys = keys;
    this.#tables = tables;
    this.#order = digest(keys);
    this.size = keys.length / 32;
    this.curve = curve;
    Object.freeze(this);
  }

  static open(pubkeys: readonly Uint8Array[], curve: Curve): RingOpening {
    return finish(Ring.openInSteps(pubkeys, curve));
  }

  /** As `open`; yields between two groups of keys the number of sums done, which is none. */
  static *openInSteps(pubkeys: readonly Uint8Array[], curve: Curve): Generator<number, RingOpening> {
    if (pubkeys.length < MIN_RING || pubkeys.length > MAX_RING) return { ok: false, reason: "ring-size" };
    if (pubkeys.some((key) => key.length !== 32)) return { ok: false, reason: "ring-key" };
    const tables: RingTable[] = [];
    for (let at = 0; at < pubkeys.length; at += STEP) {
      if (at > 0) yield 0;
      const table = curve.openRing(pubkeys.slice(at, at + STEP));
      if (table === undefined) return { ok: false, reason: "ring-key" };
      tables.push(table);
    }
    const sorted = sortKeys(pubkeys);
    if (sorted.some((key, i) => i > 0 && equalBytes(key, sorted[i - 1]!)))
      return { ok: false, reason: "ring-duplicate" };
    return { ok: true, ring: new Ring(concat(...pubkeys), tables, curve) };
  }

  /** Which set this is. Not every proof's verification asks. */
  get name(): RingName {
    this.#name ??= ringName(this.keys());
    return this.#name;
  }

  /** `ringDigest` of docs/spec/rings.md §2, over the keys in this order. */
  get order(): Uint8Array {
    return this.#order.slice();
  }

  keys(): Uint8Array[] {
    return Array.from({ length: this.size }, (_, i) => rowAt(this.#keys, i, 32).slice());
  }

  key(index: number): Uint8Array {
    return rowAt(this.#keys, index, 32).slice();
  }

  /** All keys as compressed points, flat. */
  points(): Uint8Array {
    const points = new Uint8Array(33 * this.size);
    for (let i = 0; i < this.size; i++) {
      points[33 * i] = 2;
      points.set(rowAt(this.#keys, i, 32), 33 * i + 1);
    }
    return points;
  }

  /** For every key, 255 where it is this one, else 0; found without an early exit. */
  masksOf(pubkey: Uint8Array): Uint8Array {
    return Uint8Array.from({ length: this.size }, (_, i) => equalMask(rowAt(this.#keys, i, 32), pubkey));
  }

  has(pubkey: Uint8Array): boolean {
    return this.masksOf(pubkey).reduce((any, mask) => any | mask, 0) !== 0;
  }

  /**
   * `a_i·G + b_i·P_i` for every key, flat, or undefined where any is the identity (RING-4a). Yields the number of keys
   * done after each group of them.
   */
  *sums(a: Uint8Array, b: Uint8Array): Generator<number, Uint8Array | undefined> {
    const all = new Uint8Array(33 * this.size);
    let done = 0;
    for (const table of this.#tables) {
      const [from, to] = [32 * done, 32 * (done + table.size)];
      const sums = table.sums(a.subarray(from, to), b.subarray(from, to));
      if (sums === undefined) return undefined;
      all.set(sums, 33 * done);
      done += table.size;
      yield done;
    }
    return all;
  }

  /** The bases last kept for this context: the ballots of one poll share them. */
  keptBases(context: Uint8Array): Uint8Array | undefined {
    return this.#bases?.context === toHex(context) ? this.#bases.bases : undefined;
  }

  keepBases(context: Uint8Array, bases: Uint8Array): void {
    this.#bases = { context: toHex(context), bases };
  }

  /** `a·G + b·P_index`, for schemes whose challenges are a chain. */
  sumAt(index: number, a: Uint8Array, b: Uint8Array): Uint8Array | undefined {
    return this.#tables[Math.floor(index / STEP)]?.sumAt(index % STEP, a, b);
  }
}

/** The digest that names these keys as a set (RING-3). */
export function ringName(pubkeys: readonly Uint8Array[]): RingName {
  return toHex(digest(concat(...sortKeys(pubkeys)))) as RingName;
}

export function isRingName(text: string): text is RingName {
  return /^[0-9a-f]{64}$/.test(text);
}

/** Ascending by bytes: the order in which rings are emitted. */
export function sortKeys(pubkeys: readonly Uint8Array[]): Uint8Array[] {
  return [...pubkeys].sort(compareBytes);
}

/** H_"nostr-ring/ring"( u32(n) ‖ P_1 ‖ … ‖ P_n ) */
function digest(keys: Uint8Array): Uint8Array {
  return taggedHash("nostr-ring/ring", u32(keys.length / 32), keys);
}
