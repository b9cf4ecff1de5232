import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { entry } from "../../test/events.ts";
import type { Place } from "./keys.ts";
import { EventLog, SEGMENT } from "./log.ts";
import { encodeRecord } from "./record.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "subrosa-room-"));
});
afterEach(() => rmSync(dir, { recursive: true }));

const file = (segment: number, of = dir): string => join(of, `${String(segment).padStart(8, "0")}.log`);
const options = { durable: true, cacheBytes: 1 << 20 };

function open(folder = dir) {
  const found: string[] = [];
  const log = EventLog.open(folder, options, 0, (record) => found.push(record.id));
  const append = async (content: string): Promise<Place> => {
    const record = encodeRecord(entry({ content }));
    const place = log.place(record.length, undefined);
    await log.append([record], [place]);
    return place;
  };
  return { log, found, append };
}

/** As a crash would leave it: the files as they are now. */
function crashed(): string {
  const copy = join(dir, "crashed");
  mkdirSync(copy);
  for (const segment of [0, 1]) {
    try {
      copyFileSync(file(segment), file(segment, copy));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
  return copy;
}

test("zeros ahead of the tail are no records: after a crash everything appended is there and the rest is cut", async () => {
  const { log, append } = open();
  for (let i = 0; i < 20; i++) await append(`${i}`);
  const { tail } = log;
  expect(statSync(file(0)).size).toBeGreaterThan(tail);
  const copy = crashed();
  await log.close();
  const again = open(copy);
  expect(again.found.length).toBe(20);
  expect(again.log.tail).toBe(tail);
  expect(statSync(file(0, copy)).size).toBe(tail);
  const place = await again.append("after the crash");
  expect(place.offset).toBe(tail);
  await again.log.close();
});

test("a torn record over zeros is cut, and nothing behind it comes back", async () => {
  const { log, append } = open();
  await append("whole");
  const { tail } = log;
  await append(`torn ${"x".repeat(5_000)}`);
  await append("behind it");
  const copy = crashed();
  await log.close();
  const bytes = readFileSync(file(0, copy));
  truncateSync(file(0, copy), tail + 2_000);
  truncateSync(file(0, copy), bytes.length);
  const again = open(copy);
  expect(again.found.length).toBe(1);
  expect(again.log.tail).toBe(tail);
  await again.log.close();
});

test("a segment ends with its last record before the next one begins; closing leaves no zeros", async () => {
  const { log, append } = open();
  const large = "x".repeat(9 << 20);
  for (let i = 0; i < 7; i++) await append(large);
  const first = log.tail;
  expect(Math.floor(first / SEGMENT)).toBe(0);
  await append("small");
  const end = log.tail;
  expect(statSync(file(0)).size).toBeGreaterThan(end);
  await append(large);
  expect(statSync(file(0)).size).toBe(end);
  expect(statSync(file(1)).size).toBeGreaterThan(log.tail % SEGMENT);
  const copy = crashed();
  await log.close();
  expect(statSync(file(1)).size).toBe(log.tail % SEGMENT);
  const again = open(copy);
  expect(again.found.length).toBe(9);
  await again.log.close();
}, 120_000);

test("what is taken back is taken from the room too", async () => {
  const { log, append } = open();
  await append("stays");
  const { tail } = log;
  await append("goes");
  log.rollback(tail);
  expect(statSync(file(0)).size).toBe(tail);
  const place = await append("comes instead");
  expect(place.offset).toBe(tail);
  expect(log.read(place)).toBeDefined();
  await log.close();
  expect(open().found.length).toBe(2);
});
