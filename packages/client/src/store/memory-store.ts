/**
 * A store that forgets: for tests and for sessions that must leave nothing behind. What "survives" a reopening lives in
 * the `MemoryDisk` that the caller holds, so that tests can let a process die and open its disk again.
 */
import { UsageError } from "@subrosa/core/errors";
import { type Change, checkNames, type Entry, type Listing, listLimit, type Store } from "./store.ts";

export type MemoryDisk = Map<string, Uint8Array>;

export function openMemoryStore(disk: MemoryDisk = new Map()): Store {
  let open = true;
  const guard = (): void => {
    if (!open) throw new UsageError("usage/state", "this store is closed; open it again");
  };
  return {
    async get(name) {
      guard();
      return disk.get(name)?.slice();
    },
    async list(listing: Listing): Promise<readonly Entry[]> {
      guard();
      const { prefix, after = "" } = listing;
      const names = [...disk.keys()].filter((name) => name.startsWith(prefix) && name > after).sort();
      return names.slice(0, listLimit(listing)).map((name) => ({ name, value: disk.get(name)!.slice() }));
    },
    async commit(changes: readonly Change[]) {
      guard();
      checkNames(changes);
      for (const { name, value } of changes) {
        if (value === undefined) disk.delete(name);
        else disk.set(name, value.slice());
      }
    },
    async [Symbol.asyncDispose]() {
      open = false;
    },
  };
}
