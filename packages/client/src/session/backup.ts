/**
 * Everything of an account in one encrypted file, and back.
 *
 *   header:  "subrosa-backup" version logN salt (16) prefix (19)          passphrase ─ scrypt ─► key
 *   chunks:  64 KiB each, XChaCha20-Poly1305(prefix ‖ counter ‖ last?), bound to the header, padded to whole chunks
 *   inside:  records, name and value, and at the end how many there were
 *
 * Every wrong passphrase is one refusal after the same work. What was cut, reordered or changed anywhere is found before
 * anything is restored: the file is read through once, and only then again. Restoring goes into an empty store; one that
 * was interrupted holds no account until it is done again. Whoever has file and passphrase is the account.
 */
import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";
import { concat, fromUtf8, u32, utf8 } from "@subrosa/core/bytes";
import type { RandomSource } from "@subrosa/core/curve/curve";
import { UsageError } from "@subrosa/core/errors";
import { sha256 } from "@subrosa/core/hash";
import { type Change, type Entry, entriesOf, MAX_NAME, type Store } from "../store/store.ts";
import { type Stretch, scryptStretch } from "../store/stretch.ts";

export const BACKUP_FAULTS = Object.freeze({
  "not-a-backup": "This is no backup of an account.",
  "backup-version": "This backup was made by a newer version; update first.",
  "backup-passphrase": "The passphrase is wrong.",
  "backup-damaged": "The backup is damaged or was cut off; nothing was restored.",
  "store-not-empty": "There is something in this store already; restore into a new one.",
});
export type BackupFault = keyof typeof BACKUP_FAULTS;
export type Restored =
  | { readonly ok: true; readonly records: number }
  | { readonly ok: false; readonly reason: BackupFault };

export interface BackupOptions {
  readonly random: RandomSource;
  /** 17 to 22. Default 17. */
  readonly logN?: number;
  readonly stretch?: Stretch;
}

const MAGIC = utf8("subrosa-backup");
const VERSION = 1;
const SALT = 16;
const PREFIX = 19;
const HEADER = MAGIC.length + 2 + SALT + PREFIX;
const CHUNK = 1 << 16;
const TAG = 16;
const LEAST_LOG_N = 17;
const MOST_LOG_N = 22;
/** Of one record: what a store may hold, with room. */
const MAX_VALUE = 1 << 28;
const BATCH = 1 << 20;
/** While it stands in a store, its restoring has not ended. */
const MARKER = "restoring";
/** Restored last: without them a store holds no account. */
const HELD_BACK = "account/";

/** The account went on writing while it was copied: begin again when it is quiet. */
export class BackupChanged extends Error {
  override readonly name = "BackupChanged";
}

/** The file, piece by piece. Throws BackupChanged where the account was not quiet for as long as it took. */
export async function* writeBackup(
  store: Store,
  passphrase: string,
  options: BackupOptions,
): AsyncGenerator<Uint8Array, void, void> {
  const { random, logN = LEAST_LOG_N, stretch = scryptStretch } = options;
  if (passphrase === "") throw new UsageError("usage/secret", "give a passphrase: the file holds the account's keys");
  if (!Number.isInteger(logN) || logN < LEAST_LOG_N || logN > MOST_LOG_N) {
    throw new UsageError("usage/range", `logN is an integer from ${LEAST_LOG_N} to ${MOST_LOG_N}`);
  }
  const header = concat(MAGIC, Uint8Array.of(VERSION, logN), random(SALT), random(PREFIX));
  const key = await stretch(utf8(passphrase.normalize("NFKC")), saltIn(header), logN);
  try {
    const before = await digestOf(store);
    yield header;
    const sealer = new Sealer(key, header);
    let [records, after] = [0, sha256()];
    for await (const entry of entriesOf(store, "")) {
      records++;
      after = chained(after, entry);
      yield* sealer.push(recordBytes(entry));
    }
    if (toText(before) !== toText(after)) throw new BackupChanged("the account changed while it was copied");
    yield* sealer.end(concat(Uint8Array.of(0), u32(records)));
  } finally {
    key.fill(0);
  }
}

/** `open` begins to read the file, and is called twice: to look at all of it, and to restore it. */
export async function restoreBackup(
  open: () => AsyncIterable<Uint8Array>,
  passphrase: string,
  store: Store,
  { stretch = scryptStretch }: Pick<BackupOptions, "stretch"> = {},
): Promise<Restored> {
  if (!(await isRestorable(store))) return { ok: false, reason: "store-not-empty" };
  const opened = await openHeader(open(), passphrase, stretch);
  if (typeof opened === "string") return { ok: false, reason: opened };
  const { key, header } = opened;
  try {
    const looked = await readAll(open(), key, header, async () => undefined);
    if (typeof looked === "string") return { ok: false, reason: looked };
    await clear(store);
    await store.commit([{ name: MARKER, value: Uint8Array.of(VERSION) }]);
    let batch: Change[] = [];
    let size = 0;
    const last: Change[] = [];
    const restored = await readAll(open(), key, header, async ({ name, value }) => {
      if (name === MARKER) return;
      (name.startsWith(HELD_BACK) ? last : batch).push({ name, value });
      size += name.length + value.length;
      if (size < BATCH) return;
      await store.commit(batch);
      [batch, size] = [[], 0];
    });
    // The file was changed between two readings: what is there is no account, and the next attempt clears it.
    if (typeof restored === "string") return { ok: false, reason: restored };
    await store.commit([...batch, ...last, { name: MARKER, value: undefined }]);
    return { ok: true, records: restored };
  } finally {
    key.fill(0);
  }
}

/** Empty, or left by a restoring that did not end. */
async function isRestorable(store: Store): Promise<boolean> {
  const [any] = await store.list({ prefix: "", limit: 1 });
  return any === undefined || (await store.get(MARKER)) !== undefined;
}

async function clear(store: Store): Promise<void> {
  for (;;) {
    const entries = await store.list({ prefix: "" });
    if (entries.length === 0) return;
    await store.commit(entries.map(({ name }) => ({ name, value: undefined })));
  }
}

/** Of all records in their order: two that are equal saw the same account. */
async function digestOf(store: Store): Promise<Uint8Array> {
  let digest = sha256();
  for await (const entry of entriesOf(store, "")) digest = chained(digest, entry);
  return digest;
}

function chained(before: Uint8Array, entry: Entry): Uint8Array {
  return sha256(before, recordBytes(entry));
}

function recordBytes({ name, value }: Entry): Uint8Array {
  return concat(Uint8Array.of(name.length), utf8(name), u32(value.length), value);
}

const toText = (bytes: Uint8Array): string => bytes.join();

function saltIn(header: Uint8Array): Uint8Array {
  return header.subarray(MAGIC.length + 2, MAGIC.length + 2 + SALT);
}

function nonceOf(header: Uint8Array, counter: number, isLast: boolean): Uint8Array {
  return concat(header.subarray(HEADER - PREFIX), u32(counter), Uint8Array.of(isLast ? 1 : 0));
}

class Sealer {
  readonly #key: Uint8Array;
  readonly #header: Uint8Array;
  #waiting: Uint8Array[] = [];
  #size = 0;
  #counter = 0;

  constructor(key: Uint8Array, header: Uint8Array) {
    this.#key = key;
    this.#header = header;
  }

  *push(bytes: Uint8Array): Generator<Uint8Array, void, void> {
    this.#waiting.push(bytes);
    this.#size += bytes.length;
    // The last chunk is sealed as such, so one is always held back.
    if (this.#size <= CHUNK) return;
    const all = concat(...this.#waiting);
    let at = 0;
    for (; all.length - at > CHUNK; at += CHUNK) yield this.#seal(all.subarray(at, at + CHUNK), false);
    this.#waiting = [all.slice(at)];
    this.#size = all.length - at;
  }

  *end(bytes: Uint8Array): Generator<Uint8Array, void, void> {
    yield* this.push(bytes);
    const last = new Uint8Array(CHUNK);
    last.set(concat(...this.#waiting));
    yield this.#seal(last, true);
  }

  #seal(chunk: Uint8Array, isLast: boolean): Uint8Array {
    const nonce = nonceOf(this.#header, this.#counter++, isLast);
    return xchacha20poly1305(this.#key, nonce, this.#header).encrypt(chunk);
  }
}

async function openHeader(
  source: AsyncIterable<Uint8Array>,
  passphrase: string,
  stretch: Stretch,
): Promise<{ readonly key: Uint8Array; readonly header: Uint8Array } | BackupFault> {
  const reader = new Reader(source);
  try {
    const header = await reader.take(HEADER);
    if (header === undefined || toText(header.subarray(0, MAGIC.length)) !== toText(MAGIC)) return "not-a-backup";
    if (header[MAGIC.length] !== VERSION) return "backup-version";
    const logN = header[MAGIC.length + 1]!;
    // Whoever made the file must not decide how much memory we take.
    if (logN < LEAST_LOG_N || logN > MOST_LOG_N) return "not-a-backup";
    const key = await stretch(utf8(passphrase.normalize("NFKC")), saltIn(header), logN);
    const first = await reader.take(CHUNK + TAG);
    const isOpen = [false, true].some((isLast) => first && decrypt(key, header, 0, isLast, first) !== undefined);
    return isOpen ? { key, header } : "backup-passphrase";
  } finally {
    await reader.end();
  }
}

/** The number of records; nothing is handed on that was not authenticated. */
async function readAll(
  source: AsyncIterable<Uint8Array>,
  key: Uint8Array,
  header: Uint8Array,
  take: (entry: Entry) => Promise<void>,
): Promise<number | "backup-damaged"> {
  const reader = new Reader(source);
  try {
    const same = await reader.take(HEADER);
    if (same === undefined || toText(same) !== toText(header)) return "backup-damaged";
    const records = new Reader(plaintexts(reader, key, header));
    for (let count = 0; ; count++) {
      const length = (await records.take(1))?.[0];
      if (length === undefined) return "backup-damaged";
      if (length === 0) {
        const told = await records.take(4);
        const isAll = told !== undefined && toText(told) === toText(u32(count)) && (await records.isPadding());
        return isAll ? count : "backup-damaged";
      }
      const name = fromUtf8((await records.take(length)) ?? Uint8Array.of(0xff));
      const size = await records.take(4);
      if (name === undefined || size === undefined || name.length > MAX_NAME || !/^[!-~]+$/.test(name))
        return "backup-damaged";
      const bytes = new DataView(size.buffer, size.byteOffset).getUint32(0);
      const value = bytes > MAX_VALUE ? undefined : await records.take(bytes);
      if (value === undefined) return "backup-damaged";
      await take({ name, value });
    }
  } finally {
    await reader.end();
  }
}

/** Ends without its last chunk where the file was cut or changed: whoever reads misses the end of the records. */
async function* plaintexts(
  reader: Reader,
  key: Uint8Array,
  header: Uint8Array,
): AsyncGenerator<Uint8Array, void, void> {
  for (let counter = 0; ; counter++) {
    const sealed = await reader.take(CHUNK + TAG);
    if (sealed === undefined) return;
    const isLast = await reader.isAtEnd();
    const chunk = decrypt(key, header, counter, isLast, sealed);
    if (chunk === undefined) return;
    yield chunk;
    if (isLast) return;
  }
}

function decrypt(
  key: Uint8Array,
  header: Uint8Array,
  counter: number,
  isLast: boolean,
  sealed: Uint8Array,
): Uint8Array | undefined {
  try {
    return xchacha20poly1305(key, nonceOf(header, counter, isLast), header).decrypt(sealed);
  } catch {
    // The cipher answers a wrong tag by throwing.
    return undefined;
  }
}

/** Exact lengths from pieces of any size. */
class Reader {
  readonly #pieces: AsyncIterator<Uint8Array>;
  #waiting: Uint8Array[] = [];
  #size = 0;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#pieces = source[Symbol.asyncIterator]();
  }

  async take(length: number): Promise<Uint8Array | undefined> {
    while (this.#size < length) if (!(await this.#more())) return undefined;
    const all = this.#waiting.length === 1 ? this.#waiting[0]! : concat(...this.#waiting);
    this.#waiting = [all.subarray(length)];
    this.#size = all.length - length;
    return all.slice(0, length);
  }

  async isAtEnd(): Promise<boolean> {
    while (this.#size === 0) if (!(await this.#more())) return true;
    return false;
  }

  /** Nothing but zeros to the end. */
  async isPadding(): Promise<boolean> {
    do {
      if (this.#waiting.some((piece) => piece.some((byte) => byte !== 0))) return false;
      [this.#waiting, this.#size] = [[], 0];
    } while (await this.#more());
    return true;
  }

  async end(): Promise<void> {
    await this.#pieces.return?.();
  }

  async #more(): Promise<boolean> {
    const { done, value } = await this.#pieces.next();
    if (done === true) return false;
    this.#waiting.push(value);
    this.#size += value.length;
    return true;
  }
}
