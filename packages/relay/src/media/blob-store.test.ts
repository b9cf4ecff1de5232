import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync, unlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { BlobStore, type Kept } from "./blob-store.ts";

let dir: string;
let blobs: BlobStore;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "subrosa-blobs-"));
  blobs = BlobStore.open(dir);
});
afterEach(() => rmSync(dir, { recursive: true }));

/** A body that comes in pieces, each of which others may come between. */
async function* slowly(content: Buffer, pieces = 8): AsyncIterable<Uint8Array> {
  const size = Math.ceil(content.length / pieces);
  for (let at = 0; at < content.length; at += size) {
    await new Promise(setImmediate);
    yield content.subarray(at, at + size);
  }
}

function keep(content: Buffer, owner: string, quotaBytes: number): Promise<Kept> {
  const promised = new Set([createHash("sha256").update(content).digest("hex")]);
  return blobs.keep({ ...{ body: slowly(content), owner, promised, quotaBytes }, type: "", maxBytes: 1 << 20, now: 1 });
}

test("BUD-02: uploads at the same time have together what one may have", async () => {
  const files = Array.from({ length: 10 }, (_, i) => Buffer.alloc(1_000, i));
  const kept = await Promise.all(files.map((file) => keep(file, "ann", 3_500)));
  expect(kept.filter(({ ok }) => ok).length).toBeLessThanOrEqual(3);
  expect(blobs.bytesOf("ann")).toBeLessThanOrEqual(3_500);
  // What was refused is not held against her, and somebody else has his own.
  expect(await keep(files[0]!, "bob", 3_500)).toMatchObject({ ok: true });
  for (const { sha256 } of blobs.ownedBy("ann")) await blobs.release(sha256, "ann");
  for (const file of files.slice(0, 3)) expect(await keep(file, "ann", 3_500)).toMatchObject({ ok: true });
  expect(await keep(files[9]!, "ann", 3_500)).toEqual({ ok: false, why: "too-large" });
  expect(readdirSync(dir).filter((name) => name.endsWith(".part"))).toEqual([]);
});

test("the same file of many people at once is kept for each of them", async () => {
  const file = Buffer.from("the same");
  const owners = Array.from({ length: 12 }, (_, i) => `owner ${i}`);
  const kept = await Promise.all(owners.map((owner) => keep(file, owner, 1_000)));
  expect(kept.filter((each) => each.ok && each.isNew).length).toBe(1);
  const { sha256 } = blobs.ownedBy("owner 0")[0]!;
  expect([...BlobStore.open(dir).get(sha256)!.owners].sort()).toEqual([...owners].sort());
  await Promise.all(owners.slice(1).map((owner) => blobs.release(sha256, owner)));
  expect(BlobStore.open(dir).get(sha256)!.owners).toEqual(["owner 0"]);
});

test("a note whose file is not there keeps nothing", async () => {
  await keep(Buffer.from("gone"), "ann", 1_000);
  const { sha256 } = blobs.ownedBy("ann")[0]!;
  unlinkSync(join(dir, sha256));
  expect(BlobStore.open(dir).get(sha256)).toBeUndefined();
});
