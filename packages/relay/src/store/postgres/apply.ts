/**
 * Writes what was decided about a batch, and wakes the other processes when it commits.
 *
 * `changes.writes` names keys of the embedded index. Those that only find events are columns here and need nothing;
 * tags, marks, vanishing authors and verdicts become rows. The last write of a key counts. Bytes go as one block each,
 * cut apart by the database, which costs half of sending them one by one.
 */
import type { Entry } from "../../event/entry.ts";
import type { Changes, Write } from "../changes.ts";
import {
  ADDRESS,
  addressKey,
  BANNED,
  DELETED,
  DELETED_TO,
  ID,
  type Place,
  prefixed,
  readPlace,
  readTimeBytes,
  TAG,
  VANISHED,
  VANISHING,
  VERDICT,
} from "../keys.ts";
import { readPosition, SUFFIX } from "../position.ts";
import { AT_ID, AT_PUBKEY } from "../record.ts";
import type { Session, Statement } from "./database.ts";
import type { Known } from "./known.ts";

export interface Placed {
  readonly entry: Entry;
  readonly place: Place;
  readonly record: Buffer;
}

export interface Applied {
  readonly events: number;
  readonly bytes: number;
}

const STORE: Statement = {
  name: "apply",
  text: `
    with stored as (
      insert into event (rank, id, seq, kind, pubkey, expires, address, length, record)
      select rank, substring($1::bytea from at + ${AT_ID + 1} for 32), seq, kind,
        substring($1 from at + ${AT_PUBKEY + 1} for 32), expires, address, length, substring($1 from at + 1 for length)
      from unnest($2::integer[], $3::integer[], $4::bigint[], $5::bigint[], $6::integer[], $7::bigint[], $8::bytea[])
        u(at, length, seq, rank, kind, expires, address)
    ), tagged as (
      insert into event_tag (tag, rank, id)
      select substring($9::bytea from at + 1 for length), rank, substring($12::bytea from 32 * n::integer - 31 for 32)
      from unnest($10::integer[], $11::integer[], $13::bigint[]) with ordinality u(at, length, rank, n)
      on conflict do nothing
    ), counted as (
      update state set next = $14::bigint, events = events + $15::bigint, bytes = bytes + $16::bigint
    )
    select pg_notify($17::text, '')`,
};

const REMOVE: Statement = {
  name: "apply-remove",
  text: `delete from event e using unnest($1::bytea[], $2::bigint[]) u(id, rank) where e.id = u.id and e.rank = u.rank`,
};

const UNTAG: Statement = {
  name: "apply-untag",
  text: `delete from event_tag t using unnest($1::bytea[], $2::bigint[], $3::bytea[]) u(tag, rank, id)
         where t.tag = u.tag and t.rank = u.rank and t.id = u.id`,
};

const MARK: Statement = {
  name: "apply-mark",
  text: `insert into mark (key, value) select key, value from unnest($1::bytea[], $2::bytea[]) u(key, value)
         on conflict (key) do update set value = excluded.value`,
};
const UNMARK: Statement = { name: "apply-unmark", text: "delete from mark where key = any($1::bytea[])" };

const VANISH: Statement = {
  name: "apply-vanish",
  text: `insert into vanishing (pubkey, until) select pubkey, until from unnest($1::bytea[], $2::bigint[]) u(pubkey, until)
         on conflict (pubkey) do update set until = greatest(vanishing.until, excluded.until)`,
};
const UNVANISH: Statement = { name: "apply-unvanish", text: "delete from vanishing where pubkey = any($1::bytea[])" };

const JUDGE: Statement = {
  name: "apply-verdict",
  text: `update event e set ring = u.ring, judged = $4::bigint
         from unnest($1::bytea[], $2::bigint[], $3::bytea[]) u(id, rank, ring) where e.id = u.id and e.rank = u.rank`,
};

const MARKS: ReadonlySet<number> = new Set([DELETED, DELETED_TO, VANISHED, BANNED]);

/** `first` is where this batch begins, `next` where the one after it will; `channel` wakes the others. */
export async function apply(
  session: Session,
  changes: Changes,
  known: Known,
  placed: readonly Placed[],
  { first, next, channel }: { readonly first: number; readonly next: number; readonly channel: string },
): Promise<Applied> {
  const erased = new Set(changes.erased.map(({ offset }) => offset));
  const kept = placed.filter(({ place }) => !erased.has(place.offset));
  const gone = changes.erased.filter(({ offset }) => offset < first);
  const bytes = sum(kept.map(({ record }) => record.length)) - sum(gone.map(({ length }) => length));
  const fresh = new Map(placed.map((one) => [one.place.offset, one]));
  const eventAt = (offset: number): { readonly id: Buffer; readonly rank: number } => {
    const entry = fresh.get(offset)?.entry;
    if (entry !== undefined) return { id: entry.id, rank: -entry.event.created_at };
    const record = known.load({ offset, length: 0 });
    if (record === undefined) throw new Error("an event was changed that was not read");
    return { id: record.idBytes, rank: -record.createdAt };
  };

  const last = new Map<string, Write>();
  for (const write of changes.writes) last.set(write.key.toString("latin1"), write);
  const tags: { tag: Buffer; rank: number; id: Buffer }[] = [];
  const untagged: { tag: Buffer; rank: number; id: Buffer }[] = [];
  const marks: Write[] = [];
  const vanishing: Write[] = [];
  const verdicts: Write[] = [];
  for (const write of last.values()) {
    const { key, value } = write;
    const index = key[0]!;
    if (index === TAG) {
      const { offset } = readPosition(key, key.length);
      const row = { tag: key.subarray(1, key.length - SUFFIX), ...eventAt(offset) };
      if (value !== undefined) tags.push(row);
      else if (offset < first) untagged.push(row);
    } else if (MARKS.has(index)) marks.push(write);
    else if (index === VANISHING) vanishing.push(write);
    else if (index === VERDICT && value !== undefined) verdicts.push(write);
  }

  if (gone.length > 0) {
    const events = gone.map(({ offset }) => eventAt(offset));
    await session.query(REMOVE, [events.map(({ id }) => id), events.map(({ rank }) => rank)]);
  }
  if (untagged.length > 0) {
    const columns = [untagged.map(({ tag }) => tag), untagged.map(({ rank }) => rank), untagged.map(({ id }) => id)];
    await session.query(UNTAG, columns);
  }
  await applyMarks(session, marks);
  await applyVanishing(session, vanishing);
  if (verdicts.length > 0) await applyVerdicts(session, verdicts, known, first);

  await session.query(STORE, [
    Buffer.concat(kept.map(({ record }) => record)),
    starts(kept.map(({ record }) => record.length)),
    kept.map(({ record }) => record.length),
    kept.map(({ place }) => place.offset),
    kept.map(({ entry }) => -entry.event.created_at),
    kept.map(({ entry }) => entry.event.kind),
    kept.map(({ entry }) => entry.expiration ?? null),
    kept.map(({ entry }) => addressOf(entry)),
    Buffer.concat(tags.map(({ tag }) => tag)),
    starts(tags.map(({ tag }) => tag.length)),
    tags.map(({ tag }) => tag.length),
    Buffer.concat(tags.map(({ id }) => id)),
    tags.map(({ rank }) => rank),
    next,
    changes.added,
    bytes,
    channel,
  ]);
  return { events: changes.added, bytes };
}

async function applyMarks(session: Session, marks: readonly Write[]): Promise<void> {
  const set = marks.filter(({ value }) => value !== undefined);
  const removed = marks.filter(({ value }) => value === undefined);
  if (set.length > 0) await session.query(MARK, [set.map(({ key }) => key), set.map(({ value }) => value)]);
  if (removed.length > 0) await session.query(UNMARK, [removed.map(({ key }) => key)]);
}

async function applyVanishing(session: Session, writes: readonly Write[]): Promise<void> {
  const begun = writes.flatMap(({ key, value }) =>
    value === undefined ? [] : [{ pubkey: key.subarray(1), until: readTimeBytes(value) }],
  );
  const ended = writes.filter(({ value }) => value === undefined);
  if (begun.length > 0) {
    await session.query(VANISH, [begun.map(({ pubkey }) => pubkey), begun.map(({ until }) => until)]);
  }
  if (ended.length > 0) await session.query(UNVANISH, [ended.map(({ key }) => key.subarray(1))]);
}

async function applyVerdicts(session: Session, verdicts: readonly Write[], known: Known, seq: number): Promise<void> {
  const ids = verdicts.map(({ key }) => key.subarray(1));
  const ranks = ids.map((id) => -known.load(readPlace(known.get(prefixed(ID, id))!))!.createdAt);
  await session.query(JUDGE, [ids, ranks, verdicts.map(({ value }) => value), seq]);
}

/** What tells replaceable and addressable events apart; null for all others. */
function addressOf(entry: Entry): Buffer | null {
  if (entry.class !== "replaceable" && entry.class !== "addressable") return null;
  const d = entry.class === "addressable" ? entry.d : "";
  return addressKey(ADDRESS, entry.event.kind, entry.pubkey, d).subarray(1);
}

/** Where each of these lengths begins when they stand one behind the other. */
function starts(lengths: readonly number[]): number[] {
  let at = 0;
  return lengths.map((length) => {
    at += length;
    return at - length;
  });
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
