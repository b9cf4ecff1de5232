/** Backups of a relay that runs: taken under writes and deletions, opened as a relay of their own. */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openLmdbStore } from "../../src/store/lmdb-store.ts";
import { Occupancy } from "../../src/store/occupancy.ts";
import type { StoredRecord } from "../../src/store/record.ts";
import { Client } from "../client.ts";
import { entry, event, NOW } from "../events.ts";
import { person } from "../member.ts";
import { bundle, Listening } from "../process.ts";

const root = mkdtempSync(join(tmpdir(), "subrosa-backup-"));
let program: Awaited<ReturnType<typeof bundle>>;
beforeAll(async () => {
  program = await bundle("src/cli.ts");
});
afterAll(() => {
  program.remove();
  rmSync(root, { recursive: true, force: true });
});

function run(...args: string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [program.path, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data: Buffer) => (output += data.toString()));
  return new Promise((resolve) => child.once("close", (code) => resolve({ code, output })));
}

async function contents(dir: string): Promise<{ ids: Set<string>; faults: string[] }> {
  const store = await openLmdbStore({ dir });
  const ids = new Set<string>();
  const faults: string[] = [];
  const scan = store.everything();
  while (scan.run(1_000, (record: StoredRecord) => ids.add(record.id).size > 0) !== "done");
  for await (const fault of store.check()) faults.push(fault);
  await store.close();
  return { ids, faults };
}

test("BACKUP under writes, replacements and deletions: each copy is whole, and has what was acknowledged before", async () => {
  const dir = join(root, "live");
  const store = await openLmdbStore({ dir });
  mkdirSync(join(dir, "media"));
  writeFileSync(join(dir, "media", "ab".repeat(32)), "a picture");
  writeFileSync(join(dir, "relay.key"), "a key");
  const acknowledged = new Set<string>();
  let isWriting = true;
  const writing = (async () => {
    for (let i = 0; isWriting; i++) {
      const batch = Array.from({ length: 20 }, (_, k) =>
        entry({
          by: 1 + (k % 5),
          kind: k === 0 ? 30_000 : 1,
          created_at: NOW + i,
          content: `${i}/${k} ${"y".repeat(500)}`,
        }),
      );
      await store.append(batch, NOW);
      for (const { event: it } of batch.slice(1)) acknowledged.add(it.id);
      if (i % 3 === 0) {
        const victim = batch[7]!.event.id;
        acknowledged.delete(victim);
        await store.remove([victim], false);
      }
      if (i % 20 === 0) await Promise.race([store.purge(NOW, 100), new Promise(setImmediate)]);
    }
  })();
  const copies: { target: string; before: Set<string> }[] = [];
  for (let i = 0; i < 4; i++) {
    const enough = acknowledged.size + 300;
    while (acknowledged.size < enough) await new Promise(setImmediate);
    const target = join(root, `copy-${i}`);
    const before = new Set(acknowledged);
    await store.backup(target);
    // What was deleted while it was copied may be in it or not.
    copies.push({ target, before: new Set([...before].filter((id) => acknowledged.has(id))) });
  }
  isWriting = false;
  await writing;
  await store.close();
  for (const { target, before } of copies) {
    const { ids, faults } = await contents(target);
    expect(faults).toEqual([]);
    expect([...before].filter((id) => !ids.has(id))).toEqual([]);
    expect(readFileSync(join(target, "media", "ab".repeat(32)), "utf8")).toBe("a picture");
    expect(readFileSync(join(target, "relay.key"), "utf8")).toBe("a key");
  }
  expect((await contents(dir)).faults).toEqual([]);
});

test("BACKUP what could not be written leaves nothing behind and the store as it was", async () => {
  const dir = join(root, "failing");
  const store = await openLmdbStore({ dir });
  await store.append([entry()], NOW);
  await expect(store.backup(dir)).rejects.toThrow(/store\/backup: the folder for the backup is there already/);
  writeFileSync(join(root, "file"), "");
  await expect(store.backup(join(root, "file", "below"))).rejects.toThrow(
    /store\/backup: the backup could not be written/,
  );
  expect(await store.append([entry({ content: "still" })], NOW)).toMatchObject([{ kind: "stored" }]);
  await store.close();
});

test("BACKUP asked for beside a running relay, and of one that does not run; both serve what they had", async () => {
  const dir = join(root, "program");
  const relay = await Listening.start(program.path, ["--port", "0", "--data", dir]);
  const client = await Client.open(relay.url);
  const author = person();
  const mine = author.sign({ kind: 1, created_at: Math.floor(Date.now() / 1_000), tags: [], content: "kept" });
  expect((await client.publish(mine)).accepted).toBe(true);
  const [first, second] = [join(root, "asked"), join(root, "alone")];
  expect(await run("backup", first, "--data", dir)).toMatchObject({ code: 0 });
  expect(await run("backup", first, "--data", dir)).toMatchObject({
    code: 2,
    output: expect.stringMatching(/is there already/),
  });
  // Two processes on one folder would write over each other.
  expect(await run("verify", "--data", dir)).toMatchObject({
    code: 2,
    output: expect.stringMatching(/another process/),
  });
  await client[Symbol.asyncDispose]();
  await relay.end();
  expect(await run("backup", second, "--data", dir)).toMatchObject({ code: 0 });
  for (const copy of [first, second]) {
    expect(await run("verify", "--data", copy)).toMatchObject({ code: 0 });
    const restored = await Listening.start(program.path, ["--port", "0", "--data", copy]);
    const reader = await Client.open(restored.url);
    expect((await reader.ask({ ids: [mine.id] })).ids).toEqual([mine.id]);
    await reader[Symbol.asyncDispose]();
    await restored.end();
  }
});

test("BACKUP a folder that a killed process left is taken; one in use is not", async () => {
  const dir = join(root, "taken");
  const relay = await Listening.start(program.path, ["--port", "0", "--data", dir]);
  await expect(Occupancy.take(dir)).rejects.toThrow(/store\/occupied/);
  await relay.end("SIGKILL");
  expect(existsSync(join(dir, "in-use.sock"))).toBe(true);
  const first = await Occupancy.take(dir);
  await expect(openLmdbStore({ dir })).rejects.toThrow(/store\/occupied/);
  await first[Symbol.asyncDispose]();
  await (await openLmdbStore({ dir })).close();
  expect(event().id).toHaveLength(64);
});
