/** Space and bytes: what is deleted is overwritten, then given back; what stays is found as before. */
import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { entry, NOW } from "../../test/events.ts";
import { type LmdbStore, openLmdbStore } from "./lmdb-store.ts";
import type { StoredRecord } from "./record.ts";

const dir = mkdtempSync(join(tmpdir(), "subrosa-pack-"));
const log = join(dir, "events");
const MARK = "unforgettable";
/** More than one segment of 64 MiB. */
const entries = Array.from({ length: 75 }, (_, i) =>
  entry({ by: 1 + (i % 3), created_at: NOW - i, content: `${MARK} ${i} ${"x".repeat(950_000)}` }),
);
const kept = entries.filter((_, i) => i % 10 === 0);
const gone = entries.filter((each) => !kept.includes(each));
let store: LmdbStore;

beforeAll(async () => {
  store = await openLmdbStore({ dir, durability: "relaxed", cacheBytes: 1 << 20 });
  for (const each of entries) await store.append([each], NOW);
});
afterAll(async () => {
  await store.close();
  rmSync(dir, { recursive: true, force: true });
});

const size = (): number => readdirSync(log).reduce((sum, name) => sum + statSync(join(log, name)).size, 0);

function found(of: LmdbStore): string[] {
  const ids: string[] = [];
  const scan = of.everything();
  while (scan.run(1_000, (record: StoredRecord) => ids.push(record.id) > 0) !== "done");
  return ids;
}

async function faults(): Promise<string[]> {
  const all: string[] = [];
  for await (const fault of store.check()) all.push(fault);
  return all;
}

function copies(of: string): number {
  return readdirSync(log).filter((name) => readFileSync(join(log, name)).includes(of)).length;
}

test("STORE a segment that is mostly dead gives its space back, and its dead bytes are nowhere", async () => {
  const before = size();
  const slow = store.everything();
  const seen: string[] = [];
  await slow.run(4, (record: StoredRecord) => seen.push(record.id) < 1);
  await store.remove(
    gone.map(({ event }) => event.id),
    false,
  );
  await store.purge(NOW, 1_000);
  expect(readdirSync(log).some((name) => name.endsWith(".pack"))).toBe(true);
  expect(size()).toBeLessThan(before / 3);
  for (const { event } of gone) expect(copies(event.id)).toBe(0);
  expect(copies(`${MARK} 1 `)).toBe(0);
  expect(found(store)).toEqual(kept.map(({ event }) => event.id));
  expect(await faults()).toEqual([]);
  // A scan that had begun before goes on after it.
  while (slow.run(1_000, (record: StoredRecord) => seen.push(record.id) > 0) !== "done");
  expect(seen).toEqual(kept.map(({ event }) => event.id));
});

test("STORE a packed segment is opened again, erased in, and packed once more", async () => {
  await store.close();
  // A crash while packing leaves this behind; and after packing, the segment it was made from.
  appendFileSync(join(log, "00000000.pack.new"), "half");
  appendFileSync(join(log, "00000000.log"), "old");
  store = await openLmdbStore({ dir, cacheBytes: 1 << 20 });
  expect(existsSync(join(log, "00000000.pack.new"))).toBe(false);
  expect(existsSync(join(log, "00000000.log"))).toBe(false);
  expect(found(store).length).toBe(kept.length);
  const [first, ...rest] = kept;
  await store.remove(
    rest.slice(0, 5).map(({ event }) => event.id),
    false,
  );
  await store.purge(NOW, 1_000);
  for (const { event } of rest.slice(0, 5)) expect(copies(event.id)).toBe(0);
  expect(found(store)).toEqual([first!, ...rest.slice(5)].map(({ event }) => event.id));
  const outcome = await store.append([entry({ content: "and it goes on" })], NOW);
  expect(outcome).toMatchObject([{ kind: "stored" }]);
  expect(await faults()).toEqual([]);
});

test("STORE a segment in which nothing is left goes, packed or not", async () => {
  await store.remove(
    entries.map(({ event }) => event.id),
    false,
  );
  await store.purge(NOW, 1_000);
  expect(readdirSync(log).filter((name) => name.startsWith("00000000"))).toEqual([]);
  expect(copies(MARK)).toBe(0);
  expect(found(store).length).toBe(1);
  expect(await faults()).toEqual([]);
});
