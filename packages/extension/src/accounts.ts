/**
 * The accounts and which site speaks for which: plain data, as it lies in storage.
 *
 * A key is here only as an `ncryptsec` (NIP-49) under the account's own passphrase: what is stored is what is exported.
 */
import type { PubkeyHex } from "@subrosa/core/bytes";
import { boolean, hexText, integer, list, object, type Shape, type ShapeValue, text } from "@subrosa/core/json";
import { MAX_ORIGIN } from "./permission.ts";

export const MAX_ACCOUNTS = 50;
export const MAX_NAME = 60;
const MAX_SITES = 2_000;

const pubkey = hexText(32) as Shape<PubkeyHex>;
/** 91 bytes in bech32. */
export const ncryptsec = text({ min: 162, max: 162 });
export const account = object({
  pubkey,
  name: text({ max: MAX_NAME }),
  ncryptsec,
  addedAt: integer(),
  /** The person said that he kept a copy. */
  hasBackup: boolean,
});
export type Account = ShapeValue<typeof account>;

export const accounts = object(
  {
    accounts: list(account, { max: MAX_ACCOUNTS }),
    sites: list(object({ origin: text({ min: 1, max: MAX_ORIGIN }), account: pubkey }), { max: MAX_SITES }),
  },
  { optional: { main: pubkey } },
);
export type Accounts = ShapeValue<typeof accounts>;
export const NO_ACCOUNTS: Accounts = { accounts: [], sites: [] };

export function accountFor(all: Accounts, origin: string): Account | undefined {
  const chosen = all.sites.find((site) => site.origin === origin)?.account ?? all.main;
  return all.accounts.find((one) => one.pubkey === chosen);
}

/** Undefined where it is there already, or there are too many. */
export function addAccount(all: Accounts, added: Account): Accounts | undefined {
  if (all.accounts.length >= MAX_ACCOUNTS || all.accounts.some((one) => one.pubkey === added.pubkey)) return undefined;
  return { ...all, accounts: [...all.accounts, added], main: all.main ?? added.pubkey };
}

export function changeAccount(
  all: Accounts,
  pubkey: string,
  change: Partial<Pick<Account, "name" | "hasBackup" | "ncryptsec">>,
): Accounts {
  return { ...all, accounts: all.accounts.map((one) => (one.pubkey === pubkey ? { ...one, ...change } : one)) };
}

/** Sites that spoke for it speak for nobody until one is chosen: no site falls to another account by itself. */
export function removeAccount(all: Accounts, pubkey: string): Accounts {
  const { main, ...rest } = all;
  const left = { ...rest, accounts: all.accounts.filter((one) => one.pubkey !== pubkey) };
  return main === undefined || main === pubkey ? left : { ...left, main };
}

export function chooseMain(all: Accounts, pubkey: string): Accounts {
  const found = all.accounts.find((one) => one.pubkey === pubkey);
  return found === undefined ? all : { ...all, main: found.pubkey };
}

export function chooseForSite(all: Accounts, origin: string, pubkey: string | undefined): Accounts {
  const others = all.sites.filter((site) => site.origin !== origin);
  const found = all.accounts.find((one) => one.pubkey === pubkey);
  return {
    ...all,
    sites: found === undefined ? others : [...others, { origin, account: found.pubkey }].slice(-MAX_SITES),
  };
}
