/**
 * The embedded store: events in a log (log.ts), indices in one LMDB tree (keys.ts).
 *
 * One writer. What waits is one batch: decided against the index, appended to the log, forced to disk, indexed, and
 * only then answered. The log alone is the truth after a crash: the index says how far it got, and opening reads the
 * rest of the log again. So the index needs no force to disk of its own, and a commit costs one.
 *
 * Bytes of deleted and expired events are overwritten after the commit that forgets them; a list in the index makes
 * sure of it across a crash.
 */
import { join } from "node:path";
import type { EventId } from "@subrosa/core/bytes";
import type { Entry } from "../event/entry.ts";
import { backUp, INDEX_FILE, LOG_FOLDER } from "./backup.ts";
import { type ChangeReads, Changes } from "./changes.ts";
import { checkStore } from "./check-store.ts";
import {
  BANNED,
  ERASE,
  ID,
  metaKey,
  type Place,
  placeBytes,
  prefixed,
  readPlace,
  readTimeBytes,
  timeBytes,
  VANISHING,
} from "./keys.ts";
import { LiveBytes } from "./live-bytes.ts";
import { LmdbIndex, under } from "./lmdb-index.ts";
import { EventLog } from "./log.ts";
import { Marks } from "./marks.ts";
import { Occupancy } from "./occupancy.ts";
import { purgeExpired, purgeVanished } from "./purge.ts";
import { reclaim } from "./reclaim.ts";
import { encodeRecord, type StoredRecord } from "./record.ts";
import { type ScanSource, UnionScan } from "./scan.ts";
import { scanSource } from "./scan-source.ts";
import {
  type Outcome,
  type PurgeResult,
  type Scan,
  type ScanRequest,
  type Store,
  StoreError,
  type StoreRules,
  type StoreStats,
} from "./store.ts";

export interface LmdbStoreOptions extends Partial<StoreRules> {
  readonly dir: string;
  /** `relaxed`: answer before the disk has it; at most the last second is lost with the power. */
  readonly durability?: "full" | "relaxed";
  /** Bytes of events kept in memory. */
  readonly cacheBytes?: number;
}

interface Waiting {
  readonly entries: readonly Entry[];
  readonly now: number;
  readonly resolve: (outcomes: readonly Outcome[]) => void;
  readonly reject: (error: unknown) => void;
}

const DEFAULT_CACHE = 64 << 20;
const MAX_BATCH = 1_000;
const RELAXED_FLUSH_MS = 1_000;
const META_TAIL = metaKey("tail");
const META_EVENTS = metaKey("events");
const META_FORMAT = metaKey("format");
const FORMAT = Buffer.of(1);

/** Throws StoreError where another process works on this folder. */
export async function openLmdbStore(options: LmdbStoreOptions): Promise<LmdbStore> {
  const occupancy = await Occupancy.take(options.dir);
  let index: LmdbIndex | undefined;
  try {
    index = LmdbIndex.open(join(options.dir, INDEX_FILE));
    return await LmdbStore.start(options, index, occupancy);
  } catch (error) {
    await index?.close();
    await occupancy[Symbol.asyncDispose]();
    throw error;
  }
}

export class LmdbStore implements Store {
  readonly #index: LmdbIndex;
  readonly #occupancy: Occupancy;
  readonly #rules: StoreRules;
  #log!: EventLog;
  #events = 0;
  /** Where the next event will stand, as far as indexed. */
  #tail = 0;
  readonly #liveBytes = new LiveBytes();
  readonly #marks = new Marks();
  readonly #vanishing = new Map<string, number>();
  #source!: ScanSource;
  readonly #queue: Waiting[] = [];
  /** ERASE keys whose bytes are gone from the log; removed with the next batch. */
  #erasedKeys: Buffer[] = [];
  #erasing: Promise<void> = Promise.resolve();
  /** Every write waits for the one before. */
  #writing: Promise<void> = Promise.resolve();
  #draining = false;
  #closed = false;
  readonly #stopping = new AbortController();
  readonly #dir: string;
  readonly #flushTimer: NodeJS.Timeout | undefined;

  private constructor(options: LmdbStoreOptions, index: LmdbIndex, occupancy: Occupancy) {
    this.#dir = options.dir;
    this.#index = index;
    this.#occupancy = occupancy;
    occupancy.backUp = (target) => this.backup(target);
    this.#rules = { recipientDeletesWraps: options.recipientDeletesWraps ?? false };
    if (options.durability === "relaxed") {
      this.#flushTimer = setInterval(() => void this.#log.flush().catch(() => {}), RELAXED_FLUSH_MS);
      this.#flushTimer.unref();
    }
  }

  static async start(options: LmdbStoreOptions, index: LmdbIndex, occupancy: Occupancy): Promise<LmdbStore> {
    const store = new LmdbStore(options, index, occupancy);
    await store.#recover(options);
    return store;
  }

  async #recover(options: LmdbStoreOptions): Promise<void> {
    const format = this.#index.get(META_FORMAT);
    if (format !== undefined && !FORMAT.equals(format)) {
      throw new StoreError(
        "store/format",
        "this database was written by another version; export it there, import here",
      );
    }
    const tail = this.#index.get(META_TAIL);
    const events = this.#index.get(META_EVENTS);
    this.#events = events ? readTimeBytes(events) : 0;
    this.#liveBytes.load(this.#index);
    this.#marks.load(this.#index);
    for (const { key, value } of this.#index.entries(under(Buffer.of(VANISHING)))) {
      this.#vanishing.set(key.subarray(1).toString("hex"), readTimeBytes(value));
    }
    const lost: { record: StoredRecord; place: Place }[] = [];
    const logOptions = {
      durable: options.durability !== "relaxed",
      cacheBytes: options.cacheBytes ?? DEFAULT_CACHE,
    };
    this.#log = EventLog.open(
      join(options.dir, LOG_FOLDER),
      logOptions,
      tail ? readTimeBytes(tail) : 0,
      (record, place) => {
        lost.push({ record, place });
      },
    );
    this.#source = scanSource(this.#index, this.#log, this.#vanishing);
    await this.#reindex(lost);
    const unerased = [...this.#index.keys(under(Buffer.of(ERASE)))];
    if (unerased.length > 0) this.#erase(unerased.map((key) => readPlace(key, 1)));
  }

  /** Does again what the log says happened after the index was last on disk. */
  async #reindex(lost: readonly { record: StoredRecord; place: Place }[]): Promise<void> {
    const changes = new Changes(this.#reads, this.#rules);
    for (const { record, place } of lost) changes.replay(record, place);
    changes.mark(META_FORMAT, FORMAT);
    await this.#commit(
      changes,
      lost.map(({ place }) => place),
    );
  }

  get tail(): number {
    return this.#tail;
  }

  append(entries: readonly Entry[], now: number): Promise<readonly Outcome[]> {
    return new Promise((resolve, reject) => {
      if (this.#closed) {
        reject(new StoreError("store/closed", "the store was closed"));
        return;
      }
      this.#queue.push({ entries, now, resolve, reject });
      this.#drain();
    });
  }

  #drain(): void {
    if (this.#draining) return;
    this.#draining = true;
    void this.#exclusively(async () => {
      this.#draining = false;
      const batch: Waiting[] = [];
      for (let size = 0; size < MAX_BATCH; ) {
        const waiting = this.#queue.shift();
        if (waiting === undefined) break;
        batch.push(waiting);
        size += waiting.entries.length;
      }
      if (this.#queue.length > 0) this.#drain();
      try {
        await this.#appendBatch(batch);
      } catch (error) {
        for (const waiting of batch) waiting.reject(error);
      }
    });
  }

  async #appendBatch(batch: readonly Waiting[]): Promise<void> {
    this.#index.refresh();
    const changes = new Changes(this.#reads, this.#rules);
    const records: Buffer[] = [];
    const accepted: Place[] = [];
    const before = this.#log.tail;
    const outcomes = batch.map(({ entries, now }) =>
      entries.map((entry): Outcome => {
        const refusal = changes.refusal(entry, now);
        if (refusal !== undefined) return refusal;
        const record = encodeRecord(entry);
        const place = this.#log.place(record.length, accepted.at(-1));
        records.push(record);
        accepted.push(place);
        changes.store(entry, place);
        return { kind: "stored", offset: place.offset };
      }),
    );
    if (records.length > 0) await this.#log.append(records, accepted);
    // A batch of duplicates takes the same way, so that its time does not tell that it was one.
    try {
      await this.#commit(changes, accepted);
    } catch (cause) {
      this.#log.rollback(before);
      throw new StoreError("store/write", "the index could not be written", { cause });
    }
    batch.forEach((waiting, i) => {
      waiting.resolve(outcomes[i]!);
    });
  }

  /** Writes what was decided, in one transaction, and takes it into account. */
  async #commit(changes: Changes, added: readonly Place[]): Promise<void> {
    const done = this.#erasedKeys.length;
    for (const key of this.#erasedKeys) changes.unmark(key);
    const live = this.#liveBytes.change(added, changes.erased);
    for (const { key, value } of live.writes) changes.mark(key, value);
    changes.mark(META_TAIL, timeBytes(this.#log.tail));
    changes.mark(META_EVENTS, timeBytes(this.#events + changes.added));
    await this.#index.commit(changes.writes);
    this.#marks.note(changes.writes);
    // Nothing of this is true before the commit is: a full disk refuses it.
    live.apply();
    this.#erasedKeys = this.#erasedKeys.slice(done);
    this.#events += changes.added;
    for (const { pubkey, until } of changes.vanished) this.#vanishing.set(pubkey.toString("hex"), until);
    this.#tail = this.#log.tail;
    if (changes.erased.length > 0) this.#erase(changes.erased);
  }

  /** Overwrites bytes that the index forgot, once the disk has forgotten them too. */
  #erase(places: readonly Place[]): void {
    this.#erasing = this.#erasing.then(async () => {
      try {
        await this.#index.flushed;
        await this.#log.erase(places);
        for (const place of places) this.#erasedKeys.push(prefixed(ERASE, placeBytes(place)));
      } catch {
        // The keys stay in the index; the next opening tries again.
      }
    });
  }

  scan(request: ScanRequest): Scan {
    return new UnionScan(this.#source, request);
  }

  everything(): Scan {
    const unlimited = { defaultLimit: Number.MAX_SAFE_INTEGER, maxWork: Number.MAX_SAFE_INTEGER };
    return new UnionScan(this.#source, { ...unlimited, filters: [{}], viewer: "operator", now: 0 });
  }

  has(id: EventId): boolean {
    const value = this.#index.get(prefixed(ID, Buffer.from(id, "hex")));
    if (value === undefined || this.#vanishing.size === 0) return value !== undefined;
    const record = this.#log.read(readPlace(value));
    return record !== undefined && !this.#source.isVanishing(record);
  }

  async purge(now: number, max: number): Promise<PurgeResult> {
    const result = await this.#exclusively(async () => {
      this.#index.refresh();
      const changes = new Changes(this.#reads, this.#rules);
      const waitsToExpire = purgeExpired(changes, this.#index, this.#log, now, max);
      const more = purgeVanished(changes, this.#index, this.#log, this.#vanishing, max) || waitsToExpire;
      if (changes.writes.length === 0 && this.#erasedKeys.length === 0) return { erased: 0, more };
      await this.#commit(changes, []);
      for (const pubkey of changes.finishedVanishing) this.#vanishing.delete(pubkey);
      return { erased: changes.erased.length, more };
    });
    this.#erasing = this.#erasing.then(() => reclaim(this.#log, this.#liveBytes, this.#index));
    await this.#erasing;
    return result;
  }

  /**
   * Copies the store as it stands to a new folder, while everything goes on; only what is to be erased waits until the
   * copy is whole, and is on the copy's list of what is to be erased.
   */
  backup(target: string): Promise<void> {
    const { signal } = this.#stopping;
    const copied = this.#erasing.then(() =>
      backUp({ index: this.#index, log: this.#log, dir: this.#dir, target, signal }),
    );
    this.#erasing = copied.catch(() => {});
    return copied;
  }

  remove(ids: readonly EventId[], ban: boolean): Promise<number> {
    return this.#change((changes) => {
      let removed = 0;
      for (const id of ids) {
        const bytes = Buffer.from(id, "hex");
        if (changes.removeId(bytes)) removed++;
        if (ban) changes.mark(prefixed(BANNED, bytes));
      }
      return removed;
    });
  }

  allow(id: EventId): Promise<void> {
    return this.#change((changes) => changes.unmark(prefixed(BANNED, Buffer.from(id, "hex"))));
  }

  setVerdict(id: EventId, ring: string): Promise<boolean> {
    return this.#change((changes) => changes.setVerdict(Buffer.from(id, "hex"), ring));
  }

  async getMeta(name: string): Promise<string | undefined> {
    return this.#index.get(metaKey(`set:${name}`))?.toString();
  }

  setMeta(name: string, value: string, expected: string | undefined): Promise<boolean> {
    const key = metaKey(`set:${name}`);
    return this.#change((changes) => {
      if (this.#index.get(key)?.toString() !== expected) return false;
      changes.mark(key, Buffer.from(value));
      return true;
    });
  }

  /** A change that is no event: the log does not have it, so it waits until the index itself is on disk. */
  #change<T>(decide: (changes: Changes) => T): Promise<T> {
    return this.#exclusively(async () => {
      this.#index.refresh();
      const changes = new Changes(this.#reads, this.#rules);
      const result = decide(changes);
      await this.#commit(changes, []);
      await this.#index.flushed;
      return result;
    });
  }

  stats(): StoreStats {
    return { events: this.#events, bytes: this.#liveBytes.total };
  }

  check(signal?: AbortSignal): AsyncIterable<string> {
    return checkStore(this.#index, this.#log, this.#events, signal);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#stopping.abort();
    clearInterval(this.#flushTimer);
    await this.#writing;
    await this.#erasing;
    await this.#index.flushed;
    await this.#log.close();
    await this.#index.close();
    await this.#occupancy[Symbol.asyncDispose]();
  }

  #exclusively<T>(job: () => Promise<T>): Promise<T> {
    if (this.#closed) return Promise.reject(new StoreError("store/closed", "the store was closed"));
    const result = this.#writing.then(job);
    this.#writing = result.then(
      () => {},
      () => {},
    );
    return result;
  }

  readonly #reads: ChangeReads = {
    get: (key) => (this.#marks.mayHave(key) ? this.#index.get(key) : undefined),
    load: (place) => this.#log.read(place),
  };
}
