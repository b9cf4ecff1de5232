/**
 * From what was given to an account that is open: locked against other processes, its passphrase asked for, its store
 * unsealed. What it opens it closes, in the other order.
 */
import { scrypt } from "node:crypto";
import {
  ACCOUNT_REASONS,
  type AccountReason,
  createAccount,
  type NewAccountKey,
  openAccount,
} from "@subrosa/client/session/account";
import type { Stretch } from "@subrosa/client/store/sealed-store";
import type { Tools } from "../command.ts";
import { Failure } from "../failure.ts";
import type { Given } from "../given.ts";
import type { Option } from "../option.ts";
import { PASSPHRASE_OPTIONS } from "../secrets/secrets.ts";
import { type Lock, lock } from "./lock.ts";
import type { OpenAccount } from "./opened.ts";
import { PLACE_OPTIONS, Place } from "./place.ts";

export const ACCOUNT_OPTIONS: readonly Option[] = [
  ...PLACE_OPTIONS,
  ...PASSPHRASE_OPTIONS,
  { flags: "--no-wait", about: "fail where another subrosa uses this account" },
];

/** Node's own scrypt, some ten times as fast as JavaScript's. */
export const nodeScrypt: Stretch = (password, salt, logN) => {
  const N = 2 ** logN;
  return new Promise((resolve, reject) => {
    scrypt(password, salt, 32, { N, r: 8, p: 1, maxmem: 128 * 8 * (N + 8) }, (error, key) => {
      if (error) reject(error);
      else resolve(Uint8Array.from(key));
    });
  });
};

export async function openGivenAccount(given: Given, tools: Tools, command: string): Promise<OpenAccount> {
  const place = new Place(given, tools.host);
  const name = place.chosen(given);
  const held = await lockFor(place, name, given, tools, command);
  return openHeld(held, place, async () => {
    const passphrase = await tools.secrets.passphrase(given, `Passphrase of ${name}`);
    return openAccount({ ...common(place, tools), name, passphrase });
  });
}

/** Under a passphrase that is typed twice, or was given. */
export async function makeAccount(name: string, given: Given, tools: Tools, key?: NewAccountKey): Promise<OpenAccount> {
  const place = new Place(given, tools.host);
  place.prepare();
  if (place.names().includes(name)) throw refused("account-exists");
  const passphrase = await tools.secrets.newPassphrase(given, `Passphrase of ${name}`);
  const options = { ...common(place, tools), name, passphrase };
  return openHeld(undefined, place, () => createAccount(options, key));
}

function common(place: Place, { host, curve }: Tools) {
  return { shelf: place.shelf(), random: host.random, curve, stretch: nodeScrypt };
}

async function openHeld(
  held: Lock | undefined,
  place: Place,
  open: () => ReturnType<typeof openAccount>,
): Promise<OpenAccount> {
  try {
    const opening = await open();
    if (!opening.ok) throw refused(opening.reason);
    const { account } = opening;
    return {
      account,
      place,
      [Symbol.asyncDispose]: async () => {
        await account[Symbol.asyncDispose]();
        await held?.release();
      },
    };
  } catch (error) {
    await held?.release();
    throw error;
  }
}

export function lockFor(
  place: Place,
  name: string,
  given: Given,
  { screen, signal }: Tools,
  command: string,
): Promise<Lock> {
  return lock({ folder: place.path(name), command, waits: !given.isOff("wait"), signal }, screen);
}

function refused(reason: AccountReason): Failure {
  const code = reason === "store-passphrase" || reason === "no-passphrase" ? "passphrase" : "account";
  return new Failure(code, ACCOUNT_REASONS[reason], { reason });
}
