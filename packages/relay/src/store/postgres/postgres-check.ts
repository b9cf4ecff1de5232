/**
 * Reads everything back and says, in sentences, what does not fit together: every record is whole and is what was
 * signed, the columns say what the record says, every tag is there and no other, and the counts agree.
 */
import type { SignedEvent } from "@subrosa/core/nostr/event";
import { Entry } from "../../event/entry.ts";
import { kindClass } from "../../event/kind.ts";
import { ADDRESS, addressKey, indexableRecord, scanKeys, TAG, verdictKeys } from "../keys.ts";
import { SUFFIX } from "../position.ts";
import { inspectRecord, StoredRecord } from "../record.ts";
import type { Database, Row, Statement } from "./database.ts";

const PAGE: Statement = {
  name: "check-page",
  text: `select rank, id, seq, kind, pubkey, expires, address, ring, length, record from event
         where rank >= $1::bigint and (rank, id) > ($1::bigint, $2::bytea) order by rank, id limit 200`,
};
const TAGGED: Statement = {
  name: "check-tags",
  text: `select u.n from unnest($1::bytea[], $2::bigint[], $3::bytea[]) with ordinality u(tag, rank, id, n)
         where not exists (select from event_tag t where t.tag = u.tag and t.rank = u.rank and t.id = u.id)`,
};
const COUNTS: Statement = {
  name: "check-counts",
  text: `select (select events from state) as events, (select bytes from state) as bytes,
           (select count(*) from event_tag) as tags, (select coalesce(max(seq), -1) from event) as last,
           (select next from state) as next`,
};

interface Stored extends Row {
  readonly rank: string;
  readonly id: Buffer;
  readonly seq: string;
  readonly kind: number;
  readonly pubkey: Buffer;
  readonly expires: string | null;
  readonly address: Buffer | null;
  readonly ring: Buffer | null;
  readonly length: number;
  readonly record: Buffer;
}

export async function* checkDatabase(database: Database, signal?: AbortSignal): AsyncIterable<string> {
  let [events, bytes, tags] = [0, 0, 0];
  const addresses = new Set<string>();
  for await (const rows of pages(database)) {
    signal?.throwIfAborted();
    const expected: { readonly of: string; readonly tag: Buffer; readonly rank: string; readonly id: Buffer }[] = [];
    for (const row of rows) {
      events++;
      bytes += row.length;
      const of = row.id.toString("hex");
      const fault = faultOf(row);
      if (fault !== undefined) {
        yield `event ${of}: ${fault}`;
        continue;
      }
      const address = row.address?.toString("latin1");
      if (address !== undefined && addresses.has(address)) yield `event ${of}: another version of it is stored`;
      if (address !== undefined) addresses.add(address);
      for (const tag of tagsOf(row)) expected.push({ of, tag, rank: row.rank, id: row.id });
    }
    tags += expected.length;
    const columns = [expected.map(({ tag }) => tag), expected.map(({ rank }) => rank), expected.map(({ id }) => id)];
    for (const { n } of await database.read<{ n: string }>(TAGGED, columns)) {
      yield `event ${expected[Number(n) - 1]!.of}: it is not found by one of its tags`;
    }
  }
  const [counts] = await database.read<Record<"events" | "bytes" | "tags" | "last" | "next", string>>(COUNTS);
  if (Number(counts!.events) !== events) yield `${events} events are stored, ${counts!.events} were counted`;
  if (Number(counts!.bytes) !== bytes) yield `${bytes} bytes are stored, ${counts!.bytes} were counted`;
  if (Number(counts!.tags) !== tags) yield `there are ${counts!.tags} tags, the events call for ${tags}`;
  if (Number(counts!.last) >= Number(counts!.next)) yield "an event has a number that was not given out yet";
}

async function* pages(database: Database): AsyncIterable<readonly Stored[]> {
  let after: readonly [rank: string, id: Buffer] = ["-9223372036854775808", Buffer.alloc(0)];
  for (;;) {
    const rows = await database.read<Stored>(PAGE, after);
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows;
    after = [last.rank, last.id];
  }
}

function faultOf(row: Stored): string | undefined {
  const { state, length } = inspectRecord(row.record);
  if (state !== "live" || length !== row.length || length !== row.record.length) return "its record is not whole";
  const record = new StoredRecord(row.record);
  // Our own JSON; whether it still is what was signed is the question.
  const event = JSON.parse(record.json.toString()) as SignedEvent;
  const isItself = event.id === record.id && record.idBytes.equals(row.id) && Entry.identify(event) !== undefined;
  if (!isItself) return "what is stored has another id";
  const { createdAt, kind, pubkey, expiration, d } = indexableRecord(record);
  const kindOf = kindClass(kind);
  const isReplaceable = kindOf === "replaceable" || kindOf === "addressable";
  const address = isReplaceable ? addressKey(ADDRESS, kind, pubkey, d).subarray(1) : undefined;
  const agrees =
    Number(row.rank) === -createdAt &&
    row.kind === kind &&
    row.pubkey.equals(pubkey) &&
    Number(row.expires ?? 0) === expiration &&
    row.address?.toString("hex") === address?.toString("hex");
  return agrees ? undefined : "its columns do not say what its record says";
}

function tagsOf({ record, seq, ring }: Stored): Buffer[] {
  const indexable = indexableRecord(new StoredRecord(record));
  const place = { offset: Number(seq), length: record.length };
  const keys = scanKeys(indexable, place).filter((key) => key[0] === TAG);
  if (ring !== null) keys.push(...verdictKeys(indexable, place, ring.toString("hex")));
  return keys.map((key) => key.subarray(1, key.length - SUFFIX));
}
