/**
 * A lock that needs no typing: a key of this browser that no script can read, only use, in a database of its own. Whoever
 * can open this browser's profile can open what it locks, and the page says so until there is a passphrase.
 *
 * The store's keys are wrapped as with a passphrase (sealed-store.ts); the marker below stands in its place and is
 * stretched by the browser instead of scrypt. It begins with a character that nobody can type.
 */
import type { Stretch } from "@subrosa/client/store/sealed-store";
import { concat, fromUtf8, utf8 } from "@subrosa/core/bytes";
import { type IDBPDatabase, openDB } from "idb";

export const DEVICE_MARK = "\u0001this-device";
const DATABASE = "subrosa-device";
const KEYS = "keys";

/** Browsers keep their cryptography from pages that came over an address that is not secure. */
export function hasDeviceLock(): boolean {
  return globalThis.isSecureContext && (crypto as { subtle?: SubtleCrypto }).subtle !== undefined;
}

async function database(): Promise<IDBPDatabase> {
  return openDB(DATABASE, 1, {
    upgrade: (fresh) => {
      fresh.createObjectStore(KEYS);
    },
  });
}

export async function hasDeviceKey(name: string): Promise<boolean> {
  const db = await database();
  const key: unknown = await db.get(KEYS, name);
  db.close();
  return key !== undefined;
}

export async function makeDeviceKey(name: string): Promise<void> {
  const key = await crypto.subtle.generateKey({ name: "HMAC", hash: "SHA-256", length: 256 }, false, ["sign"]);
  const db = await database();
  await db.put(KEYS, key, name);
  db.close();
}

/** Once there is a passphrase: what this browser could open, it cannot any more. */
export async function dropDeviceKey(name: string): Promise<void> {
  const db = await database();
  await db.delete(KEYS, name);
  db.close();
}

/** For the account of this name, whichever way it is locked. */
export function stretchFor(name: string): Stretch {
  return async (password, salt, logN) => {
    if (fromUtf8(password) !== DEVICE_MARK) {
      const { scryptAsync } = await import("@noble/hashes/scrypt.js");
      const N = 2 ** logN;
      return scryptAsync(password, salt, { N, r: 8, p: 1, dkLen: 32, maxmem: 128 * 8 * (N + 2) });
    }
    const db = await database();
    const key: unknown = await db.get(KEYS, name);
    db.close();
    // The profile was cleared in part: no key, no way in; a key of zeros opens nothing.
    if (!(key instanceof CryptoKey)) return new Uint8Array(32);
    const bytes = concat(utf8("subrosa/device"), salt);
    return new Uint8Array(await crypto.subtle.sign("HMAC", key, bytes as Uint8Array<ArrayBuffer>));
  };
}
