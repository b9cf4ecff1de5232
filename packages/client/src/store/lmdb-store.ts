/**
 * The store on a disk, for programs in Node: one LMDB environment in one file.
 *
 * A commit is one transaction, and it resolves after LMDB has flushed it. Values are copied out of the mapped memory,
 * which the next transaction may overwrite.
 */
import { UsageError } from "@subrosa/core/errors";
import { open } from "lmdb";
import { type Change, checkNames, type Entry, LAST, type Listing, listLimit, type Store } from "./store.ts";

/** Opens the file at `path`, which is made where it is missing; its lock file lies beside it. */
export function openLmdbStore(path: string): Store {
  const db = open<Uint8Array, string>({ path, encoding: "binary", noSubdir: true });
  let isOpen = true;
  const guard = (): void => {
    if (!isOpen) throw new UsageError("usage/state", "this store is closed; open it again");
  };
  return {
    async get(name) {
      guard();
      const value = db.getBinary(name);
      return value === undefined ? undefined : Uint8Array.from(value);
    },
    async list(listing: Listing): Promise<readonly Entry[]> {
      guard();
      const { prefix, after = "" } = listing;
      const isInside = after >= prefix;
      const start = isInside ? after : prefix;
      const range = db.getRange({
        start,
        end: prefix + LAST,
        exclusiveStart: isInside && after !== "",
        limit: listLimit(listing),
      });
      return [...range].map(({ key, value }) => ({ name: key, value: Uint8Array.from(value) }));
    },
    async commit(changes: readonly Change[]) {
      guard();
      checkNames(changes);
      // Copied now: the transaction runs later, and the caller owns the bytes.
      const copies = changes.map(({ name, value }) => ({ name, value: value && Uint8Array.from(value) }));
      await db.transaction(() => {
        for (const { name, value } of copies) {
          if (value === undefined) void db.remove(name);
          else void db.put(name, value);
        }
      });
      await db.flushed;
    },
    async [Symbol.asyncDispose]() {
      if (!isOpen) return;
      isOpen = false;
      await db.close();
    },
  };
}
