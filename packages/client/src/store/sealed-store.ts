/**
 * Encryption at rest, over any store.
 *
 *   passphrase ─ scrypt ─► wrapping key ─ opens ─► 64 random bytes: one key for values, one for names
 *   record:  HMAC(name key, name)  →  nonce (24) ‖ XChaCha20-Poly1305(name ‖ value ‖ padding), bound to its name
 *
 * Spec: NIP-49 for scrypt's parameters (r 8, p 1, log_n ≥ 17) and NFKC. Locked, it shows how many records there are and
 * their sizes padded as NIP-44 pads, nothing else. The sorted names are kept in memory while it is open. A new passphrase
 * brings new keys, and all records are moved under them; cut short, that goes on at the next opening. It cannot tell that
 * a whole record was put back to an older one, or removed.
 */
import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";
import { concat, fromUtf8, toHex, u32, utf8 } from "@subrosa/core/bytes";
import type { RandomSource } from "@subrosa/core/curve/curve";
import { UsageError } from "@subrosa/core/errors";
import { hmacSha256 } from "@subrosa/core/hash";
import { paddedLength } from "@subrosa/core/nostr/nip44";
import { decrypt, KEYS, LEAST_LOG_N, readHeader, stretched, type Wrapping, writeHeader } from "./sealed-header.ts";
import { type Change, checkNames, type Entry, entriesOf, type Listing, listLimit, type Store } from "./store.ts";
import { type Stretch, scryptStretch } from "./stretch.ts";

/** The one record with a name of its own; those of the others have 64 digits. */
const HEADER = "subrosa-sealed";
const NONCE = 24;
/** Records that are moved under new keys in one transaction. */
const MOVED_AT_ONCE = 200;

export type { Stretch };

export interface SealOptions {
  readonly random: RandomSource;
  /** Of a new store; an existing one says its own. Default 17. */
  readonly logN?: number;
  readonly stretch?: Stretch;
}

export type SealedOpening =
  | { readonly ok: true; readonly store: SealedStore }
  | { readonly ok: false; readonly reason: "store-passphrase" };

/** Opens what is there, or makes it where the inner store is empty. On refusal the inner store stays open. */
export async function openSealedStore(inner: Store, passphrase: string, options: SealOptions): Promise<SealedOpening> {
  const { random, logN = LEAST_LOG_N, stretch = scryptStretch } = options;
  const tools = { random, stretch };
  const header = await inner.get(HEADER);
  if (header === undefined) {
    const [other] = await inner.list({ prefix: "", limit: 1 });
    if (other !== undefined) throw new UsageError("usage/state", "this store holds records that were never sealed");
    const keys = random(KEYS);
    const wrapping = await stretched(passphrase, { ...tools, logN });
    await inner.commit([{ name: HEADER, value: writeHeader(keys, undefined, wrapping, random) }]);
    wrapping.key.fill(0);
    return { ok: true, store: new SealedStore(inner, keys, new Map(), tools) };
  }
  const unwrapped = await readHeader(header, passphrase, stretch);
  if (unwrapped === undefined) return { ok: false, reason: "store-passphrase" };
  const { keys, left, wrapping } = unwrapped;
  const names = new Map<string, string>();
  for await (const { name: hidden, value } of entriesOf(inner, "")) {
    if (hidden === HEADER) continue;
    const entry = unseal(keys, hidden, value) ?? (left && unseal(left, hidden, value));
    if (entry !== undefined) names.set(entry.name, hidden);
  }
  const store = new SealedStore(inner, keys, names, tools);
  if (left !== undefined) await store.moveFrom(left, wrapping);
  wrapping.key.fill(0);
  return { ok: true, store };
}

/** Closing it closes the inner store and wipes the keys. */
export class SealedStore implements Store {
  readonly #inner: Store;
  #keys: Uint8Array;
  /** While records are moved: the keys that some are still under. */
  #left: Uint8Array | undefined;
  readonly #random: RandomSource;
  readonly #stretch: Stretch;
  /** Sorted; rebuilt when names came or went. */
  #sorted: readonly string[] | undefined;
  readonly #names: Map<string, string>;
  readonly #writing = new Set<Promise<void>>();
  /** Records on their way to new keys: nobody reads or writes meanwhile. */
  #moving: Promise<void> | undefined;
  #isChanging = false;
  #isOpen = true;

  /** Only `openSealedStore` makes one. @internal */
  constructor(
    inner: Store,
    keys: Uint8Array,
    names: Map<string, string>,
    { random, stretch }: { readonly random: RandomSource; readonly stretch: Stretch },
  ) {
    this.#inner = inner;
    this.#keys = keys;
    this.#names = names;
    this.#random = random;
    this.#stretch = stretch;
  }

  async get(name: string): Promise<Uint8Array | undefined> {
    while (this.#moving !== undefined) await this.#moving;
    this.#guard();
    const hidden = this.#names.get(name);
    if (hidden === undefined) return undefined;
    const value = await this.#inner.get(hidden);
    // Moved while it was read.
    if (this.#isOpen && this.#names.get(name) !== hidden) return this.get(name);
    return value === undefined ? undefined : this.#open(hidden, value).value;
  }

  async list(listing: Listing): Promise<readonly Entry[]> {
    this.#guard();
    const { prefix, after = "" } = listing;
    this.#sorted ??= [...this.#names.keys()].sort();
    const start = firstBehind(this.#sorted, prefix, after);
    const names = this.#sorted.slice(start, start + listLimit(listing)).filter((name) => name.startsWith(prefix));
    const entries = await Promise.all(names.map(async (name) => ({ name, value: await this.get(name) })));
    return entries.flatMap(({ name, value }) => (value === undefined ? [] : [{ name, value }]));
  }

  async commit(changes: readonly Change[]): Promise<void> {
    this.#guard();
    checkNames(changes);
    let asked = changes;
    if (this.#moving !== undefined) {
      // Copied where it has to wait: the caller owns the bytes.
      asked = changes.map(({ name, value }) => ({ name, value: value && Uint8Array.from(value) }));
      while (this.#moving !== undefined) await this.#moving;
      this.#guard();
    }
    const writing = this.#write(asked);
    this.#writing.add(writing);
    await writing.finally(() => this.#writing.delete(writing));
  }

  /**
   * Another passphrase, other keys, and every record moved under them: who has an older copy of the disk and the older
   * passphrase opens what was there, and nothing that is written from now on. False where the old one is wrong. From the
   * first step on the new one opens it, also where it is cut short.
   */
  async changePassphrase(old: string, fresh: string, logN = LEAST_LOG_N): Promise<boolean> {
    this.#guard();
    if (this.#isChanging) throw new UsageError("usage/state", "the passphrase is being changed; wait for it");
    this.#isChanging = true;
    try {
      const header = await this.#inner.get(HEADER);
      const unwrapped = header && (await readHeader(header, old, this.#stretch));
      if (unwrapped === undefined) return false;
      unwrapped.wrapping.key.fill(0);
      unwrapped.left?.fill(0);
      const wrapping = await stretched(fresh, { random: this.#random, logN, stretch: this.#stretch });
      const keys = this.#random(KEYS);
      await this.#alone(async () => {
        this.#guard();
        await this.#inner.commit([{ name: HEADER, value: writeHeader(keys, unwrapped.keys, wrapping, this.#random) }]);
        this.#left = unwrapped.keys;
        this.#keys.fill(0);
        this.#keys = keys;
      });
      await this.moveFrom(unwrapped.keys, wrapping);
      wrapping.key.fill(0);
      return true;
    } finally {
      this.#isChanging = false;
    }
  }

  /** Moves what is under the keys that are left, then forgets them. @internal */
  async moveFrom(left: Uint8Array, wrapping: Wrapping): Promise<void> {
    this.#left = left;
    for (;;) {
      const behind = [...this.#names].filter(([name, hidden]) => hide(this.#keys, name) !== hidden);
      if (behind.length === 0) break;
      for (let at = 0; at < behind.length; at += MOVED_AT_ONCE) {
        await this.#alone(() => this.#move(behind.slice(at, at + MOVED_AT_ONCE)));
      }
    }
    await this.#alone(async () => {
      this.#guard();
      await this.#inner.commit([{ name: HEADER, value: writeHeader(this.#keys, undefined, wrapping, this.#random) }]);
    });
    this.#left = undefined;
    left.fill(0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOpen = false;
    await this.#moving;
    this.#keys.fill(0);
    this.#left?.fill(0);
    this.#names.clear();
    this.#sorted = undefined;
    await this.#inner[Symbol.asyncDispose]();
  }

  async #write(changes: readonly Change[]): Promise<void> {
    const sealed = changes.map(({ name, value }): Change & { readonly open: string } => {
      const hidden = hide(this.#keys, name);
      return { open: name, name: hidden, value: value && seal(this.#keys, hidden, { name, value }, this.#random) };
    });
    // What is written anew need not be moved.
    const stale = sealed.flatMap(({ open, name }) => {
      const hidden = this.#names.get(open);
      return hidden === undefined || hidden === name ? [] : [{ name: hidden, value: undefined }];
    });
    await this.#inner.commit([...stale, ...sealed.map(({ name, value }) => ({ name, value }))]);
    for (const { open, name, value } of sealed) {
      if (this.#names.has(open) !== (value !== undefined)) this.#sorted = undefined;
      if (value === undefined) this.#names.delete(open);
      else this.#names.set(open, name);
    }
  }

  async #move(behind: readonly (readonly [name: string, hidden: string])[]): Promise<void> {
    this.#guard();
    const changes: Change[] = [];
    const moved: [string, string][] = [];
    for (const [name, hidden] of behind) {
      // Written anew, or removed, since they were counted.
      if (this.#names.get(name) !== hidden) continue;
      const sealed = await this.#inner.get(hidden);
      if (sealed === undefined) throw new Error("a record of the sealed store was removed from outside");
      const next = hide(this.#keys, name);
      changes.push({ name: hidden, value: undefined });
      changes.push({ name: next, value: seal(this.#keys, next, this.#open(hidden, sealed), this.#random) });
      moved.push([name, next]);
    }
    await this.#inner.commit(changes);
    for (const [name, next] of moved) this.#names.set(name, next);
  }

  /** After what is being written, and before anything else is. */
  async #alone(step: () => Promise<void>): Promise<void> {
    while (this.#moving !== undefined) await this.#moving;
    const turn = Promise.allSettled([...this.#writing]).then(step);
    const over = turn.then(
      () => undefined,
      () => undefined,
    );
    this.#moving = over;
    void over.then(() => {
      if (this.#moving === over) this.#moving = undefined;
    });
    await turn;
  }

  #guard(): void {
    if (!this.#isOpen) throw new UsageError("usage/state", "this store is locked; open it again");
  }

  /** A record that we wrote and cannot open was changed by somebody: that is no state to go on from. */
  #open(hidden: string, value: Uint8Array): Entry {
    const entry = unseal(this.#keys, hidden, value) ?? (this.#left && unseal(this.#left, hidden, value));
    if (entry === undefined) throw new Error("a record of the sealed store was changed from outside");
    return entry;
  }
}

/** The first name that begins with the prefix, or would, and is behind `after`. */
function firstBehind(sorted: readonly string[], prefix: string, after: string): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < prefix || sorted[middle]! <= after) low = middle + 1;
    else high = middle;
  }
  return low;
}

function hide(keys: Uint8Array, name: string): string {
  return toHex(hmacSha256(keys.subarray(32), utf8(name)));
}

function seal(keys: Uint8Array, hidden: string, { name, value }: Entry, random: RandomSource): Uint8Array {
  const body = concat(Uint8Array.of(name.length), utf8(name), u32(value.length), value);
  const padded = new Uint8Array(paddedLength(body.length));
  padded.set(body);
  const nonce = random(NONCE);
  return concat(nonce, xchacha20poly1305(keys.subarray(0, 32), nonce, utf8(hidden)).encrypt(padded));
}

function unseal(keys: Uint8Array, hidden: string, sealed: Uint8Array): Entry | undefined {
  const padded = decrypt(keys.subarray(0, 32), sealed.subarray(0, NONCE), utf8(hidden), sealed.subarray(NONCE));
  if (padded === undefined) return undefined;
  const at = 1 + padded[0]!;
  const name = fromUtf8(padded.subarray(1, at));
  const length = new DataView(padded.buffer, padded.byteOffset).getUint32(at);
  return name === undefined ? undefined : { name, value: padded.slice(at + 4, at + 4 + length) };
}
