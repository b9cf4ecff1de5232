/**
 * The store in a browser: one IndexedDB database with one object store, names as keys.
 *
 * A commit is one transaction with strict durability. It resolves when the transaction has completed, not when its
 * last request has succeeded.
 */
/// <reference lib="dom" />
import { openDB } from "idb";
import { type Change, checkNames, type Entry, LAST, type Listing, listLimit, type Store } from "./store.ts";

const RECORDS = "records";

export async function openIdbStore(name: string): Promise<Store> {
  const db = await openDB(name, 1, {
    upgrade: (fresh) => {
      fresh.createObjectStore(RECORDS);
    },
    // Another tab deletes the database: holding on would block it for ever.
    blocking: () => db.close(),
  });
  return {
    async get(key) {
      const value: unknown = await db.get(RECORDS, key);
      return value === undefined ? undefined : (value as Uint8Array).slice();
    },
    async list(listing: Listing): Promise<readonly Entry[]> {
      const { prefix, after = "" } = listing;
      const end = prefix + LAST;
      if (after >= end) return [];
      const isInside = after >= prefix && after !== "";
      const range = IDBKeyRange.bound(isInside ? after : prefix, end, isInside);
      const limit = listLimit(listing);
      const records = db.transaction(RECORDS).store;
      const [names, values] = await Promise.all([records.getAllKeys(range, limit), records.getAll(range, limit)]);
      return names.map((key, i) => ({ name: key as string, value: values[i] as Uint8Array }));
    },
    async commit(changes: readonly Change[]) {
      checkNames(changes);
      const transaction = db.transaction(RECORDS, "readwrite", { durability: "strict" });
      const { store, done } = transaction;
      const requests = changes.map(({ name: key, value }) =>
        value === undefined ? store.delete(key) : store.put(value.slice(), key),
      );
      await Promise.all([...requests, done]);
    },
    async [Symbol.asyncDispose]() {
      db.close();
    },
  };
}
