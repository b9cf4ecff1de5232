/**
 * The port to a place with many stores, one for each account: a folder, a browser's databases, or memory.
 *
 * Names are for people and lie in the open: whoever sees the disk sees them. Everything else is in the stores, sealed.
 */
import { UsageError } from "@subrosa/core/errors";
import { type MemoryDisk, openMemoryStore } from "./memory-store.ts";
import type { Store } from "./store.ts";

export interface Shelf {
  /** Sorted. */
  names(): Promise<readonly string[]>;
  /** Makes it where it is missing. */
  open(name: string): Promise<Store>;
  /** Of a store that is closed; nothing of it stays. */
  remove(name: string): Promise<void>;
}

/** Letters and digits of any script, and what people put between them; nothing that a path or an URL could mean. */
const NAME = /^[\p{L}\p{N}](?:[\p{L}\p{M}\p{N} ._-]{0,62}[\p{L}\p{M}\p{N}])?$/u;

export function isShelfName(name: string): boolean {
  return NAME.test(name) && name.normalize("NFC") === name;
}

/** Before a name becomes a path. */
export function checkShelfName(name: string): void {
  if (!isShelfName(name)) {
    throw new UsageError(
      "usage/range",
      "name it with 1 to 64 letters and digits; spaces, . _ - may stand between them",
    );
  }
}

export function memoryShelf(disks: Map<string, MemoryDisk> = new Map()): Shelf {
  return {
    names: async () => [...disks.keys()].sort(),
    open: async (name) => {
      checkShelfName(name);
      const disk = disks.get(name) ?? new Map();
      disks.set(name, disk);
      return openMemoryStore(disk);
    },
    remove: async (name) => {
      disks.get(name)?.clear();
      disks.delete(name);
    },
  };
}
