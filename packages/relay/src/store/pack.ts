/**
 * A segment of the log without what was erased from it: the records that live, one after the other, behind a table of
 * where each of them stood. Places keep their meaning, so nothing that points into the log changes.
 *
 *   u32 records   each: u32 where it stood in the segment, u32 length   u32 CRC-32 of all before   the records
 */
import { fstatSync, readSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { crc32 } from "node:zlib";
import { HEAD, inspectRecord } from "./record.ts";
import { StoreError } from "./store.ts";

const ROW = 8;
const CHUNK = 1 << 20;

export class Pack {
  readonly fd: number;
  readonly #starts: Uint32Array;
  /** Where each record begins in this file. */
  readonly #at: Float64Array;

  private constructor(fd: number, starts: Uint32Array, at: Float64Array) {
    this.fd = fd;
    this.#starts = starts;
    this.#at = at;
  }

  static read(fd: number): Pack {
    const count = readAll(fd, 4, 0).readUInt32BE(0);
    const size = 4 + count * ROW;
    if (size + 4 > fstatSync(fd).size) throw damaged();
    const table = readAll(fd, size + 4, 0);
    if (crc32(table.subarray(0, size)) !== table.readUInt32BE(size)) throw damaged();
    const starts = new Uint32Array(count);
    const at = new Float64Array(count);
    let next = size + 4;
    for (let i = 0; i < count; i++) {
      starts[i] = table.readUInt32BE(4 + i * ROW);
      at[i] = next;
      next += table.readUInt32BE(8 + i * ROW);
    }
    return new Pack(fd, starts, at);
  }

  /** Where a record that stood there is now. */
  locate(start: number): number | undefined {
    let [low, high] = [0, this.#starts.length - 1];
    while (low <= high) {
      const middle = (low + high) >> 1;
      const found = this.#starts[middle]!;
      if (found === start) return this.#at[middle];
      if (found < start) low = middle + 1;
      else high = middle - 1;
    }
    return undefined;
  }

  /** Every record with the place where it stood, in order. */
  *rows(): Iterable<{ readonly start: number; readonly at: number }> {
    for (let i = 0; i < this.#starts.length; i++) yield { start: this.#starts[i]!, at: this.#at[i]! };
  }
}

/** A record of a segment as a file has it. */
export interface Row {
  readonly start: number;
  readonly at: number;
}

/** Writes what lives among these records into a new file, and waits until the disk has it. */
export async function writePack(from: number, rows: Iterable<Row>, path: string): Promise<void> {
  const live: { start: number; at: number; length: number }[] = [];
  let looked = 0;
  for (const { start, at } of rows) {
    const head = readAll(from, HEAD, at);
    const length = head.readUInt32BE(1);
    if (head[0] !== 0) live.push({ start, at, length });
    if (++looked % 1_000 === 0) await new Promise(setImmediate);
  }
  const table = Buffer.alloc(4 + live.length * ROW + 4);
  table.writeUInt32BE(live.length, 0);
  live.forEach(({ start, length }, i) => {
    table.writeUInt32BE(start, 4 + i * ROW);
    table.writeUInt32BE(length, 8 + i * ROW);
  });
  table.writeUInt32BE(crc32(table.subarray(0, -4)), table.length - 4);
  const file = await open(path, "wx", 0o600);
  try {
    await file.write(table);
    await copyRecords(from, live, file);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function copyRecords(
  from: number,
  records: readonly { readonly at: number; readonly length: number }[],
  to: FileHandle,
): Promise<void> {
  let chunk: Buffer[] = [];
  let size = 0;
  const flush = async (): Promise<void> => {
    if (chunk.length > 0) await to.writev(chunk);
    chunk = [];
    size = 0;
  };
  for (const { at, length } of records) {
    const record = readAll(from, length, at);
    if (inspectRecord(record).state !== "live") throw damaged();
    chunk.push(record);
    size += length;
    if (size >= CHUNK) await flush();
  }
  await flush();
}

/** The records of a segment that was not packed yet, as they follow each other. */
export function* segmentRows(fd: number): Iterable<Row> {
  const size = fstatSync(fd).size;
  for (let at = 0; at + HEAD <= size; ) {
    const length = readAll(fd, HEAD, at).readUInt32BE(1);
    if (length < HEAD) return;
    yield { start: at, at };
    at += length;
  }
}

function readAll(fd: number, length: number, at: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  if (readSync(fd, bytes, 0, length, at) !== length) throw damaged();
  return bytes;
}

function damaged(): StoreError {
  return new StoreError("store/damaged", "a segment of the log is not whole; restore it from a backup");
}
