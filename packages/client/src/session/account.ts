/**
 * Accounts: each one sealed store with one person's key, or with the way to whoever signs for him.
 *
 *   shelf ── names, in the open ──► openAccount(name, passphrase) ──► identity, store ──► openSession
 *
 * The list is read without any passphrase and shows names alone. A key of our own lies in the sealed store; with a
 * `keyPassword` it lies there once more locked, as NIP-49 has it, so that an open store does not give it away. The keys
 * that aliases, groups and channels make for themselves are in the same store. Wrong passphrases get one answer.
 */
import { fromHex, fromUtf8, type PubkeyHex, pubkeyHex, toHex, utf8 } from "@subrosa/core/bytes";
import type { Curve, RandomSource } from "@subrosa/core/curve/curve";
import { UsageError } from "@subrosa/core/errors";
import { hexText, list, object, oneOf, readShape, type Shape, text, writeShape } from "@subrosa/core/json";
import { encodeNcryptsec } from "@subrosa/core/nostr/nip49";
import { Secret } from "@subrosa/core/secret";
import type { BunkerAddress } from "../signer/bunker.ts";
import { keepKey, unlockKey } from "../signer/key-record.ts";
import { openSealedStore, type SealedStore, type Stretch } from "../store/sealed-store.ts";
import { isShelfName, type Shelf } from "../store/shelf.ts";

/** Who acts in an account. */
export type AccountKey =
  /** A key of our own: everything works. Wiped when the account is closed. */
  | { readonly kind: "own"; readonly pubkey: PubkeyHex; readonly secret: Secret }
  /** NIP-07: the host hands the extension over when the session is opened. */
  | { readonly kind: "extension"; readonly pubkey: PubkeyHex }
  /** NIP-46; `client` is ours for this bunker alone. */
  | {
      readonly kind: "bunker";
      readonly pubkey: PubkeyHex;
      readonly address: BunkerAddress;
      readonly client: Secret;
    };

export interface AccountOptions {
  readonly shelf: Shelf;
  readonly name: string;
  readonly passphrase: string;
  readonly random: RandomSource;
  readonly curve: Curve;
  /** Of a new store, for the passphrase. Default 17. */
  readonly logN?: number;
  readonly stretch?: Stretch;
  /** The key lies locked with a password of its own. */
  readonly keyPassword?: string;
}

/** What a new account is for; a secret stays the caller's, who wipes it. Absent: a new key is made. */
export type NewAccountKey =
  | { readonly kind: "own"; readonly secret: Secret }
  | { readonly kind: "extension"; readonly pubkey: PubkeyHex }
  | { readonly kind: "bunker"; readonly pubkey: PubkeyHex; readonly address: BunkerAddress; readonly client: Secret };

export const ACCOUNT_REASONS = Object.freeze({
  "account-name": "Name it with 1 to 64 letters and digits; spaces, . _ - may stand between them.",
  "account-exists": "There is an account with this name already.",
  "account-unknown": "There is no account with this name.",
  "account-broken": "This store holds no account; it was not finished, or it belongs to something else.",
  "no-passphrase": "Give a passphrase: whoever finds the disk needs it to read anything.",
  "store-passphrase": "The passphrase is wrong.",
  "key-password": "The key is locked with a password of its own, which is missing or wrong.",
});
export type AccountReason = keyof typeof ACCOUNT_REASONS;
export type AccountOpening =
  | { readonly ok: true; readonly account: Account }
  | { readonly ok: false; readonly reason: AccountReason };

const RECORD = "account/key";
const LIMITS = { maxLength: 1 << 16, maxDepth: 4 };
const relay = text({ max: 500 });
const key = hexText(32) as Shape<PubkeyHex>;
const record = object(
  { kind: oneOf("own", "locked", "extension", "bunker"), pubkey: key },
  {
    optional: {
      secret: hexText(32),
      remote: key,
      relays: list(relay, { max: 20 }),
      word: text({ max: 1_024 }),
    },
  },
);

export async function createAccount(options: AccountOptions, wanted?: NewAccountKey): Promise<AccountOpening> {
  const { shelf, name, passphrase, random, curve, keyPassword } = options;
  if (!isShelfName(name)) return refuse("account-name");
  if (passphrase === "") return refuse("no-passphrase");
  if ((await shelf.names()).includes(name)) return refuse("account-exists");
  const inner = await shelf.open(name);
  const opening = await openSealedStore(inner, passphrase, options);
  if (!opening.ok) {
    await inner[Symbol.asyncDispose]();
    return refuse("account-exists");
  }
  const { store } = opening;
  const made = owned(wanted, random, curve);
  if (made.kind === "own" && keyPassword !== undefined) await keepKey(store, made.secret, keyPassword, { random });
  await store.commit([{ name: RECORD, value: write(made, keyPassword !== undefined) }]);
  return { ok: true, account: new Account(name, store, made) };
}

export async function openAccount(options: AccountOptions): Promise<AccountOpening> {
  const { shelf, name, passphrase, curve } = options;
  if (!(await shelf.names()).includes(name)) return refuse("account-unknown");
  const inner = await shelf.open(name);
  // An empty store would be sealed with whatever was typed.
  const [any] = await inner.list({ prefix: "", limit: 1 });
  const opening = any === undefined ? undefined : await openSealedStore(inner, passphrase, options);
  if (opening?.ok !== true) {
    await inner[Symbol.asyncDispose]();
    return refuse(opening === undefined ? "account-broken" : opening.reason);
  }
  const found = await read(opening.store, options, curve);
  if (typeof found === "string") {
    await opening.store[Symbol.asyncDispose]();
    return refuse(found);
  }
  return { ok: true, account: new Account(name, opening.store, found) };
}

/** Owns the store and the key: closing it wipes both from memory. */
export class Account implements AsyncDisposable {
  readonly name: string;
  readonly store: SealedStore;
  readonly key: AccountKey;

  /** Only createAccount and openAccount make one. @internal */
  constructor(name: string, store: SealedStore, owner: AccountKey) {
    this.name = name;
    this.store = store;
    this.key = owner;
  }

  /** NIP-49: to be kept elsewhere, or taken to another program. Takes a second. */
  exportKey(password: string, random: RandomSource, logN = 17): string {
    if (this.key.kind !== "own") {
      throw new UsageError("usage/secret", "this account's key is not here; export it where it is");
    }
    return encodeNcryptsec(this.key.secret, password, {
      logN,
      security: "untracked",
      salt: random(16),
      nonce: random(24),
    });
  }

  /** False where the old one is wrong. */
  changePassphrase(old: string, fresh: string): Promise<boolean> {
    if (fresh === "") throw new UsageError("usage/range", ACCOUNT_REASONS["no-passphrase"]);
    return this.store.changePassphrase(old, fresh);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.key.kind === "own") this.key.secret.wipe();
    if (this.key.kind === "bunker") this.key.client.wipe();
    await this.store[Symbol.asyncDispose]();
  }
}

function refuse(reason: AccountReason): AccountOpening {
  return { ok: false, reason };
}

/** Copies what the caller will wipe. */
function owned(wanted: NewAccountKey | undefined, random: RandomSource, curve: Curve): AccountKey {
  if (wanted === undefined) return own(Secret.from(random(32), curve));
  if (wanted.kind === "own") return own(Secret.from(wanted.secret.expose(), curve));
  return wanted.kind === "bunker" ? { ...wanted, client: Secret.from(wanted.client.expose(), curve) } : wanted;
}

function own(secret: Secret): AccountKey {
  return { kind: "own", pubkey: pubkeyHex(toHex(secret.pubkey))!, secret };
}

function write(owner: AccountKey, isLocked: boolean): Uint8Array {
  const { kind, pubkey } = owner;
  if (kind === "extension") return utf8(writeShape(record, { kind, pubkey }));
  if (kind === "bunker") {
    const { address, client } = owner;
    const { remote, relays, secret: word } = address;
    const way = { remote, relays, secret: toHex(client.expose()), ...(word === undefined ? {} : { word }) };
    return utf8(writeShape(record, { kind, pubkey, ...way }));
  }
  if (isLocked) return utf8(writeShape(record, { kind: "locked", pubkey }));
  return utf8(writeShape(record, { kind, pubkey, secret: toHex(owner.secret.expose()) }));
}

async function read(
  store: SealedStore,
  { keyPassword }: AccountOptions,
  curve: Curve,
): Promise<AccountKey | AccountReason> {
  const bytes = await store.get(RECORD);
  if (bytes === undefined) return "account-broken";
  const {
    kind,
    pubkey,
    secret: hex,
    remote,
    relays = [],
    word,
  } = readShape(record, fromUtf8(bytes) ?? "", "account", LIMITS);
  if (kind === "extension") return { kind, pubkey };
  if (kind === "locked") {
    const unlocked = keyPassword === undefined ? undefined : await unlockKey(store, keyPassword, curve);
    return unlocked?.ok === true ? own(unlocked.secret) : "key-password";
  }
  const secret = hex === undefined ? undefined : Secret.from(fromHex(hex, 32)!, curve);
  if (secret === undefined) return "account-broken";
  if (kind === "own") return own(secret);
  return remote === undefined
    ? "account-broken"
    : { kind, pubkey, client: secret, address: { remote, relays, secret: word } };
}
