/**
 * Unlocked keys while the worker sleeps, in two halves: the key, sealed, in the browser's session memory, and what opens
 * it as a `CryptoKey` that cannot be read out, in the extension's database. Neither half is worth anything alone: on
 * disk there is no key, and in session memory there is no plain one.
 */
import type { KeyCache } from "./ports.ts";

const DATABASE = "subrosa";
const STORE = "sealing";
const ALGORITHM = "AES-GCM";

interface Sealed {
  readonly iv: string;
  readonly sealed: string;
}

export function openKeyCache(): KeyCache {
  const nameOf = (pubkey: string): string => `key:${pubkey}`;
  return {
    put: async (pubkey, bytes) => {
      const key = await crypto.subtle.generateKey({ name: ALGORITHM, length: 256 }, false, ["encrypt", "decrypt"]);
      const iv = crypto.getRandomValues(new Uint8Array(12));
      const sealed = new Uint8Array(await crypto.subtle.encrypt({ name: ALGORITHM, iv }, key, Uint8Array.from(bytes)));
      await withStore("readwrite", (store) => store.put(key, pubkey));
      await chrome.storage.session.set({ [nameOf(pubkey)]: { iv: toText(iv), sealed: toText(sealed) } });
    },
    take: async (pubkey) => {
      const name = nameOf(pubkey);
      const { [name]: stored } = await chrome.storage.session.get<Record<string, Sealed>>(name);
      const key = await withStore<CryptoKey | undefined>("readonly", (store) => store.get(pubkey));
      if (stored === undefined || key === undefined) return undefined;
      const algorithm = { name: ALGORITHM, iv: fromText(stored.iv) };
      return new Uint8Array(await crypto.subtle.decrypt(algorithm, key, fromText(stored.sealed)));
    },
    remove: async (pubkey) => {
      await chrome.storage.session.remove(nameOf(pubkey));
      await withStore("readwrite", (store) => store.delete(pubkey));
    },
  };
}

function toText(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

function fromText(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

function withStore<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest): Promise<T> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(DATABASE, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
    opening.onerror = () => reject(opening.error ?? new Error("the database cannot be opened"));
    opening.onsuccess = () => {
      const database = opening.result;
      const transaction = database.transaction(STORE, mode);
      const request = work(transaction.objectStore(STORE));
      transaction.oncomplete = () => {
        database.close();
        resolve(request.result as T);
      };
      transaction.onabort = () => {
        database.close();
        reject(transaction.error ?? new Error("the database refused"));
      };
    };
  });
}
