/**
 * One stored event as bytes in the log.
 *
 *   u8  1 live, 0 erased      u32 length of all      u32 CRC-32 of what follows
 *   u48 created_at   u16 kind   32 pubkey   32 id   u48 expiration (0: none)
 *   u32 length of the tags    each: u8 length, tag key (event/tag-key.ts)
 *   the event as JSON, to the end
 *
 * What filters ask for stands in front, so that a scan decides without parsing JSON, and what it sends are the last
 * bytes as they are. An erased record keeps its length and nothing else.
 */
import { crc32 } from "node:zlib";
import type { Entry } from "../event/entry.ts";
import { isPrivateKind } from "../event/kind.ts";
import type { Viewer } from "../event/viewer.ts";

const LIVE = 1;
const ERASED = 0;
/** State, length and checksum. */
export const HEAD = 9;
const AT_CREATED = HEAD;
const AT_KIND = AT_CREATED + 6;
export const AT_PUBKEY = AT_KIND + 2;
export const AT_ID = AT_PUBKEY + 32;
const AT_EXPIRATION = AT_ID + 32;
const AT_TAGS_LENGTH = AT_EXPIRATION + 6;
const AT_TAGS = AT_TAGS_LENGTH + 4;

/** A view of one live record; the bytes are not to be changed. */
export class StoredRecord {
  readonly bytes: Buffer;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  get createdAt(): number {
    return this.bytes.readUIntBE(AT_CREATED, 6);
  }

  get kind(): number {
    return this.bytes.readUInt16BE(AT_KIND);
  }

  get pubkey(): string {
    return this.bytes.toString("hex", AT_PUBKEY, AT_PUBKEY + 32);
  }

  get id(): string {
    return this.bytes.toString("hex", AT_ID, AT_ID + 32);
  }

  get idBytes(): Buffer {
    return this.bytes.subarray(AT_ID, AT_ID + 32);
  }

  get pubkeyBytes(): Buffer {
    return this.bytes.subarray(AT_PUBKEY, AT_PUBKEY + 32);
  }

  /** 0 where it never expires. */
  get expiration(): number {
    return this.bytes.readUIntBE(AT_EXPIRATION, 6);
  }

  get jsonStart(): number {
    return AT_TAGS + this.bytes.readUInt32BE(AT_TAGS_LENGTH);
  }

  get json(): Buffer {
    return this.bytes.subarray(this.jsonStart);
  }

  tagKeys(): Buffer[] {
    const keys: Buffer[] = [];
    const end = this.jsonStart;
    for (let at = AT_TAGS; at < end; ) {
      const length = this.bytes[at]!;
      keys.push(this.bytes.subarray(at + 1, at + 1 + length));
      at += 1 + length;
    }
    return keys;
  }

  /** Does some tag have one of these keys, given as latin1? */
  hasTag(letter: number, keys: ReadonlySet<string>): boolean {
    const end = this.jsonStart;
    for (let at = AT_TAGS; at < end; ) {
      const length = this.bytes[at]!;
      if (this.bytes[at + 1] === letter && keys.has(this.bytes.toString("latin1", at + 1, at + 1 + length)))
        return true;
      at += 1 + length;
    }
    return false;
  }

  /** As `maySee` in event/viewer.ts, which is the rule; here it reads the stored form. */
  visibleTo(viewer: Viewer): boolean {
    if (!isPrivateKind(this.kind)) return true;
    if (viewer.size === 0) return false;
    if (viewer.has(this.pubkey)) return true;
    const end = this.jsonStart;
    for (let at = AT_TAGS; at < end; ) {
      const length = this.bytes[at]!;
      const isKeyTag = length === 34 && this.bytes[at + 1] === LETTER_P && this.bytes[at + 2] === 1;
      if (isKeyTag && viewer.has(this.bytes.toString("hex", at + 3, at + 35))) return true;
      at += 1 + length;
    }
    return false;
  }
}

const LETTER_P = 0x70;

export function encodeRecord(entry: Entry): Buffer {
  let tagsLength = 0;
  for (const tag of entry.tags) tagsLength += 1 + tag.length;
  const record = Buffer.allocUnsafe(AT_TAGS + tagsLength + entry.json.length);
  record[0] = LIVE;
  record.writeUInt32BE(record.length, 1);
  record.writeUIntBE(entry.event.created_at, AT_CREATED, 6);
  record.writeUInt16BE(entry.event.kind, AT_KIND);
  entry.pubkey.copy(record, AT_PUBKEY);
  entry.id.copy(record, AT_ID);
  record.writeUIntBE(entry.expiration ?? 0, AT_EXPIRATION, 6);
  record.writeUInt32BE(tagsLength, AT_TAGS_LENGTH);
  let at = AT_TAGS;
  for (const tag of entry.tags) {
    record[at] = tag.length;
    tag.copy(record, at + 1);
    at += 1 + tag.length;
  }
  entry.json.copy(record, at);
  record.writeUInt32BE(crc32(record.subarray(HEAD)), 5);
  return record;
}

/** What takes the place of an erased record: its length, then zeros. */
export function erasedRecord(length: number): Buffer {
  const record = Buffer.alloc(length);
  record[0] = ERASED;
  record.writeUInt32BE(length, 1);
  return record;
}

export type RecordState = "live" | "erased" | "torn";

/** Looks at a record where one should begin; `torn` is what a crash leaves behind. */
export function inspectRecord(bytes: Buffer): { readonly state: RecordState; readonly length: number } {
  if (bytes.length < HEAD) return { state: "torn", length: 0 };
  const length = bytes.readUInt32BE(1);
  if (length < AT_TAGS || length > bytes.length) return { state: "torn", length };
  if (bytes[0] === ERASED) return { state: "erased", length };
  const isWhole = bytes[0] === LIVE && crc32(bytes.subarray(HEAD, length)) === bytes.readUInt32BE(5);
  return { state: isWhole ? "live" : "torn", length };
}

/** Fast test for readers who know where a record is: live, and as long as the index says. */
export function isLive(bytes: Buffer): boolean {
  return bytes[0] === LIVE && bytes.readUInt32BE(1) === bytes.length;
}
