/**
 * The ordered keys of the embedded store. One tree holds them all; the first byte says which index.
 *
 * TIME, AUTHOR, KIND, AUTHOR_KIND and TAG are followed by what they name and a position (position.ts), and have no
 * value: scans run over them. ID leads to an event's place in the log, EXPIRY (time, place) to what ends, ADDRESS to
 * the version of a replaceable event that counts. What an author or the operator decided stands in DELETED (id,
 * pubkey), DELETED_TO (address → time), VANISHED (pubkey → time) and BANNED (id); VERDICT (id → ring) is PROOF-9's.
 * VANISHING and ERASE are work that a crash may not lose: authors still to be deleted, places still to be overwritten.
 */
import { hash } from "node:crypto";
import type { EventTemplate } from "@subrosa/core/nostr/event";
import { dValue, type Entry } from "../event/entry.ts";
import { kindClass } from "../event/kind.ts";
import { type Position, SUFFIX, writePosition } from "./position.ts";
import type { StoredRecord } from "./record.ts";

export const META = 0x00;
export const ID = 0x01;
export const TIME = 0x02;
export const AUTHOR = 0x03;
export const KIND = 0x04;
export const AUTHOR_KIND = 0x05;
export const TAG = 0x06;
export const EXPIRY = 0x07;
export const ADDRESS = 0x08;
export const DELETED = 0x09;
export const DELETED_TO = 0x0a;
export const VANISHED = 0x0b;
export const VANISHING = 0x0c;
export const ERASE = 0x0d;
export const BANNED = 0x0e;
export const VERDICT = 0x0f;

export function prefixed(prefix: number, ...parts: readonly Uint8Array[]): Buffer {
  return Buffer.concat([Uint8Array.of(prefix), ...parts]);
}

/** A key of the store's own bookkeeping. */
export function metaKey(name: string): Buffer {
  return prefixed(META, Buffer.from(name));
}

export function kindBytes(kind: number): Buffer {
  return Buffer.of(kind >>> 8, kind & 0xff);
}

export function timeBytes(time: number): Buffer {
  const bytes = Buffer.allocUnsafe(6);
  bytes.writeUIntBE(time, 0, 6);
  return bytes;
}

export function readTimeBytes(bytes: Uint8Array): number {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).readUIntBE(0, 6);
}

/** Where a record is: offset 6, length 4. */
export interface Place {
  readonly offset: number;
  readonly length: number;
}

export function placeBytes({ offset, length }: Place): Buffer {
  const bytes = Buffer.allocUnsafe(10);
  bytes.writeUIntBE(offset, 0, 6);
  bytes.writeUInt32BE(length, 6);
  return bytes;
}

export function readPlace(bytes: Uint8Array, at = 0): Place {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { offset: view.readUIntBE(at, 6), length: view.readUInt32BE(at + 6) };
}

/** The version of a replaceable or addressable event that counts: created_at 6, id 32, place 10. */
export interface Current extends Place {
  readonly createdAt: number;
  readonly id: Buffer;
}

export function currentBytes(createdAt: number, id: Uint8Array, place: Place): Buffer {
  return Buffer.concat([timeBytes(createdAt), id, placeBytes(place)]);
}

export function readCurrent(bytes: Uint8Array): Current {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { createdAt: view.readUIntBE(0, 6), id: view.subarray(6, 38), ...readPlace(bytes, 38) };
}

export function addressKey(prefix: number, kind: number, pubkey: Uint8Array, d: string): Buffer {
  return prefixed(prefix, kindBytes(kind), pubkey, hash("sha256", d, "buffer"));
}

/** What the index has to know of an event, whether it is just arriving or read back from the log. */
export interface Indexable {
  readonly createdAt: number;
  readonly kind: number;
  readonly id: Buffer;
  readonly pubkey: Buffer;
  readonly expiration: number;
  readonly tags: readonly Buffer[];
  /** What tells addressable events apart; empty for all other kinds. */
  readonly d: string;
}

export function indexableEntry(entry: Entry): Indexable {
  const { created_at: createdAt, kind } = entry.event;
  const { id, pubkey, tags, expiration = 0 } = entry;
  return { createdAt, kind, id, pubkey, expiration, tags, d: entry.class === "addressable" ? entry.d : "" };
}

export function indexableRecord(record: StoredRecord): Indexable {
  const { createdAt, kind, idBytes: id, pubkeyBytes: pubkey, expiration } = record;
  // Our own JSON, written by Entry.
  const d = kindClass(kind) === "addressable" ? dValue(JSON.parse(record.json.toString()) as EventTemplate) : "";
  return { createdAt, kind, id, pubkey, expiration, tags: record.tagKeys(), d };
}

export function positionOf(event: Indexable, place: Place): Position {
  const idHigh = event.id.readUInt32BE(0);
  const idLow = event.id.readUInt32BE(4);
  return { createdAt: event.createdAt, idHigh, idLow, offset: place.offset, length: place.length };
}

/** The keys without value under which an event is found by scans. */
export function scanKeys(event: Indexable, place: Place): Buffer[] {
  const position = positionOf(event, place);
  const kind = kindBytes(event.kind);
  const keys = [
    scanKey(TIME, [], position),
    scanKey(AUTHOR, [event.pubkey], position),
    scanKey(KIND, [kind], position),
    scanKey(AUTHOR_KIND, [event.pubkey, kind], position),
  ];
  for (const tag of event.tags) keys.push(scanKey(TAG, [tag], position));
  if (event.expiration > 0) keys.push(prefixed(EXPIRY, timeBytes(event.expiration), placeBytes(place)));
  return keys;
}

/** Letters that no tag has: under them stand events whose proof was verified, all of them and by ring. */
const VERIFIED_LETTER = 0x01;
const RING_LETTER = 0x02;

/** What precedes the positions of verified events, of one ring or of all. */
export function verdictPrefix(ring: string | undefined): Buffer {
  return ring === undefined
    ? Buffer.of(TAG, VERIFIED_LETTER)
    : prefixed(TAG, Buffer.of(RING_LETTER), Buffer.from(ring, "hex"));
}

export function verdictKeys(event: Indexable, place: Place, ring: string): Buffer[] {
  const position = Buffer.allocUnsafe(SUFFIX);
  writePosition(position, 0, positionOf(event, place));
  return [Buffer.concat([verdictPrefix(undefined), position]), Buffer.concat([verdictPrefix(ring), position])];
}

function scanKey(prefix: number, parts: readonly Buffer[], position: Position): Buffer {
  let length = 1 + SUFFIX;
  for (const part of parts) length += part.length;
  const key = Buffer.allocUnsafe(length);
  key[0] = prefix;
  let at = 1;
  for (const part of parts) {
    part.copy(key, at);
    at += part.length;
  }
  writePosition(key, at, position);
  return key;
}
