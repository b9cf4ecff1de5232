/**
 * The store on PostgreSQL, for several processes that are one relay.
 *
 * Whoever writes holds the lock of `state` from before he reads what decisions depend on until he has committed. So all
 * processes together are one writer with group commit, decide as the embedded store does (changes.ts), and number what
 * they store in the order in which it becomes visible (follower.ts). An outcome is given out after its commit and after
 * everything before it was handed on.
 *
 * Not here: overwriting bytes. What is deleted is deleted in SQL; docs/guide/postgres.md says when its bytes go.
 */
import { randomBytes } from "node:crypto";
import type { EventId } from "@subrosa/core/bytes";
import type { SignedEvent } from "@subrosa/core/nostr/event";
import type { Entry } from "../../event/entry.ts";
import { VANISH } from "../../event/kind.ts";
import { Changes } from "../changes.ts";
import { BANNED, prefixed } from "../keys.ts";
import { encodeRecord, type StoredRecord } from "../record.ts";
import {
  type Outcome,
  type PurgeResult,
  type Scan,
  type ScanRequest,
  type SharedStore,
  type Store,
  StoreError,
  type StoreFollower,
  type StoreRules,
  type StoreStats,
} from "../store.ts";
import { apply, type Placed } from "./apply.ts";
import { Database, type Session, type Statement } from "./database.ts";
import { cutUp } from "./ephemeral.ts";
import { commitChannel, ephemeralChannel, Follower, UNREACHABLE } from "./follower.ts";
import { Known, type Needs, needsOf, noNeeds } from "./known.ts";
import { checkDatabase } from "./postgres-check.ts";
import { purgeSlice } from "./postgres-purge.ts";
import { PostgresScan } from "./postgres-scan.ts";
import { migrate } from "./schema.ts";
import { extendSpans, firstSpan, SPAN_SECONDS } from "./spans.ts";

export interface PostgresStoreOptions extends Partial<StoreRules> {
  /** postgres://…; empty where PGHOST and its like say where. */
  readonly connectionString: string;
  readonly schema?: string;
  readonly durability?: "full" | "relaxed";
  /** Connections that read; besides them a process has one that writes and one that listens. */
  readonly readers?: number;
  /** How long one statement of a query may take before the query is refused as too much. */
  readonly queryMs?: number;
  /** Seconds since 1970, for the partitions. */
  readonly clock?: () => number;
  /** How much time one partition holds. */
  readonly spanSeconds?: number;
}

interface Waiting {
  readonly entries: readonly Entry[];
  readonly now: number;
  readonly resolve: (outcomes: readonly Outcome[]) => void;
  readonly reject: (error: unknown) => void;
}

interface State {
  readonly next: number;
  readonly events: number;
  readonly bytes: number;
}

/** What one transaction leaves to be told. */
interface Written<T> {
  readonly result: T;
  readonly placed: readonly Placed[];
  readonly tell?: (follower: StoreFollower) => void;
}

const MAX_BATCH = 1_000;
const MAX_BATCH_BYTES = 8 << 20;
/** More than a crash of the database can make it forget; see `#begin`. */
const SKIP = 2 ** 20;
const SPANS_EVERY_S = 3_600;

const BEGIN = "select next, events, bytes from state for update";
const HAS: Statement = {
  name: "has",
  text: `select 1 from event e where id = $1::bytea and not exists (select from vanishing v
         where v.pubkey = e.pubkey and v.until >= -e.rank and e.kind <> ${VANISH})`,
};
const WAITS: Statement = {
  name: "purge-waits",
  text: `select exists (select from event where expires <= $1::bigint) or exists (select from vanishing) as waits`,
};
const GET_META: Statement = { name: "meta", text: "select value from meta where name = $1::text" };
const SET_META: Statement = {
  name: "meta-set",
  text: `insert into meta (name, value, seq) values ($1::text, $2::text, $3::bigint)
         on conflict (name) do update set value = excluded.value, seq = excluded.seq`,
};
const NOTIFY: Statement = {
  name: "notify",
  text: "select pg_notify($1::text, piece) from unnest($2::text[]) piece",
};

export async function openPostgresStore(options: PostgresStoreOptions): Promise<PostgresStore> {
  const store = new PostgresStore(options);
  try {
    await store.open();
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}

export class PostgresStore implements Store, SharedStore {
  readonly #database: Database;
  readonly #rules: StoreRules;
  readonly #clock: () => number;
  readonly #spanSeconds: number;
  readonly #process = randomBytes(8).toString("hex");
  readonly #follower: Follower;
  readonly #queue: Waiting[] = [];
  /** Every write of this process waits for the one before. */
  #writing: Promise<void> = Promise.resolve();
  #draining = false;
  #closed = false;
  #broadcasts = 0;
  #spansCheckedAt = 0;

  constructor(options: PostgresStoreOptions) {
    const { connectionString, schema = "subrosa", durability = "full", readers = 4, queryMs = 5_000 } = options;
    this.#database = new Database({ connectionString, schema, durability, readers, queryMs });
    this.#rules = { recipientDeletesWraps: options.recipientDeletesWraps ?? false };
    this.#clock = options.clock ?? ((): number => Math.floor(Date.now() / 1_000));
    this.#spanSeconds = options.spanSeconds ?? SPAN_SECONDS;
    this.#follower = new Follower(this.#database, this.#process);
  }

  async open(): Promise<void> {
    await migrate(this.#database, firstSpan(this.#clock(), this.#spanSeconds));
    await this.#extendSpans();
    await this.#follower.open();
  }

  async #extendSpans(): Promise<void> {
    const now = this.#clock();
    if (now - this.#spansCheckedAt < SPANS_EVERY_S) return;
    this.#spansCheckedAt = now;
    await extendSpans(this.#database, now, this.#spanSeconds);
  }

  get tail(): number {
    return this.#follower.tail;
  }

  get shared(): SharedStore {
    return this;
  }

  get illness(): string | undefined {
    return this.#follower.illness;
  }

  follow(follower: StoreFollower): void {
    this.#follower.tell(follower);
  }

  async broadcast(entries: readonly Entry[]): Promise<void> {
    this.#refuseWhenIll();
    const pieces = entries.flatMap(({ json }) => cutUp(this.#process, this.#broadcasts++, json));
    await this.#database.read(NOTIFY, [ephemeralChannel(this.#database.schema), pieces]);
  }

  append(entries: readonly Entry[], now: number): Promise<readonly Outcome[]> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ entries, now, resolve, reject });
      this.#drain();
    });
  }

  #drain(): void {
    if (this.#draining) return;
    this.#draining = true;
    this.#exclusively(async () => {
      this.#draining = false;
      const batch = this.#nextBatch();
      if (this.#queue.length > 0) this.#drain();
      try {
        const outcomes = await this.#appendBatch(batch);
        batch.forEach((waiting, i) => {
          waiting.resolve(outcomes[i]!);
        });
      } catch (error) {
        for (const waiting of batch) waiting.reject(error);
      }
    }).catch((error: unknown) => {
      for (const waiting of this.#queue.splice(0)) waiting.reject(error);
    });
  }

  #nextBatch(): Waiting[] {
    const batch: Waiting[] = [];
    let bytes = 0;
    for (let size = 0; size < MAX_BATCH && bytes < MAX_BATCH_BYTES; ) {
      const waiting = this.#queue.shift();
      if (waiting === undefined) break;
      batch.push(waiting);
      size += waiting.entries.length;
      for (const { json } of waiting.entries) bytes += json.length;
    }
    return batch;
  }

  #appendBatch(batch: readonly Waiting[]): Promise<readonly (readonly Outcome[])[]> {
    const needs = needsOf(batch.flatMap(({ entries }) => entries));
    return this.#write(needs, async (changes, _, first) => {
      const placed: Placed[] = [];
      const result = batch.map(({ entries, now }) =>
        entries.map((entry): Outcome => {
          const refusal = changes.refusal(entry, now);
          if (refusal !== undefined) return refusal;
          const record = encodeRecord(entry);
          const place = { offset: first + placed.length, length: record.length };
          placed.push({ entry, place, record });
          changes.store(entry, place);
          return { kind: "stored", offset: place.offset };
        }),
      );
      const tell = (follower: StoreFollower): void => {
        for (const { entry } of placed) follower.stored(entry.event, entry.json);
      };
      return { result, placed, tell };
    });
  }

  /**
   * One transaction: takes the lock, reads what decisions need, decides, writes, commits; then hands on. Numbers that a
   * crash of the database made it forget may have been seen: whoever writes on a new connection leaves a gap for them.
   */
  async #write<T>(
    needs: Needs,
    decide: (changes: Changes, known: Known, first: number, session: Session) => Promise<Written<T>>,
  ): Promise<T> {
    this.#refuseWhenIll();
    const { own, result } = await this.#database.numbering(async (session) => {
      const [row] = await session.script<{ next: string; events: string; bytes: string }>(BEGIN);
      const state: State = { next: Number(row!.next), events: Number(row!.events), bytes: Number(row!.bytes) };
      const first = session.isNew ? state.next + SKIP : state.next;
      const known = await Known.read(session, needs);
      const changes = new Changes(known, this.#rules);
      const written = await decide(changes, known, first, session);
      const { placed, tell = SAYS_NOTHING } = written;
      const next = first + Math.max(1, placed.length);
      const places = { first, next, channel: commitChannel(this.#database.schema) };
      const applied = await apply(session, changes, known, placed, places);
      const counts = { events: state.events + applied.events, bytes: state.bytes + applied.bytes };
      return { own: { before: state.next, next, ...counts, tell }, result: written.result };
    });
    await this.#follower.committed(own);
    return result;
  }

  /** Nobody waits for a database of which it is known that it is not there. */
  #refuseWhenIll(): void {
    if (this.#follower.illness !== undefined) throw new StoreError("store/unavailable", UNREACHABLE);
  }

  scan(request: ScanRequest): Scan {
    const listens = request.before !== undefined;
    return new PostgresScan(this.#database, request, () => (listens ? this.#follower.catchUp() : Promise.resolve()));
  }

  everything(): Scan {
    const unlimited = { defaultLimit: Number.MAX_SAFE_INTEGER, maxWork: Number.MAX_SAFE_INTEGER };
    return this.scan({ ...unlimited, filters: [{}], viewer: "operator", now: 0 });
  }

  async has(id: EventId): Promise<boolean> {
    return (await this.#database.read(HAS, [Buffer.from(id, "hex")])).length > 0;
  }

  async purge(now: number, max: number): Promise<PurgeResult> {
    await this.#extendSpans();
    const [row] = await this.#database.read<{ waits: boolean }>(WAITS, [now]);
    if (row?.waits !== true) return { erased: 0, more: false };
    return this.#exclusively(() =>
      this.#write(noNeeds(), async (changes, known, _, session) => {
        const result = await purgeSlice(session, changes, known, { now, max });
        return { result, placed: [] };
      }),
    );
  }

  remove(ids: readonly EventId[], ban: boolean): Promise<number> {
    const targets = ids.map((id) => Buffer.from(id, "hex"));
    return this.#change({ ...noNeeds(), targets }, (changes) => {
      let removed = 0;
      for (const id of targets) {
        if (changes.removeId(id)) removed++;
        if (ban) changes.mark(prefixed(BANNED, id));
      }
      return removed;
    });
  }

  async allow(id: EventId): Promise<void> {
    await this.#change(noNeeds(), (changes) => changes.unmark(prefixed(BANNED, Buffer.from(id, "hex"))));
  }

  setVerdict(id: EventId, ring: string): Promise<boolean> {
    const bytes = Buffer.from(id, "hex");
    return this.#exclusively(() =>
      this.#write({ ...noNeeds(), targets: [bytes] }, async (changes, known) => {
        const result = changes.setVerdict(bytes, ring);
        const record = known.recordOf(bytes);
        const tell = (follower: StoreFollower): void => {
          if (record !== undefined) follower.verified(eventOf(record), record.json, ring);
        };
        return { result, placed: [], tell };
      }),
    );
  }

  async getMeta(name: string): Promise<string | undefined> {
    return (await this.#database.read<{ value: string }>(GET_META, [name]))[0]?.value;
  }

  setMeta(name: string, value: string, expected: string | undefined): Promise<boolean> {
    return this.#exclusively(() =>
      this.#write(noNeeds(), async (_, __, first, session) => {
        const [row] = await session.query<{ value: string }>(GET_META, [name]);
        const result = row?.value === expected;
        if (result) await session.query(SET_META, [name, value, first]);
        const tell = (follower: StoreFollower): void => {
          if (result) follower.changed(name);
        };
        return { result, placed: [], tell };
      }),
    );
  }

  #change<T>(needs: Needs, decide: (changes: Changes) => T): Promise<T> {
    return this.#exclusively(() => this.#write(needs, async (changes) => ({ result: decide(changes), placed: [] })));
  }

  stats(): StoreStats {
    const { events, bytes } = this.#follower;
    return { events, bytes };
  }

  check(signal?: AbortSignal): AsyncIterable<string> {
    return checkDatabase(this.#database, signal);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#writing;
    await this.#follower.close();
    await this.#database.close();
  }

  async #exclusively<T>(job: () => Promise<T>): Promise<T> {
    if (this.#closed) throw new StoreError("store/closed", "the store was closed");
    const result = this.#writing.then(job);
    this.#writing = result.then(
      () => {},
      () => {},
    );
    return result;
  }
}

/** Our own JSON, written by Entry. */
function eventOf(record: StoredRecord): SignedEvent {
  return JSON.parse(record.json.toString()) as SignedEvent;
}

const SAYS_NOTHING = (): void => {};
