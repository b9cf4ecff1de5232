import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ask, type OpenStore, relayStoreConformance, type StoreUnderTest } from "../../test/conformance/relay-store.ts";
import { entry, NOW } from "../../test/events.ts";
import { openLmdbStore } from "./lmdb-store.ts";
import type { StoreRules } from "./store.ts";

async function openAt(dir: string, rules: Partial<StoreRules>): Promise<StoreUnderTest> {
  const store = await openLmdbStore({ dir, ...rules });
  return {
    store,
    reopen: async () => {
      await store.close();
      return openAt(dir, rules);
    },
    bytes: async () => Buffer.concat(files(dir).map((file) => readFileSync(file))),
    dispose: async () => {
      await store.close();
      rmSync(dir, { recursive: true });
    },
  };
}

function files(dir: string): string[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) => join(file.parentPath, file.name));
}

const temporary = (): string => mkdtempSync(join(tmpdir(), "subrosa-store-"));
const open: OpenStore = (rules = {}) => openAt(temporary(), rules);

relayStoreConformance("the embedded store", open);

describe("recovery", () => {
  const logOf = (dir: string): string => join(dir, "events", "00000000.log");

  test("what the index lost is read again from the log, with its consequences", async () => {
    const dir = temporary();
    const first = await openLmdbStore({ dir });
    const gone = entry({ content: "gone" });
    await first.append([gone, entry({ kind: 0, created_at: NOW - 1, content: "old" })], NOW);
    await first.append([entry({ kind: 5, tags: [["e", gone.event.id]] }), entry({ kind: 0, content: "new" })], NOW);
    const before = await ask(first, [{}]);
    await first.close();
    rmSync(join(dir, "index.mdb"));
    rmSync(join(dir, "index.mdb-lock"), { force: true });
    const second = await openLmdbStore({ dir });
    expect(await ask(second, [{}])).toEqual(before);
    expect((await second.append([gone], NOW))[0]!.kind).toBe("deleted");
    for await (const fault of second.check()) expect(fault).toBe("");
    await second.close();
    rmSync(dir, { recursive: true });
  });

  test("half a record at the end of the log is cut off, at whatever byte it broke", async () => {
    const dir = temporary();
    let store = await openLmdbStore({ dir });
    const kept = [entry({ content: "a" }), entry({ content: "b" })];
    await store.append(kept, NOW);
    await store.close();
    const size = statSync(logOf(dir)).size;
    const record = readFileSync(logOf(dir)).subarray(0, 200);
    for (const length of [1, 8, 9, 50, 150]) {
      appendFileSync(logOf(dir), record.subarray(0, length));
      store = await openLmdbStore({ dir });
      expect(store.stats().events, `${length} bytes`).toBe(2);
      expect(statSync(logOf(dir)).size).toBe(size);
      await store.close();
    }
    store = await openLmdbStore({ dir });
    expect((await store.append([entry({ content: "c" })], NOW))[0]!.kind).toBe("stored");
    expect((await ask(store, [{}])).length).toBe(3);
    await store.close();
    rmSync(dir, { recursive: true });
  });

  test("check names an event whose bytes were changed on disk", async () => {
    const dir = temporary();
    let store = await openLmdbStore({ dir });
    const it = entry({ content: "true words" });
    await store.append([it], NOW);
    await store.close();
    const bytes = readFileSync(logOf(dir));
    truncateSync(logOf(dir), 0);
    appendFileSync(logOf(dir), Buffer.from(bytes.toString("latin1").replace("true", "lies"), "latin1"));
    store = await openLmdbStore({ dir });
    const faults: string[] = [];
    for await (const fault of store.check()) faults.push(fault);
    expect(faults.some((fault) => fault.includes(it.event.id))).toBe(true);
    await store.close();
    rmSync(dir, { recursive: true });
  });

  test("a closed store refuses, with a reason", async () => {
    const dir = temporary();
    const store = await openLmdbStore({ dir });
    await store.close();
    await expect(store.append([entry()], NOW)).rejects.toThrow("store/closed");
    await expect(store.purge(NOW, 1)).rejects.toThrow("store/closed");
    rmSync(dir, { recursive: true });
  });
});
