/**
 * The port to a place that keeps records: named bytes, changed together or not at all.
 *
 * Law: when `commit` resolves, all its changes are durable; when it rejects or the process dies, all or none are.
 * Implementations prove themselves with the conformance suite of the test kit. Names are printable ASCII, so that every
 * store sorts them alike. A store knows nothing of what it keeps, and by itself it does not encrypt (sealed-store.ts).
 */
import { UsageError } from "@subrosa/core/errors";

export interface Entry {
  readonly name: string;
  readonly value: Uint8Array;
}

export interface Change {
  readonly name: string;
  /** Undefined: the record is removed, if it was there. */
  readonly value: Uint8Array | undefined;
}

export interface Listing {
  readonly prefix: string;
  /** Only names behind this one. */
  readonly after?: string;
  /** Default 1,000, which is also the most. */
  readonly limit?: number;
}

export interface Store extends AsyncDisposable {
  get(name: string): Promise<Uint8Array | undefined>;
  /** In the order of names. */
  list(listing: Listing): Promise<readonly Entry[]>;
  /** In the order given, so the last change of a name counts. */
  commit(changes: readonly Change[]): Promise<void>;
}

export const MAX_LISTED = 1_000;
export const MAX_NAME = 240;
/** Sorts behind every name that begins with the prefix it follows. */
export const LAST = "\x7f";

/** Names are the caller's, so a bad one is his mistake. */
export function checkNames(changes: readonly Change[]): void {
  for (const { name } of changes) {
    if (name.length > MAX_NAME || !/^[!-~]+$/.test(name)) {
      throw new UsageError("usage/range", `a record's name is 1 to ${MAX_NAME} printable ASCII characters, no space`);
    }
  }
}

export function listLimit({ limit = MAX_LISTED }: Listing): number {
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LISTED) {
    throw new UsageError("usage/range", `list 1 to ${MAX_LISTED} records at once`);
  }
  return limit;
}

/** Every record under a prefix, page by page. */
export async function* entriesOf(store: Store, prefix: string): AsyncGenerator<Entry, void, void> {
  let page = await store.list({ prefix });
  for (;;) {
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < MAX_LISTED) return;
    page = await store.list({ prefix, after: last.name });
  }
}
