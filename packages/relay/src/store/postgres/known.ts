/**
 * What decisions about a batch depend on, read from the database in two statements while nobody else may write; then
 * changes.ts decides, as it does for every store. A place is the event's number in the order of commits (`offset`) and
 * the length of its record. Whatever is asked and was not read is a mistake of ours, and is thrown.
 */
import type { Entry } from "../../event/entry.ts";
import { DELETION, kindClass } from "../../event/kind.ts";
import type { ChangeReads } from "../changes.ts";
import {
  ADDRESS,
  addressKey,
  BANNED,
  currentBytes,
  DELETED,
  DELETED_TO,
  ID,
  indexableRecord,
  type Place,
  placeBytes,
  prefixed,
  readPlace,
  VANISHED,
  VERDICT,
} from "../keys.ts";
import { StoredRecord } from "../record.ts";
import type { Session, Statement } from "./database.ts";

/** What is to be read. Keys as in keys.ts, addresses without their first byte. */
export interface Needs {
  /** Is it there? With its time, so that one partition is looked at. */
  readonly duplicates: { readonly id: Buffer; readonly rank: number }[];
  /** Events of which everything is to be known. */
  readonly targets: Buffer[];
  readonly addresses: Buffer[];
  readonly marks: Buffer[];
}

export function noNeeds(): Needs {
  return { duplicates: [], targets: [], addresses: [], marks: [] };
}

export function needsOf(entries: Iterable<Entry>): Needs {
  const needs = noNeeds();
  for (const entry of entries) {
    const { event, id, pubkey } = entry;
    needs.duplicates.push({ id, rank: -event.created_at });
    needs.marks.push(prefixed(VANISHED, pubkey), prefixed(BANNED, id), prefixed(DELETED, id, pubkey));
    if (entry.class === "replaceable" || entry.class === "addressable") {
      needAddress(needs, event.kind, pubkey, entry.class === "addressable" ? entry.d : "");
    }
    if (event.kind !== DELETION) continue;
    for (const [name, value = ""] of event.tags) {
      if (name === "e" && HEX_32.test(value)) needs.targets.push(Buffer.from(value, "hex"));
      const match = name === "a" ? ADDRESS_TAG.exec(value) : null;
      if (match === null || Number(match[1]) > 65_535) continue;
      const kind = Number(match[1]);
      needAddress(needs, kind, pubkey, kindClass(kind) === "addressable" ? match[2]! : "");
    }
  }
  return needs;
}

const HEX_32 = /^[0-9a-f]{64}$/;
const ADDRESS_TAG = /^(\d{1,5}):[0-9a-f]{64}:(.*)$/s;

function needAddress(needs: Needs, kind: number, pubkey: Buffer, d: string): void {
  needs.addresses.push(addressKey(ADDRESS, kind, pubkey, d).subarray(1));
  needs.marks.push(addressKey(DELETED_TO, kind, pubkey, d));
}

const DUPLICATES: Statement = {
  name: "known-ids",
  text: `select e.id, e.seq, e.length from unnest($1::bytea[], $2::bigint[]) u(id, rank)
         join event e on e.id = u.id and e.rank = u.rank`,
};

const RECORDS: Statement = {
  name: "known-records",
  text: `select seq, record, address, ring from event where id = any($1::bytea[])
         union all
         select seq, record, address, ring from event where address = any($2::bytea[]) and not id = any($1::bytea[])`,
};

const MARKS: Statement = { name: "known-marks", text: "select key, value from mark where key = any($1::bytea[])" };

export interface RecordRow {
  readonly seq: string;
  readonly record: Buffer;
  readonly address: Buffer | null;
  readonly ring: Buffer | null;
  readonly [other: string]: unknown;
}

const text = (key: Uint8Array): string => Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString("latin1");

export class Known implements ChangeReads {
  readonly #values = new Map<string, Buffer | undefined>();
  readonly #records = new Map<number, StoredRecord>();

  static async read(session: Session, needs: Needs): Promise<Known> {
    const known = new Known();
    for (const { id } of needs.duplicates) known.#values.set(text(prefixed(ID, id)), undefined);
    for (const id of needs.targets) known.#values.set(text(prefixed(ID, id)), undefined);
    for (const address of needs.addresses) known.#values.set(text(prefixed(ADDRESS, address)), undefined);
    for (const key of needs.marks) known.#values.set(text(key), undefined);
    if (needs.duplicates.length > 0) {
      const columns = [needs.duplicates.map(({ id }) => id), needs.duplicates.map(({ rank }) => rank)];
      for (const row of await session.query<{ id: Buffer; seq: string; length: number }>(DUPLICATES, columns)) {
        const place = placeBytes({ offset: Number(row.seq), length: row.length });
        known.#values.set(text(prefixed(ID, row.id)), place);
      }
    }
    if (needs.targets.length + needs.addresses.length > 0) {
      const rows = await session.query<RecordRow>(RECORDS, [needs.targets, needs.addresses]);
      for (const row of rows) known.add(row);
    }
    if (needs.marks.length > 0) {
      for (const { key, value } of await session.query<{ key: Buffer; value: Buffer }>(MARKS, [needs.marks])) {
        known.#values.set(text(key), value);
      }
    }
    return known;
  }

  /** An event that is there, with all that it says; returns its place. */
  add(row: RecordRow): Place {
    const record = new StoredRecord(row.record);
    const place = { offset: Number(row.seq), length: row.record.length };
    this.#records.set(place.offset, record);
    this.#values.set(text(prefixed(ID, record.idBytes)), placeBytes(place));
    if (row.ring !== null) this.#values.set(text(prefixed(VERDICT, record.idBytes)), row.ring);
    if (row.address !== null) {
      const { createdAt, id } = indexableRecord(record);
      this.#values.set(text(prefixed(ADDRESS, row.address)), currentBytes(createdAt, id, place));
    }
    return place;
  }

  get(key: Buffer): Buffer | undefined {
    const name = text(key);
    const value = this.#values.get(name);
    if (value !== undefined || this.#values.has(name)) return value;
    // Of an event that was not there before there is no verdict.
    if (key[0] === VERDICT) return undefined;
    throw new Error(`a decision depends on a key of index ${key[0]} that was not read`);
  }

  /** Of an event that was read as a target. */
  recordOf(id: Buffer): StoredRecord | undefined {
    const value = this.get(prefixed(ID, id));
    return value && this.load(readPlace(value));
  }

  load(place: Place): StoredRecord | undefined {
    return this.#records.get(place.offset);
  }
}
