/**
 * The events themselves: an append-only log in segments of 64 MiB, the durable truth from which indices can be made
 * again. `append` returns after the bytes are on disk.
 *
 * An offset names a byte of the whole log; records never cross a segment. What an event leaves behind when it is
 * deleted or expires is overwritten in place, so its bytes are gone, which a tree of copied pages cannot promise.
 * A segment in which nothing lives any more is removed; one in which little lives is packed (pack.ts).
 */
import {
  closeSync,
  fdatasync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  unlinkSync,
  write,
  writev,
} from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Place } from "./keys.ts";
import { Pack, segmentRows, writePack } from "./pack.ts";
import { erasedRecord, HEAD, inspectRecord, isLive, StoredRecord } from "./record.ts";
import { RecordCache } from "./record-cache.ts";
import { Room } from "./room.ts";
import { StoreError } from "./store.ts";

export const SEGMENT = 1 << 26;

const writeAll = promisify(writev);
const writeAt = promisify(write);
const sync = promisify(fdatasync);

export interface LogOptions {
  /** Wait for the disk before `append` returns. */
  readonly durable: boolean;
  /** Bytes of records kept in memory. */
  readonly cacheBytes: number;
}

export class EventLog {
  readonly #dir: string;
  readonly #durable: boolean;
  readonly #files: Map<number, number>;
  /** Of segments that were packed; their file is in `#files` too. */
  readonly #packs = new Map<number, Pack>();
  readonly #cache: RecordCache;
  readonly #room = new Room();
  #tail: number;
  /** Segments written since the last sync; only with relaxed durability. */
  readonly #unsynced = new Set<number>();

  private constructor(dir: string, files: Map<number, number>, tail: number, options: LogOptions) {
    this.#dir = dir;
    this.#files = files;
    this.#tail = tail;
    this.#durable = options.durable;
    this.#cache = new RecordCache(options.cacheBytes);
  }

  /**
   * `from` is where the index stands; `replay` sees every whole record after it, in order. What a crash left behind
   * the last whole record was never acknowledged, and is cut off.
   */
  static open(
    dir: string,
    options: LogOptions,
    from: number,
    replay: (record: StoredRecord, place: Place) => void,
  ): EventLog {
    mkdirSync(dir, { recursive: true });
    const files = new Map<number, number>();
    for (const name of readdirSync(dir).sort()) {
      const match = /^(\d{8})\.log$/.exec(name);
      if (match) files.set(Number(match[1]), openSync(join(dir, name), "r+"));
    }
    const log = new EventLog(dir, files, from, options);
    log.#openPacks();
    log.#recover(from, replay);
    return log;
  }

  #openPacks(): void {
    for (const name of readdirSync(this.#dir)) {
      const path = join(this.#dir, name);
      const [, number, state] = /^(\d{8})\.pack(\.new)?$/.exec(name) ?? [];
      if (number === undefined) continue;
      if (state !== undefined) {
        unlinkSync(path);
        continue;
      }
      // A pack has its name only when it is whole: the segment it was made from may go.
      const segment = Number(number);
      this.#unlink(segment);
      const fd = openSync(path, "r+");
      this.#files.set(segment, fd);
      this.#packs.set(segment, Pack.read(fd));
    }
  }

  get tail(): number {
    return this.#tail;
  }

  get segments(): readonly number[] {
    return [...this.#files.keys()];
  }

  #recover(from: number, replay: (record: StoredRecord, place: Place) => void): void {
    const newest = Math.max(-1, ...[...this.#files.keys()].filter((segment) => !this.#packs.has(segment)));
    let segment = Math.floor(from / SEGMENT);
    let at = from % SEGMENT;
    for (; segment <= newest; segment++, at = 0) {
      const fd = this.#files.get(segment);
      if (fd === undefined || this.#packs.has(segment)) continue;
      const end = this.#replaySegment(segment, fd, at, replay);
      this.#tail = segment * SEGMENT + end;
      if (end < fstatSync(fd).size) {
        ftruncateSync(fd, end);
        fsyncSync(fd);
        for (const later of this.segments.filter((number) => number > segment)) this.#unlink(later);
        return;
      }
    }
  }

  #replaySegment(
    segment: number,
    fd: number,
    from: number,
    replay: (record: StoredRecord, place: Place) => void,
  ): number {
    const size = fstatSync(fd).size;
    let at = from;
    while (at < size) {
      const head = Buffer.alloc(Math.min(HEAD, size - at));
      readSync(fd, head, 0, head.length, at);
      const length = head.length < HEAD ? 0 : head.readUInt32BE(1);
      if (length < HEAD || at + length > size) break;
      const bytes = Buffer.allocUnsafe(length);
      readSync(fd, bytes, 0, length, at);
      const { state } = inspectRecord(bytes);
      if (state === "torn") break;
      if (state === "live") replay(new StoredRecord(bytes), { offset: segment * SEGMENT + at, length });
      at += length;
    }
    return at;
  }

  /** Where a record of this length would go, after the last one placed or at the tail. */
  place(length: number, after: Place | undefined): Place {
    if (length > SEGMENT) throw new StoreError("store/too-large", "no event of this size can be stored");
    const at = after === undefined ? this.#tail : after.offset + after.length;
    return { offset: (at % SEGMENT) + length > SEGMENT ? (Math.floor(at / SEGMENT) + 1) * SEGMENT : at, length };
  }

  /** Writes records at the places that `place` gave for them. After a failure the log is as it was before. */
  async append(records: readonly Buffer[], places: readonly Place[]): Promise<void> {
    const before = this.#tail;
    try {
      for (let i = 0; i < records.length; ) {
        const segment = Math.floor(places[i]!.offset / SEGMENT);
        let j = i;
        while (j < records.length && Math.floor(places[j]!.offset / SEGMENT) === segment) j++;
        await this.#write(segment, records.slice(i, j), places[i]!.offset % SEGMENT);
        i = j;
      }
    } catch (cause) {
      this.rollback(before);
      throw new StoreError("store/write", "the event log could not be written", { cause });
    }
    const last = places.at(-1);
    if (last !== undefined) this.#tail = last.offset + last.length;
    records.forEach((record, i) => {
      this.#cache.put(places[i]!.offset, record);
    });
  }

  async #write(segment: number, records: readonly Buffer[], at: number): Promise<void> {
    const fd = this.#open(segment);
    const length = records.reduce((sum, record) => sum + record.length, 0);
    if (this.#durable) await this.#room.enter(fd);
    const { bytesWritten } = await writeAll(fd, records, at);
    if (bytesWritten !== length) throw new Error("short write");
    if (this.#durable) {
      await this.#room.extend(at + length, SEGMENT);
      await sync(fd);
    } else this.#unsynced.add(segment);
  }

  #open(segment: number): number {
    const known = this.#files.get(segment);
    if (known !== undefined) return known;
    const fd = openSync(join(this.#dir, `${numbered(segment)}.log`), "w+", 0o600);
    this.#files.set(segment, fd);
    this.#syncDir();
    return fd;
  }

  /** A new name is durable only when its directory is. */
  #syncDir(): void {
    const dir = openSync(this.#dir, "r");
    try {
      fsyncSync(dir);
    } finally {
      closeSync(dir);
    }
  }

  /** Takes back what was appended after `tail`, when the rest of its transaction failed. */
  rollback(tail: number): void {
    const segment = Math.floor(tail / SEGMENT);
    for (const later of this.segments.filter((number) => number > segment)) this.#unlink(later);
    const fd = this.#files.get(segment);
    if (fd !== undefined && fstatSync(fd).size > tail % SEGMENT) {
      ftruncateSync(fd, tail % SEGMENT);
      this.#room.cut(fd, tail % SEGMENT);
    }
    this.#tail = tail;
    this.#cache.clear();
  }

  /** Undefined where the record was erased since its place was read. */
  read({ offset, length }: Place): StoredRecord | undefined {
    const cached = this.#cache.get(offset);
    if (cached !== undefined) return new StoredRecord(cached);
    const found = this.#locate(offset);
    if (found === undefined) return undefined;
    const bytes = Buffer.allocUnsafeSlow(length);
    if (readSync(found.fd, bytes, 0, length, found.at) !== length || !isLive(bytes)) return undefined;
    this.#cache.put(offset, bytes);
    return new StoredRecord(bytes);
  }

  #locate(offset: number): { readonly fd: number; readonly at: number } | undefined {
    const segment = Math.floor(offset / SEGMENT);
    const fd = this.#files.get(segment);
    const pack = this.#packs.get(segment);
    const at = pack === undefined ? offset % SEGMENT : pack.locate(offset % SEGMENT);
    return fd === undefined || at === undefined ? undefined : { fd, at };
  }

  /** Overwrites records and waits until the disk has forgotten them. */
  async erase(places: readonly Place[]): Promise<void> {
    const touched = new Set<number>();
    for (const { offset, length } of places) {
      this.#cache.delete(offset);
      const found = this.#locate(offset);
      if (found === undefined) continue;
      await writeAt(found.fd, erasedRecord(length), 0, length, found.at);
      touched.add(found.fd);
    }
    for (const fd of touched) await sync(fd);
  }

  /** Bytes on disk of a segment that is no longer written; undefined for others. */
  sizeOf(segment: number): number | undefined {
    const fd = this.#files.get(segment);
    return fd === undefined || segment >= Math.floor(this.#tail / SEGMENT) ? undefined : fstatSync(fd).size;
  }

  /** Makes a segment as large as what lives in it. Nothing may be erased meanwhile. */
  async pack(segment: number): Promise<void> {
    const fd = this.#files.get(segment);
    if (fd === undefined || this.sizeOf(segment) === undefined) return;
    const path = join(this.#dir, `${numbered(segment)}.pack`);
    await writePack(fd, this.#packs.get(segment)?.rows() ?? segmentRows(fd), `${path}.new`);
    renameSync(`${path}.new`, path);
    this.#syncDir();
    const wasPacked = this.#packs.has(segment);
    const packed = openSync(path, "r+");
    if (wasPacked) closeSync(fd);
    else this.#unlink(segment);
    this.#files.set(segment, packed);
    this.#packs.set(segment, Pack.read(packed));
  }

  /** With relaxed durability: waits until everything appended so far is on disk. */
  async flush(): Promise<void> {
    const segments = [...this.#unsynced];
    this.#unsynced.clear();
    for (const segment of segments) {
      const fd = this.#files.get(segment);
      if (fd !== undefined) await sync(fd);
    }
  }

  /** Removes a segment in which nothing lives; never the one that is being written. */
  removeSegment(segment: number): void {
    if (segment < Math.floor(this.#tail / SEGMENT)) this.#unlink(segment);
  }

  #unlink(segment: number): void {
    const fd = this.#files.get(segment);
    if (fd === undefined) return;
    const isPacked = this.#packs.delete(segment);
    this.#files.delete(segment);
    this.#room.cut(fd, 0);
    closeSync(fd);
    unlinkSync(join(this.#dir, `${numbered(segment)}.${isPacked ? "pack" : "log"}`));
  }

  /** The names of the files that hold everything before `tail`, and how much of each. */
  *filesBefore(tail: number): Iterable<{ readonly path: string; readonly name: string; readonly bytes: number }> {
    for (const [segment, fd] of [...this.#files].sort(([a], [b]) => a - b)) {
      const name = `${numbered(segment)}.${this.#packs.has(segment) ? "pack" : "log"}`;
      const isLast = segment === Math.floor(tail / SEGMENT);
      const bytes = isLast ? tail % SEGMENT : fstatSync(fd).size;
      if (segment <= Math.floor(tail / SEGMENT) && bytes > 0) yield { path: join(this.#dir, name), name, bytes };
    }
  }

  async close(): Promise<void> {
    await this.flush();
    this.#room.leave();
    for (const fd of this.#files.values()) closeSync(fd);
    this.#files.clear();
  }
}

function numbered(segment: number): string {
  return String(segment).padStart(8, "0");
}
