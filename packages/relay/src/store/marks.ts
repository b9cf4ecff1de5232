/**
 * Which kinds of decision stand in the index at all. Every new event is asked whether its author vanished, whether it was
 * deleted or banned before it came; in most databases most of these questions have no answer for any event, and a look
 * into the tree for each is most of what the index costs a write.
 */
import type { Write } from "./changes.ts";
import { BANNED, DELETED, DELETED_TO, VANISHED } from "./keys.ts";
import { type LmdbIndex, under } from "./lmdb-index.ts";

const KINDS: ReadonlySet<number> = new Set([VANISHED, DELETED, DELETED_TO, BANNED]);

export class Marks {
  readonly #present = new Set<number>();

  load(index: LmdbIndex): void {
    for (const kind of KINDS) {
      for (const _ of index.keys({ ...under(Buffer.of(kind)), limit: 1 })) this.#present.add(kind);
    }
  }

  /** Takes a commit into account. */
  note(writes: readonly Write[]): void {
    if (this.#present.size === KINDS.size) return;
    for (const { key, value } of writes) if (value !== undefined && KINDS.has(key[0]!)) this.#present.add(key[0]!);
  }

  /** May this key be there? */
  mayHave(key: Buffer): boolean {
    return !KINDS.has(key[0]!) || this.#present.has(key[0]!);
  }
}
