/** A disk without space: errors with reasons, nothing acknowledged lost, and it goes on when there is space again. */
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openLmdbStore } from "../../src/store/lmdb-store.ts";
import { Client } from "../client.ts";
import { canMount, FullDisk } from "../full-disk.ts";
import { person } from "../member.ts";
import { bundle } from "../process.ts";

const root = mkdtempSync(join(tmpdir(), "subrosa-full-"));
let program: Awaited<ReturnType<typeof bundle>>;
beforeAll(async () => {
  program = await bundle("src/cli.ts");
});
afterAll(() => {
  program.remove();
  rmSync(root, { recursive: true, force: true });
});

test.skipIf(!canMount)("R8: the disk is full, twice, and then it is not", async () => {
  const disk = await FullDisk.start(program.path, root, 48);
  const client = await Client.open(disk.relay.url);
  const author = person();
  const acknowledged: string[] = [];
  const refused: string[] = [];
  let made = 0;
  const write = async (size: number): Promise<boolean> => {
    const created_at = Math.floor(Date.now() / 1_000);
    const it = author.sign({ kind: 1, created_at, tags: [["t", "all"]], content: `${made++} ${"z".repeat(size)}` });
    const { accepted, reason } = await client.publish(it);
    if (accepted) acknowledged.push(it.id);
    else {
      refused.push(it.id);
      expect(reason).toBe("error: the event could not be stored; try again later");
    }
    return accepted;
  };
  for (let round = 0; round < 2; round++) {
    for (let i = 0; i < 20; i++) expect(await write(2_000)).toBe(true);
    disk.fill();
    // What is allocated already may still take some.
    let failures = 0;
    for (let i = 0; failures < 12; i++) {
      if (!(await write(i % 3 === 0 ? 40_000 : 100))) failures++;
      expect(i).toBeLessThan(2_000);
    }
    // Who reads notices nothing.
    expect(await client.count({ "#t": ["all"] })).toBe(acknowledged.length);
    expect((await client.ask({ ids: acknowledged.slice(0, 5) })).ids.length).toBe(5);
    expect((await fetch(`${disk.relay.url.replace("ws", "http")}/health`)).status).toBe(503);
    disk.free();
    expect(await write(2_000)).toBe(true);
  }
  await client[Symbol.asyncDispose]();
  const copy = join(root, "after");
  cpSync(join(disk.inside, "data"), copy, { recursive: true, filter: (path) => !path.endsWith(".sock") });
  await disk.relay.end("SIGKILL");
  // As a kill would have left it at this moment.
  const store = await openLmdbStore({ dir: copy });
  for await (const fault of store.check()) expect(fault).toBe("");
  for (const id of acknowledged) expect(store.has(id as never)).toBe(true);
  for (const id of refused) expect(store.has(id as never)).toBe(false);
  await store.close();
});
