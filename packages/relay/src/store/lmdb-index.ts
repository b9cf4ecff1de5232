/**
 * The index of the embedded store: one LMDB tree of ordered keys (keys.ts), read at once and written in transactions.
 *
 * A commit is visible when `commit` resolves and on disk when `flushed` does; the store knows which of the two it
 * needs. LMDB falls back to its last flushed transaction after a power cut, never to half of one.
 */
import { type Database, open, type RootDatabase } from "lmdb";
import type { Write } from "./changes.ts";
import type { ReadRange } from "./merge.ts";
import { type Position, readPosition, SUFFIX, writePosition, writeTimeBound } from "./position.ts";

export interface KeyRange {
  readonly start: Buffer;
  readonly end: Buffer;
  readonly limit?: number;
  readonly exclusiveStart?: boolean;
}

export class LmdbIndex {
  readonly #root: RootDatabase<Buffer, Buffer>;
  readonly #tree: Database<Buffer, Buffer>;

  private constructor(root: RootDatabase<Buffer, Buffer>) {
    this.#root = root;
    this.#tree = root.openDB<Buffer, Buffer>({ name: "index", encoding: "binary", keyEncoding: "binary" });
  }

  static open(path: string): LmdbIndex {
    return new LmdbIndex(
      open<Buffer, Buffer>({
        path,
        encoding: "binary",
        keyEncoding: "binary",
        maxDbs: 2,
        overlappingSync: true,
        separateFlushed: true,
      }),
    );
  }

  get(key: Buffer): Buffer | undefined {
    return this.#tree.get(key);
  }

  has(key: Buffer): boolean {
    return this.#tree.doesExist(key);
  }

  keys(range: KeyRange): Iterable<Buffer> {
    return this.#tree.getKeys(range);
  }

  entries(range: KeyRange): Iterable<{ readonly key: Buffer; readonly value: Buffer }> {
    return this.#tree.getRange(range);
  }

  readonly readRange: ReadRange = (range, after, max) => {
    const { prefix } = range;
    const start = Buffer.allocUnsafe(prefix.length + SUFFIX);
    prefix.copy(start);
    if (after === undefined) {
      start.fill(0, prefix.length);
      writeTimeBound(start, prefix.length, range.until);
    } else {
      writePosition(start, prefix.length, after);
    }
    const end = Buffer.alloc(prefix.length + SUFFIX + 1, 0xff);
    prefix.copy(end);
    writeTimeBound(end, prefix.length, range.since);
    const positions: Position[] = [];
    for (const key of this.#tree.getKeys({ start, end, limit: max, exclusiveStart: after !== undefined })) {
      positions.push(readPosition(key, key.length));
    }
    return positions;
  };

  /** Reads from now on see every commit that resolved. */
  refresh(): void {
    this.#root.resetReadTxn();
  }

  /** All or nothing, in one transaction; resolves when readers see it. */
  async commit(writes: readonly Write[]): Promise<void> {
    const commits = new Set<Promise<boolean>>();
    for (const { key, value } of writes) {
      commits.add(value === undefined ? this.#tree.remove(key) : this.#tree.put(key, value));
    }
    // lmdb ends its batch of this turn in the next one, and may make a promise for it that nobody is given: when a full
    // disk refuses the commit, its rejection would end the process. What it says is what the others say.
    setImmediate(() => this.#root.committed.then(ignore, ignore));
    try {
      await Promise.all(commits);
    } catch (error) {
      (error as { commitError?: Promise<unknown> }).commitError?.catch(() => {});
      throw error;
    }
  }

  /** Copies one state of the index, whatever is written meanwhile. */
  copyTo(path: string): Promise<void> {
    return this.#root.backup(path, false);
  }

  get flushed(): Promise<unknown> {
    return this.#root.flushed;
  }

  close(): Promise<void> {
    return this.#root.close();
  }
}

function ignore(): void {}

/** All keys that begin with these bytes. */
export function under(prefix: Buffer): KeyRange {
  return { start: prefix, end: Buffer.concat([prefix, Buffer.alloc(64, 0xff)]) };
}
