/**
 * A file, encrypted before it leaves: AES-256-GCM under a key of its own, as NIP-17's files and the group's say.
 *
 * By the host's own cipher where it has one, which works beside this thread; a page that is not served securely has none,
 * and then in place. What was changed by a single bit does not open.
 */
import { gcm } from "@noble/ciphers/aes.js";
import { fromHex, toHex } from "@subrosa/core/bytes";
import type { RandomSource } from "@subrosa/core/curve/curve";

export const ALGORITHM = "aes-gcm";
const TAG = 16;

export interface SealedFile {
  readonly sealed: Uint8Array;
  /** Hex. */
  readonly key: string;
  readonly nonce: string;
}

export async function sealFile(bytes: Uint8Array, random: RandomSource): Promise<SealedFile> {
  const [key, nonce] = [random(32), random(12)];
  const sealed = await encrypt(key, nonce, bytes);
  const result = { sealed, key: toHex(key), nonce: toHex(nonce) };
  key.fill(0);
  return result;
}

/** Undefined where key and nonce do not fit, or it was changed. */
export async function openFile(
  sealed: Uint8Array,
  { key: keyText, nonce: nonceText }: { readonly key: string; readonly nonce: string },
): Promise<Uint8Array | undefined> {
  const [key, nonce] = [fromHex(keyText), fromHex(nonceText)];
  const isKey = key?.length === 32 || key?.length === 16;
  if (key === undefined || nonce === undefined || !isKey || nonce.length < 12 || nonce.length > 32) return undefined;
  if (sealed.length < TAG) return undefined;
  try {
    return await decrypt(key, nonce, sealed);
  } catch {
    // Both ciphers answer a wrong tag by throwing.
    return undefined;
  } finally {
    key.fill(0);
  }
}

async function encrypt(key: Uint8Array, nonce: Uint8Array, bytes: Uint8Array): Promise<Uint8Array> {
  const { subtle } = crypto;
  if (subtle === undefined) return gcm(key, nonce).encrypt(bytes);
  const imported = await subtle.importKey("raw", own(key), "AES-GCM", false, ["encrypt"]);
  return new Uint8Array(await subtle.encrypt({ name: "AES-GCM", iv: own(nonce) }, imported, own(bytes)));
}

async function decrypt(key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array): Promise<Uint8Array> {
  const { subtle } = crypto;
  if (subtle === undefined) return gcm(key, nonce).decrypt(sealed);
  const imported = await subtle.importKey("raw", own(key), "AES-GCM", false, ["decrypt"]);
  return new Uint8Array(await subtle.decrypt({ name: "AES-GCM", iv: own(nonce) }, imported, own(sealed)));
}

/** What the platform's types ask for: bytes on a buffer that is not shared. */
function own(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes.buffer instanceof ArrayBuffer ? (bytes as Uint8Array<ArrayBuffer>) : Uint8Array.from(bytes);
}
