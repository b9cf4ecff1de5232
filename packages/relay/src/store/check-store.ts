/**
 * Reads a whole store back and says, in sentences, what does not fit together: every id in the index leads to a whole
 * record of that id whose JSON has that hash, every key leads to such a record, none is missing, and the counts agree.
 */
import type { SignedEvent } from "@subrosa/core/nostr/event";
import { Entry } from "../event/entry.ts";
import {
  ADDRESS,
  AUTHOR,
  AUTHOR_KIND,
  EXPIRY,
  ID,
  indexableRecord,
  KIND,
  type Place,
  prefixed,
  readCurrent,
  readPlace,
  scanKeys,
  TAG,
  TIME,
  VERDICT,
  verdictKeys,
} from "./keys.ts";
import { LiveBytes } from "./live-bytes.ts";
import type { LmdbIndex } from "./lmdb-index.ts";
import { type EventLog, SEGMENT } from "./log.ts";
import { readPosition } from "./position.ts";
import { inspectRecord } from "./record.ts";

const PAUSE_EVERY = 2_000;

export async function* checkStore(
  index: LmdbIndex,
  log: EventLog,
  expected: number,
  signal?: AbortSignal,
): AsyncIterable<string> {
  let events = 0;
  let expectedKeys = 0;
  const bytes = new Map<number, number>();
  for (const [i, { key, value }] of entries(index, ID)) {
    signal?.throwIfAborted();
    if (i % PAUSE_EVERY === PAUSE_EVERY - 1) await new Promise(setImmediate);
    events++;
    const id = key.subarray(1).toString("hex");
    const place = readPlace(value);
    const record = log.read(place);
    if (record === undefined || inspectRecord(record.bytes).state !== "live") {
      yield `event ${id}: its record at ${place.offset} is not whole`;
      continue;
    }
    // Our own JSON; whether it still is what was signed is the question.
    const event = JSON.parse(record.json.toString()) as SignedEvent;
    if (record.id !== id || event.id !== id || Entry.identify(event) === undefined) {
      yield `event ${id}: what is stored has another id`;
    }
    const indexable = indexableRecord(record);
    const ring = index.get(prefixed(VERDICT, indexable.id))?.toString("hex");
    const verdict = ring === undefined ? [] : verdictKeys(indexable, place, ring);
    bytes.set(segmentOf(place), (bytes.get(segmentOf(place)) ?? 0) + place.length);
    for (const scanKey of [...scanKeys(indexable, place), ...verdict]) {
      if (SCANNED.has(scanKey[0]!)) expectedKeys++;
      if (!index.has(scanKey)) yield `event ${id}: missing from index ${scanKey[0]}`;
    }
  }
  if (events !== expected) yield `${events} events are indexed, ${expected} were counted`;
  let keys = 0;
  for (const prefix of SCANNED) {
    for (const [i, { key }] of entries(index, prefix)) {
      signal?.throwIfAborted();
      if (i % PAUSE_EVERY === PAUSE_EVERY - 1) await new Promise(setImmediate);
      keys++;
      const position = readPosition(key, key.length);
      if (log.read(position) === undefined) yield `index ${prefix}: an entry leads to nothing at ${position.offset}`;
    }
  }
  if (keys !== expectedKeys) yield `the indices have ${keys} entries, the events call for ${expectedKeys}`;
  for (const [, { key }] of entries(index, EXPIRY)) {
    if (log.read(readPlace(key, 7)) === undefined) yield `an expiry leads to nothing at ${readPlace(key, 7).offset}`;
  }
  for (const [, { key }] of entries(index, VERDICT)) {
    const id = key.subarray(1);
    if (!index.has(prefixed(ID, id))) yield `a verdict is about event ${id.toString("hex")}, which is not stored`;
  }
  const counted = new LiveBytes();
  counted.load(index);
  for (const segment of new Set([...log.segments, ...bytes.keys()])) {
    const found = bytes.get(segment) ?? 0;
    if (counted.of(segment) !== found) {
      yield `segment ${segment}: ${found} bytes live, ${counted.of(segment)} were counted`;
    }
  }
  for (const [, { value }] of entries(index, ADDRESS)) {
    const current = readCurrent(value);
    if (log.read(current)?.id !== current.id.toString("hex")) {
      yield `a replaceable event's newest version ${current.id.toString("hex")} is not stored`;
    }
  }
}

const segmentOf = ({ offset }: Place): number => Math.floor(offset / SEGMENT);

const SCANNED: ReadonlySet<number> = new Set([TIME, AUTHOR, KIND, AUTHOR_KIND, TAG]);

function* entries(index: LmdbIndex, prefix: number): Iterable<[number, { key: Buffer; value: Buffer }]> {
  let i = 0;
  // A read transaction that stays open would keep freed pages from being used; pieces of the tree do not.
  let start: Buffer = Buffer.of(prefix);
  for (;;) {
    const piece = [...index.entries({ start, end: Buffer.of(prefix + 1), limit: PAUSE_EVERY, exclusiveStart: i > 0 })];
    for (const entry of piece) yield [i++, entry];
    const last = piece.at(-1);
    if (last === undefined || piece.length < PAUSE_EVERY) return;
    start = last.key;
  }
}
