/**
 * What a batch of events does to the index, decided before anything is written. Pure apart from the reads it is given.
 *
 * Reads see what the batch itself has decided so far, so events of one batch meet exactly as if they had come one by
 * one: duplicates, newer versions, deletions, vanished authors (NIP-01, NIP-09, NIP-62).
 */
import type { SignedEvent, Tag } from "@subrosa/core/nostr/event";
import type { Entry } from "../event/entry.ts";
import { DELETION, GIFT_WRAP, kindClass, VANISH } from "../event/kind.ts";
import { tagKey } from "../event/tag-key.ts";
import {
  ADDRESS,
  addressKey,
  BANNED,
  type Current,
  currentBytes,
  DELETED,
  DELETED_TO,
  ERASE,
  ID,
  type Indexable,
  indexableEntry,
  indexableRecord,
  type Place,
  placeBytes,
  prefixed,
  readCurrent,
  readPlace,
  readTimeBytes,
  scanKeys,
  timeBytes,
  VANISHED,
  VANISHING,
  VERDICT,
  verdictKeys,
} from "./keys.ts";
import type { StoredRecord } from "./record.ts";
import type { Outcome, StoreRules } from "./store.ts";

export interface ChangeReads {
  /** The committed value of a key. */
  get(key: Buffer): Uint8Array | undefined;
  load(place: Place): StoredRecord | undefined;
}

/** One write to the index; without value it is a removal. */
export interface Write {
  readonly key: Buffer;
  readonly value?: Buffer;
}

const EMPTY = Buffer.alloc(0);
const HEX_32 = /^[0-9a-f]{64}$/;

export class Changes {
  readonly writes: Write[] = [];
  /** Records that nothing points to any more. */
  readonly erased: Place[] = [];
  /** Authors whose events are all to be deleted, up to a time. */
  readonly vanished: { readonly pubkey: Buffer; readonly until: number }[] = [];
  /** Authors, as hex, whose deletion this completes. */
  readonly finishedVanishing: string[] = [];
  added = 0;
  readonly #reads: ChangeReads;
  readonly #rules: StoreRules;
  /** What this batch decided about keys that decisions depend on; null: removed. */
  readonly #decided = new Map<string, Buffer | null>();
  /** Events of this batch, which are not in the log yet. */
  readonly #fresh = new Map<number, Indexable>();

  constructor(reads: ChangeReads, rules: StoreRules) {
    this.#reads = reads;
    this.#rules = rules;
  }

  /** Undefined where the event is to be stored. */
  refusal(entry: Entry, now: number): Exclude<Outcome, { kind: "stored" }> | undefined {
    const { event, id, pubkey } = entry;
    const vanished = this.#time(prefixed(VANISHED, pubkey));
    // Before the test for a duplicate: what is being deleted is no longer there for anybody.
    const isForgotten = vanished !== undefined && event.created_at <= vanished;
    if (isForgotten && event.kind !== VANISH) return { kind: "vanished" };
    if (this.#has(prefixed(ID, id))) return { kind: "duplicate" };
    if (isForgotten) return { kind: "vanished" };
    if (this.#has(prefixed(BANNED, id))) return { kind: "banned" };
    if (entry.expiration !== undefined && entry.expiration <= now) return { kind: "expired" };
    const canBeDeleted = event.kind !== DELETION && event.kind !== VANISH;
    if (canBeDeleted && this.#has(prefixed(DELETED, id, pubkey))) return { kind: "deleted" };
    if (entry.class !== "replaceable" && entry.class !== "addressable") return undefined;
    const d = entry.class === "addressable" ? entry.d : "";
    const deletedTo = this.#time(addressKey(DELETED_TO, event.kind, pubkey, d));
    if (deletedTo !== undefined && event.created_at <= deletedTo) return { kind: "deleted" };
    const current = this.#current(addressKey(ADDRESS, event.kind, pubkey, d));
    return current !== undefined && isNewer(current, entry) ? { kind: "superseded" } : undefined;
  }

  /** Indexes an event that was not refused, at its place, and does what it says. */
  store(entry: Entry, place: Place): void {
    this.#store(entry.event, indexableEntry(entry), place);
  }

  /** Does again what was decided when this record was written; what the index already has stays as it is. */
  replay(record: StoredRecord, place: Place): void {
    const indexable = indexableRecord(record);
    if (this.#has(prefixed(ID, indexable.id))) return;
    // Our own JSON, written from an Entry.
    this.#store(JSON.parse(record.json.toString()) as SignedEvent, indexable, place);
  }

  #store(event: SignedEvent, indexable: Indexable, place: Place): void {
    const { kind, pubkey, createdAt, id, d } = indexable;
    const kindOf = kindClass(kind);
    if (kindOf === "replaceable" || kindOf === "addressable") {
      const key = addressKey(ADDRESS, kind, pubkey, d);
      const current = this.#current(key);
      if (current !== undefined) this.#removeAt(current);
      this.#set(key, currentBytes(createdAt, id, place));
    }
    this.#fresh.set(place.offset, indexable);
    this.#set(prefixed(ID, id), placeBytes(place));
    for (const key of scanKeys(indexable, place)) this.writes.push({ key, value: EMPTY });
    this.added++;
    if (kind === DELETION) this.#obeyDeletion(event, pubkey);
    if (kind === VANISH) this.#obeyVanish(createdAt, pubkey);
  }

  /** Removes a stored event of this id, whoever wrote it. */
  removeId(id: Buffer): boolean {
    const value = this.#get(prefixed(ID, id));
    return value !== undefined && this.#removeAt(readPlace(value));
  }

  /** Notes that a member of this ring published the event; false where it is not stored any more. */
  setVerdict(id: Buffer, ring: string): boolean {
    const value = this.#get(prefixed(ID, id));
    const place = value && readPlace(value);
    const indexable = place && this.#indexable(place);
    if (place === undefined || indexable === undefined) return false;
    this.#set(prefixed(VERDICT, id), Buffer.from(ring, "hex"));
    for (const key of verdictKeys(indexable, place, ring)) this.writes.push({ key, value: EMPTY });
    return true;
  }

  mark(key: Buffer, value: Buffer = EMPTY): void {
    this.#set(key, value);
  }

  unmark(key: Buffer): void {
    this.#decided.set(key.toString("latin1"), null);
    this.writes.push({ key });
  }

  /** NIP-09: the author's own events, by id and by address. */
  #obeyDeletion(request: SignedEvent, author: Buffer): void {
    for (const tag of request.tags) {
      if (tag[0] === "e" && tag[1] !== undefined && HEX_32.test(tag[1])) this.#deleteId(author, tag[1]);
      if (tag[0] === "a") this.#deleteAddress(request, author, tag);
    }
  }

  #deleteId(author: Buffer, id: string): void {
    const idBytes = Buffer.from(id, "hex");
    const value = this.#get(prefixed(ID, idBytes));
    const target = value && this.#indexable(readPlace(value));
    if (value === undefined || target === undefined) {
      this.#set(prefixed(DELETED, idBytes, author), EMPTY);
      return;
    }
    // "Publishing a deletion request event against a deletion request has no effect"; NIP-62 says the same of itself.
    if (target.kind === DELETION || target.kind === VANISH) return;
    if (!target.pubkey.equals(author) && !this.#isRecipientOfWrap(author, target)) return;
    this.#set(prefixed(DELETED, idBytes, target.pubkey), EMPTY);
    this.#removeAt(readPlace(value));
  }

  #isRecipientOfWrap(author: Buffer, target: Indexable): boolean {
    if (!this.#rules.recipientDeletesWraps || target.kind !== GIFT_WRAP) return false;
    const key = tagKey("p", author.toString("hex"));
    return target.tags.some((tag) => tag.equals(key));
  }

  #deleteAddress(request: SignedEvent, author: Buffer, tag: Tag): void {
    const match = /^(\d{1,5}):([0-9a-f]{64}):(.*)$/s.exec(tag[1] ?? "");
    if (match === null || match[2] !== request.pubkey) return;
    const kind = Number(match[1]);
    const kindOf = kind > 65_535 ? "regular" : kindClass(kind);
    if (kindOf !== "replaceable" && kindOf !== "addressable") return;
    const d = kindOf === "addressable" ? match[3]! : "";
    const until = request.created_at;
    const mark = addressKey(DELETED_TO, kind, author, d);
    if ((this.#time(mark) ?? -1) < until) this.#set(mark, timeBytes(until));
    const current = this.#current(addressKey(ADDRESS, kind, author, d));
    if (current !== undefined && current.createdAt <= until) this.#removeAt(current);
  }

  #obeyVanish(until: number, pubkey: Buffer): void {
    this.#set(prefixed(VANISHED, pubkey), timeBytes(until));
    this.#set(prefixed(VANISHING, pubkey), timeBytes(until));
    this.vanished.push({ pubkey, until });
  }

  #removeAt(place: Place): boolean {
    const indexable = this.#indexable(place);
    if (indexable === undefined) return false;
    this.remove(indexable, place);
    return true;
  }

  /** Takes an event out of every index; its bytes are overwritten after the commit. */
  remove(indexable: Indexable, place: Place): void {
    this.unmark(prefixed(ID, indexable.id));
    for (const key of scanKeys(indexable, place)) this.writes.push({ key });
    const ring = this.#get(prefixed(VERDICT, indexable.id));
    if (ring !== undefined) {
      this.unmark(prefixed(VERDICT, indexable.id));
      for (const key of verdictKeys(indexable, place, Buffer.from(ring).toString("hex"))) this.writes.push({ key });
    }
    const kindOf = kindClass(indexable.kind);
    if (kindOf === "replaceable" || kindOf === "addressable") {
      const key = addressKey(ADDRESS, indexable.kind, indexable.pubkey, indexable.d);
      if (this.#current(key)?.offset === place.offset) this.unmark(key);
    }
    this.#fresh.delete(place.offset);
    this.writes.push({ key: prefixed(ERASE, placeBytes(place)), value: EMPTY });
    this.erased.push(place);
    this.added--;
  }

  #indexable(place: Place): Indexable | undefined {
    const fresh = this.#fresh.get(place.offset);
    if (fresh !== undefined) return fresh;
    const record = this.#reads.load(place);
    return record && indexableRecord(record);
  }

  #has(key: Buffer): boolean {
    return this.#get(key) !== undefined;
  }

  #time(key: Buffer): number | undefined {
    const value = this.#get(key);
    return value && readTimeBytes(value);
  }

  #current(key: Buffer): Current | undefined {
    const value = this.#get(key);
    return value && readCurrent(value);
  }

  #get(key: Buffer): Uint8Array | undefined {
    const decided = this.#decided.get(key.toString("latin1"));
    return decided === undefined ? this.#reads.get(key) : (decided ?? undefined);
  }

  #set(key: Buffer, value: Buffer): void {
    this.#decided.set(key.toString("latin1"), value);
    this.writes.push({ key, value });
  }
}

/** NIP-01: the later one counts; of the same second, the one with the lowest id. */
function isNewer(current: Current, entry: Entry): boolean {
  const { created_at } = entry.event;
  return current.createdAt > created_at || (current.createdAt === created_at && current.id.compare(entry.id) < 0);
}
