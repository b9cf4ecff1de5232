/**
 * Many ranges as one sequence in time order: a heap of cursors, each reading its range in pieces. Shared by stores.
 *
 * Nothing is held open between two calls: a cursor knows the last position it gave out and asks for what comes after
 * it, so a scan can pause for as long as it likes. Positions that stand in several ranges come out once.
 */
import type { IndexRange } from "./planner.ts";
import { comparePositions, type Position } from "./position.ts";

/** Up to `max` positions of a range after one given, in order; fewer only where the range ends. */
export type ReadRange = (range: IndexRange, after: Position | undefined, max: number) => Position[];

const FIRST_PIECE = 4;
const LARGEST_PIECE = 512;

class Cursor {
  readonly #range: IndexRange;
  readonly #read: ReadRange;
  #piece: Position[] = [];
  #next = 0;
  #size: number;
  #ended = false;

  constructor(range: IndexRange, read: ReadRange, size: number) {
    this.#range = range;
    this.#read = read;
    this.#size = size;
  }

  head(): Position | undefined {
    if (this.#next === this.#piece.length && !this.#ended) {
      this.#piece = this.#read(this.#range, this.#piece.at(-1), this.#size);
      this.#ended = this.#piece.length < this.#size;
      this.#size = Math.min(this.#size * 2, LARGEST_PIECE);
      this.#next = 0;
    }
    return this.#piece[this.#next];
  }

  advance(): void {
    this.#next++;
  }
}

export class Merge {
  /** Binary heap by head; cursors at their end are not in it. */
  readonly #heap: Cursor[] = [];
  #unopened: readonly IndexRange[];
  readonly #read: ReadRange;
  readonly #size: number;
  #last: Position | undefined;
  /** The first cursor gave out its head and stands there until somebody asks again: reading ahead is for readers. */
  #spent = false;

  /** `wanted` is how many positions will probably be asked for; it only sizes the first pieces. */
  constructor(ranges: readonly IndexRange[], read: ReadRange, wanted: number) {
    this.#unopened = ranges;
    this.#read = read;
    this.#size = Math.min(LARGEST_PIECE, Math.max(FIRST_PIECE, Math.ceil(wanted / ranges.length) + 1));
    if (ranges.length === 1) this.#size = Math.min(LARGEST_PIECE, Math.max(1, wanted));
  }

  /** Opens up to `count` more ranges; true when all are open and `next` may be asked. */
  open(count: number): boolean {
    for (const range of this.#unopened.slice(0, count)) {
      const cursor = new Cursor(range, this.#read, this.#size);
      if (cursor.head() !== undefined) this.#push(cursor);
    }
    this.#unopened = this.#unopened.slice(count);
    return this.#unopened.length === 0;
  }

  /** The next position, or undefined at the end of all ranges. */
  next(): Position | undefined {
    for (;;) {
      if (this.#spent) this.#advanceFirst();
      const position = this.#heap[0]?.head();
      if (position === undefined) return undefined;
      this.#spent = true;
      if (this.#last !== undefined && this.#last.offset === position.offset) continue;
      this.#last = position;
      return position;
    }
  }

  #advanceFirst(): void {
    const cursor = this.#heap[0];
    this.#spent = false;
    if (cursor === undefined) return;
    cursor.advance();
    if (cursor.head() === undefined) this.#removeFirst();
    else this.#sink(0);
  }

  #push(cursor: Cursor): void {
    const heap = this.#heap;
    let at = heap.push(cursor) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (comparePositions(heap[parent]!.head()!, cursor.head()!) <= 0) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = cursor;
  }

  #removeFirst(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#sink(0);
  }

  #sink(from: number): void {
    const heap = this.#heap;
    if (heap.length < 2) return;
    const cursor = heap[from]!;
    const position = cursor.head()!;
    let at = from;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      const right = child + 1;
      if (right < heap.length && comparePositions(heap[right]!.head()!, heap[child]!.head()!) < 0) child = right;
      if (comparePositions(position, heap[child]!.head()!) <= 0) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = cursor;
  }
}
