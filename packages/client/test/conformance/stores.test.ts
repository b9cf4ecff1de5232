import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sha256 } from "@subrosa/core/hash";
import { seededRandom } from "@subrosa/testkit/random";
import { storeConformance } from "@subrosa/testkit/store-conformance";
import { IDBFactory } from "fake-indexeddb";
import "fake-indexeddb/auto";
import { afterAll, beforeAll } from "vitest";
import { openIdbStore } from "../../src/store/idb-store.ts";
import { openLmdbStore } from "../../src/store/lmdb-store.ts";
import { type MemoryDisk, openMemoryStore } from "../../src/store/memory-store.ts";
import { openSealedStore, type Stretch } from "../../src/store/sealed-store.ts";
import type { Store } from "../../src/store/store.ts";

let folder = "";
let count = 0;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "subrosa-stores-"));
  globalThis.indexedDB = new IDBFactory();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Cheap: what scrypt costs is not what these laws are about. */
const stretch: Stretch = async (password, salt) => sha256(password, salt);
const random = seededRandom("stores");
async function sealed(inner: Store): Promise<Store> {
  const opening = await openSealedStore(inner, "correct horse", { random, stretch });
  if (!opening.ok) throw new Error(opening.reason);
  return opening.store;
}

storeConformance("memory", async () => {
  const disk: MemoryDisk = new Map();
  return async () => openMemoryStore(disk);
});
storeConformance("LMDB", async () => {
  const path = join(folder, `${count++}.mdb`);
  return async () => openLmdbStore(path);
});
storeConformance("IndexedDB", async () => {
  const name = `store-${count++}`;
  return () => openIdbStore(name);
});
storeConformance("sealed memory", async () => {
  const disk: MemoryDisk = new Map();
  return () => sealed(openMemoryStore(disk));
});
storeConformance("sealed LMDB", async () => {
  const path = join(folder, `${count++}.mdb`);
  return () => sealed(openLmdbStore(path));
});
storeConformance("sealed IndexedDB", async () => {
  const name = `store-${count++}`;
  return async () => sealed(await openIdbStore(name));
});
