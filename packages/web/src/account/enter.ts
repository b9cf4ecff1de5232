/** Ways in: a new account, or one that is here. What is refused is a reason with a sentence; nothing stays half made. */
import { systemRandom } from "@subrosa/client/ports";
import { connectWeb } from "@subrosa/client/relay/connect";
import {
  type AccountOptions,
  type AccountReason,
  createAccount,
  type NewAccountKey,
  openAccount,
} from "@subrosa/client/session/account";
import type { IdentityReason } from "@subrosa/client/session/identity";
import { readBunkerAddress } from "@subrosa/client/signer/bunker";
import { type Nip07Signer, openSigner } from "@subrosa/client/signer/signer";
import type { Curve } from "@subrosa/core/curve/curve";
import { readSecretKey } from "@subrosa/core/nostr/keys";
import { relayUrl } from "@subrosa/core/nostr/relay-url";
import { Secret } from "@subrosa/core/secret";
import { openCurve } from "@subrosa/curve/open-curve";
import { bunkerKey } from "./bunker-key.ts";
import { DEVICE_MARK, dropDeviceKey, hasDeviceKey, makeDeviceKey, stretchFor } from "./device.ts";
import { type Opened, openEverything } from "./opened.ts";
import { shelf } from "./residents.ts";
import type { Arrival } from "./start.tsx";

export type EntryReason = AccountReason | IdentityReason | "relay-address" | "bunker-address" | "key-file";
export type Entry =
  | { readonly ok: true; readonly opened: Opened }
  | { readonly ok: false; readonly reason: EntryReason };

export async function enter(name: string, passphrase: string): Promise<Entry> {
  const curve = openCurve();
  const isDevice = await hasDeviceKey(name);
  let opening = await openAccount(optionsFor(name, isDevice ? DEVICE_MARK : passphrase, curve));
  if (!opening.ok && opening.reason === "store-passphrase" && isDevice) {
    // A passphrase was set, and the page ended before the device's key was dropped: it opens nothing any more.
    await dropDeviceKey(name);
    if (passphrase !== "") opening = await openAccount(optionsFor(name, passphrase, curve));
  }
  return opening.ok ? openEverything(opening.account, curve) : opening;
}

export async function arrive(arrival: Arrival): Promise<Entry> {
  const { name, passphrase, relay } = arrival;
  const curve = openCurve();
  if (relayUrl(relay) === undefined) return { ok: false, reason: "relay-address" };
  if ((await shelf.names()).includes(name)) return { ok: false, reason: "account-exists" };
  const key = await keyOf(arrival, curve);
  if (typeof key === "string") return { ok: false, reason: key };
  const isDevice = passphrase === "";
  if (isDevice) await makeDeviceKey(name);
  const made = await createAccount(optionsFor(name, isDevice ? DEVICE_MARK : passphrase, curve), key);
  if (!made.ok) {
    await dropDeviceKey(name);
    return made;
  }
  const entered = await openEverything(made.account, curve, { name, relay });
  if (!entered.ok) await forget(name);
  return entered;
}

/** Everything of this account in this browser. */
export async function forget(name: string): Promise<void> {
  await shelf.remove(name);
  await dropDeviceKey(name);
}

/** From then on this browser asks for it. False where the old one is wrong. */
export async function setPassphrase({ account }: Opened, old: string, fresh: string): Promise<boolean> {
  const isDevice = await hasDeviceKey(account.name);
  const changed = await account.changePassphrase(isDevice ? DEVICE_MARK : old, fresh);
  if (changed) await dropDeviceKey(account.name);
  return changed;
}

function optionsFor(name: string, passphrase: string, curve: Curve): AccountOptions {
  return { shelf, name, passphrase, random: systemRandom, curve, stretch: stretchFor(name) };
}

async function keyOf(arrival: Arrival, curve: Curve): Promise<NewAccountKey | undefined | EntryReason> {
  switch (arrival.way) {
    case "new":
      return { kind: "own", secret: Secret.from(systemRandom(32), curve) };
    case "extension": {
      const extension = (globalThis as { readonly nostr?: Nip07Signer }).nostr;
      if (extension === undefined) return "no-extension";
      const opening = await openSigner(extension, curve);
      return opening.ok ? { kind: "extension", pubkey: opening.signer.pubkey } : opening.reason;
    }
    case "bunker": {
      const address = readBunkerAddress(arrival.address);
      return address === undefined ? "bunker-address" : bunkerKey(address, curve, connectWeb);
    }
    case "file": {
      const read = readSecretKey(arrival.text, curve, { password: arrival.password, maxLogN: 20 });
      return read.ok ? { kind: "own", secret: read.secret } : "key-file";
    }
    default:
      return arrival satisfies never;
  }
}
