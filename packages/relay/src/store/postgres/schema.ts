/**
 * The tables, as numbered steps that each run once, in one transaction, whoever starts first.
 *
 *   state      one row: the next place in the order of commits, and counts. Whoever writes holds its lock.
 *   event      by time, in partitions; `record` is the record of record.ts, which holds everything
 *   event_tag  what tags are found by (keys.ts, TAG), verdicts on proofs among them
 *   mark       what authors and the operator decided, under the keys of keys.ts
 *   vanishing  authors whose deletion is at work: nothing of theirs is found any more
 *   meta       settings
 *
 * `rank` is created_at with its sign changed, so that ascending order is the order of answers (NIP-01).
 */
import { StoreError } from "../store.ts";
import type { Database, Session } from "./database.ts";

const STEPS: readonly string[] = [
  `
  create table state (
    one boolean primary key default true check (one),
    next bigint not null default 0,
    events bigint not null default 0,
    bytes bigint not null default 0,
    -- Partitions of their own begin and end at these times.
    spans_from bigint not null,
    spans_to bigint not null
  ) with (fillfactor = 10, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0);

  create table event (
    rank bigint not null,
    id bytea not null,
    seq bigint not null,
    kind integer not null,
    pubkey bytea not null,
    expires bigint,
    address bytea,
    ring bytea,
    judged bigint,
    length integer not null,
    record bytea not null
  ) partition by range (rank);
  alter table event alter column record set storage external;
  create unique index on event (id, rank);
  create index on event (rank, id);
  create index on event (kind, rank, id);
  create index on event (pubkey, rank, id);
  create index on event (pubkey, kind, rank, id);
  create index on event (seq);
  create index on event (expires) where expires is not null;
  create index on event (address) where address is not null;
  create index on event (judged) where judged is not null;

  create table event_tag (
    tag bytea not null,
    rank bigint not null,
    id bytea not null,
    primary key (tag, rank, id)
  ) partition by range (rank);

  create table mark (key bytea primary key, value bytea not null);
  create table vanishing (pubkey bytea primary key, until bigint not null);
  create table meta (name text primary key, value text not null, seq bigint not null);
  create index on meta (seq);
  `,
];

/** Any number, the same for all relays: who holds this lock migrates. */
const LOCK = 0x5b_20_5a;

export const TABLES_BY_TIME = ["event", "event_tag"] as const;

/** Brings the database to this version; processes that start at the same time wait for the first. */
export async function migrate(database: Database, from: number): Promise<void> {
  const { schema } = database;
  await database.transaction(async (session) => {
    await session.script(`select pg_advisory_xact_lock(${LOCK})`);
    await session.script(`create schema if not exists ${schema}`);
    await session.script(`
      create table if not exists migration (version integer primary key, at timestamptz not null default now())`);
    const [row] = await session.script<{ version: number | null }>("select max(version) as version from migration");
    const version = row?.version ?? 0;
    if (version > STEPS.length) {
      throw new StoreError("store/format", "this database belongs to a later version of the relay; run that one");
    }
    for (let step = version; step < STEPS.length; step++) {
      await session.script(STEPS[step]!);
      await session.script(`insert into migration (version) values (${step + 1})`);
    }
    if (version === 0) await begin(session, from);
  });
}

/** Partitions for everything before and after those of their own. */
async function begin(session: Session, from: number): Promise<void> {
  await session.script(`insert into state (spans_from, spans_to) values (${from}, ${from})`);
  for (const table of TABLES_BY_TIME) {
    await session.script(`
      create table ${table}_later partition of ${table} for values from (minvalue) to (${1 - from});
      create table ${table}_earlier partition of ${table} for values from (${1 - from}) to (maxvalue)`);
  }
}
