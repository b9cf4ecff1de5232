/**
 * Encryption at rest, over any store.
 *
 *   passphrase ─ scrypt ─► wrapping key ─ opens ─► 64 random bytes: one key for values, one for names
 *   record:  HMAC(name key, name)  →  nonce (24) ‖ XChaCha20-Poly1305(name ‖ value ‖ padding), bound to its name
 *
 * Spec: NIP-49 for scrypt's parameters (r 8, p 1, log_n ≥ 17) and NFKC. Locked, it shows how many records there are and
 * their sizes padded as NIP-44 pads, nothing else. The sorted names are kept in memory while it is open. Every wrong passphrase is one
 * refusal after the same work, before any record is read. It cannot tell that a whole record was put back to an older
 * one, or removed.
 */
import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";
import { concat, fromUtf8, toHex, u32, utf8 } from "@subrosa/core/bytes";
import type { RandomSource } from "@subrosa/core/curve/curve";
import { UsageError } from "@subrosa/core/errors";
import { hmacSha256 } from "@subrosa/core/hash";
import { paddedLength } from "@subrosa/core/nostr/nip44";
import { type Change, checkNames, type Entry, entriesOf, type Listing, listLimit, type Store } from "./store.ts";
import { type Stretch, scryptStretch } from "./stretch.ts";

/** The one record with a name of its own; those of the others have 64 digits. */
const HEADER = "subrosa-sealed";
const VERSION = 1;
const SALT = 16;
const NONCE = 24;
const KEYS = 64;
const HEADER_LENGTH = 2 + SALT + NONCE + KEYS + 16;
/** NIP-49's table: 128 MiB. */
const LEAST_LOG_N = 17;
const MOST_LOG_N = 22;

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
  const header = await inner.get(HEADER);
  if (header === undefined) {
    const [other] = await inner.list({ prefix: "", limit: 1 });
    if (other !== undefined) throw new UsageError("usage/state", "this store holds records that were never sealed");
    const keys = random(KEYS);
    await inner.commit([{ name: HEADER, value: await wrapKeys(keys, passphrase, { random, logN, stretch }) }]);
    return { ok: true, store: new SealedStore(inner, keys, new Map(), { random, stretch }) };
  }
  const keys = await unwrapKeys(header, passphrase, stretch);
  if (keys === undefined) return { ok: false, reason: "store-passphrase" };
  const names = new Map<string, string>();
  for await (const { name: hidden, value } of entriesOf(inner, "")) {
    if (hidden === HEADER) continue;
    const entry = unseal(keys, hidden, value);
    if (entry !== undefined) names.set(entry.name, hidden);
  }
  return { ok: true, store: new SealedStore(inner, keys, names, { random, stretch }) };
}

/** Closing it closes the inner store and wipes the keys. */
export class SealedStore implements Store {
  readonly #inner: Store;
  readonly #keys: Uint8Array;
  readonly #random: RandomSource;
  readonly #stretch: Stretch;
  /** Sorted; rebuilt when names came or went. */
  #sorted: readonly string[] | undefined;
  readonly #names: Map<string, string>;
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
    this.#guard();
    const hidden = this.#names.get(name);
    if (hidden === undefined) return undefined;
    const value = await this.#inner.get(hidden);
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
    const sealed = changes.map(({ name, value }): Change & { readonly open: string } => {
      const hidden = hide(this.#keys, name);
      return { open: name, name: hidden, value: value && seal(this.#keys, hidden, { name, value }, this.#random) };
    });
    await this.#inner.commit(sealed.map(({ name, value }) => ({ name, value })));
    for (const { open, name, value } of sealed) {
      if (this.#names.has(open) !== (value !== undefined)) this.#sorted = undefined;
      if (value === undefined) this.#names.delete(open);
      else this.#names.set(open, name);
    }
  }

  /** The same keys under another passphrase; false where the old one is wrong. Records stay as they are. */
  async changePassphrase(old: string, fresh: string, logN = LEAST_LOG_N): Promise<boolean> {
    this.#guard();
    const header = await this.#inner.get(HEADER);
    const keys = header && (await unwrapKeys(header, old, this.#stretch));
    if (keys === undefined) return false;
    const options = { random: this.#random, logN, stretch: this.#stretch };
    await this.#inner.commit([{ name: HEADER, value: await wrapKeys(keys, fresh, options) }]);
    keys.fill(0);
    return true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOpen = false;
    this.#keys.fill(0);
    this.#names.clear();
    this.#sorted = undefined;
    await this.#inner[Symbol.asyncDispose]();
  }

  #guard(): void {
    if (!this.#isOpen) throw new UsageError("usage/state", "this store is locked; open it again");
  }

  /** A record that we wrote and cannot open was changed by somebody: that is no state to go on from. */
  #open(hidden: string, value: Uint8Array): Entry {
    const entry = unseal(this.#keys, hidden, value);
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

async function wrapKeys(keys: Uint8Array, passphrase: string, options: Required<SealOptions>): Promise<Uint8Array> {
  const { random, logN, stretch } = options;
  if (!Number.isInteger(logN) || logN < LEAST_LOG_N || logN > MOST_LOG_N) {
    throw new UsageError("usage/range", `logN is an integer from ${LEAST_LOG_N} to ${MOST_LOG_N}`);
  }
  const [salt, nonce] = [random(SALT), random(NONCE)];
  const head = concat(Uint8Array.of(VERSION, logN), salt);
  const wrapping = await stretch(utf8(passphrase.normalize("NFKC")), salt, logN);
  const sealed = xchacha20poly1305(wrapping, nonce, head).encrypt(keys);
  wrapping.fill(0);
  return concat(head, nonce, sealed);
}

async function unwrapKeys(header: Uint8Array, passphrase: string, stretch: Stretch): Promise<Uint8Array | undefined> {
  const logN = header[1] ?? 0;
  // Whoever may write to the disk must not decide how much memory we take.
  if (header.length !== HEADER_LENGTH || header[0] !== VERSION || logN < LEAST_LOG_N || logN > MOST_LOG_N)
    return undefined;
  const head = header.subarray(0, 2 + SALT);
  const wrapping = await stretch(utf8(passphrase.normalize("NFKC")), head.subarray(2), logN);
  const nonce = header.subarray(head.length, head.length + NONCE);
  const keys = decrypt(wrapping, nonce, head, header.subarray(head.length + NONCE));
  wrapping.fill(0);
  return keys;
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

function decrypt(key: Uint8Array, nonce: Uint8Array, bound: Uint8Array, sealed: Uint8Array): Uint8Array | undefined {
  try {
    return xchacha20poly1305(key, nonce, bound).decrypt(sealed);
  } catch {
    // The cipher answers a wrong tag, and lengths that cannot be, by throwing.
    return undefined;
  }
}
