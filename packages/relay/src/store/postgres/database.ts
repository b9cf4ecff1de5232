/**
 * The connections to PostgreSQL: several that read, one that writes, and what is set on each. Lost ones are replaced
 * when they are next needed; what was asked on a lost one fails with `store/unavailable`.
 *
 * Which index answers a question is decided by the relay's own planner, so for readers the server's choices are turned
 * off: it walks the index it is told, with or without statistics. Connection strings stand in no error and no log.
 */
import { UsageError } from "@subrosa/core/errors";
import pg from "pg";
import { StoreError } from "../store.ts";

export interface DatabaseOptions {
  /** postgres://…; empty where PGHOST and its like say where. */
  readonly connectionString: string;
  /** All tables are in here, so a database may hold other things. */
  readonly schema: string;
  readonly durability: "full" | "relaxed";
  readonly readers: number;
  /** One statement of a query may take so long. */
  readonly queryMs: number;
}

/** Prepared once on each connection. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

export type Row = Readonly<Record<string, unknown>>;

export interface Session {
  /** No number was given out and committed on this connection yet; see `#write` of the store. */
  readonly isNew: boolean;
  query<R extends Row = Row>(statement: Statement, values?: readonly unknown[]): Promise<readonly R[]>;
  /** Several statements without parameters, in one message; the rows of the last. */
  script<R extends Row = Row>(text: string): Promise<readonly R[]>;
}

/** A writer that hangs lets go of the others after this long. */
const WRITE_MS = 30_000;
const CONNECT_MS = 10_000;

const READER_SETTINGS = `
  set jit = off; set enable_seqscan = off; set enable_bitmapscan = off; set enable_sort = off; set enable_hashjoin = off;
  set enable_mergejoin = off; set enable_hashagg = off; set enable_material = off; set enable_memoize = off;
  set plan_cache_mode = force_generic_plan; set synchronous_commit = off`;

export class Database {
  readonly schema: string;
  readonly #config: pg.ClientConfig;
  readonly #readers: pg.Pool;
  readonly #writer: pg.Pool;
  readonly #new = new WeakSet<pg.ClientBase>();

  constructor({ connectionString, schema, durability, readers, queryMs }: DatabaseOptions) {
    if (!/^[a-z_][a-z0-9_]{0,40}$/.test(schema)) {
      throw new UsageError("usage/range", "a schema's name is made of lowercase letters, digits and _");
    }
    this.schema = schema;
    this.#config = {
      ...(connectionString !== "" && { connectionString }),
      application_name: "subrosa-relay",
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      connectionTimeoutMillis: CONNECT_MS,
    };
    checkConnectionString(this.#config);
    const pool = (max: number, settings: string, timeout: number): pg.Pool => {
      const onConnect = async (client: pg.ClientBase): Promise<void> => {
        client.on("error", () => {});
        this.#new.add(client);
        await client.query(`set search_path to ${schema}; ${settings}`);
      };
      const timeouts = { statement_timeout: timeout, query_timeout: timeout + CONNECT_MS };
      const made = new pg.Pool({ ...this.#config, ...timeouts, max, idleTimeoutMillis: 0, onConnect });
      // An idle connection was lost: the pool has dropped it already.
      made.on("error", () => {});
      return made;
    };
    const commit = durability === "full" ? "on" : "off";
    this.#readers = pool(readers, READER_SETTINGS, queryMs);
    this.#writer = pool(
      1,
      `set jit = off; set enable_seqscan = off; set enable_hashjoin = off; set enable_mergejoin = off;
         set synchronous_commit = ${commit}; set lock_timeout = '${WRITE_MS / 2}ms';
         set idle_in_transaction_session_timeout = '${WRITE_MS / 2}ms'; set tcp_keepalives_idle = 10;
         set tcp_keepalives_interval = 5; set tcp_keepalives_count = 3`,
      WRITE_MS,
    );
  }

  async read<R extends Row = Row>(statement: Statement, values: readonly unknown[] = []): Promise<readonly R[]> {
    return this.#use(this.#readers, (session) => session.query<R>(statement, values));
  }

  /** All or nothing. Whoever gets an error where the connection broke at the commit cannot know which. */
  async transaction<T>(work: (session: Session) => Promise<T>): Promise<T> {
    return this.#use(this.#writer, async (session) => {
      await session.script("begin");
      const result = await work(session);
      await session.script("commit");
      return result;
    });
  }

  /** A transaction that gives out numbers of the order of commits. */
  async numbering<T>(work: (session: Session) => Promise<T>): Promise<T> {
    return this.#use(this.#writer, async (session, client) => {
      await session.script("begin");
      const result = await work(session);
      await session.script("commit");
      this.#new.delete(client);
      return result;
    });
  }

  async #use<T>(pool: pg.Pool, work: (session: Session, client: pg.ClientBase) => Promise<T>): Promise<T> {
    let client: pg.PoolClient;
    try {
      client = await pool.connect();
    } catch (error) {
      throw asStoreError(error);
    }
    try {
      const result = await work(sessionOf(client, this.#new.has(client)), client);
      client.release();
      return result;
    } catch (error) {
      // A connection after an error may be in the middle of anything; closing it rolls back.
      client.release(true);
      throw error;
    }
  }

  /** A connection of one's own, for listening: the caller ends it. */
  async connect(): Promise<{ readonly client: pg.Client; readonly session: Session }> {
    const client = new pg.Client(this.#config);
    client.on("error", () => {});
    try {
      await client.connect();
      await client.query(`set search_path to ${this.schema}; ${READER_SETTINGS}`);
    } catch (error) {
      await client.end().catch(() => {});
      throw asStoreError(error);
    }
    return { client, session: sessionOf(client, true) };
  }

  async close(): Promise<void> {
    await Promise.all([this.#readers.end(), this.#writer.end()]);
  }
}

/** What cannot be read is not shown: it may hold a password. */
function checkConnectionString(config: pg.ClientConfig): void {
  try {
    new pg.Client(config);
  } catch {
    throw new UsageError("usage/range", "the connection string is not right; it looks like postgres://user@host/name");
  }
}

function sessionOf(client: pg.ClientBase, isNew: boolean): Session {
  return {
    isNew,
    async query<R extends Row>(statement: Statement, values: readonly unknown[] = []) {
      try {
        return (await client.query<R>({ ...statement, values: [...values] })).rows;
      } catch (error) {
        throw asStoreError(error);
      }
    },
    async script<R extends Row>(text: string) {
      try {
        const results = (await client.query<R>(text)) as pg.QueryResult<R> | pg.QueryResult<R>[];
        return (Array.isArray(results) ? results.at(-1)?.rows : results.rows) ?? [];
      } catch (error) {
        throw asStoreError(error);
      }
    },
  };
}

/** Shutting down, starting up, too many connections, no lock in time; `08`: the connection itself. */
const UNAVAILABLE = /^(08|57P0|53300|55P03|25P03)/;
const CANCELED = "57014";

/** PostgreSQL's own words are about tables and columns, never about what is in them, unless a value could not be read. */
function asStoreError(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const code = error instanceof pg.DatabaseError ? (error.code ?? "") : "08";
  if (code === CANCELED) return new QueryTooLong();
  if (UNAVAILABLE.test(code)) {
    return new StoreError("store/unavailable", "the database cannot be reached", { cause: error });
  }
  return new StoreError("store/write", `the database refused (${code})`, { cause: error });
}

/** The bound on one statement was reached. */
export class QueryTooLong extends StoreError {
  constructor() {
    super("store/write", "a statement took longer than it may");
  }
}
