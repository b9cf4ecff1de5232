/** A passphrase into a key, as NIP-49 does: scrypt with r 8, p 1 and 32 bytes out. */
import { scryptAsync } from "@noble/hashes/scrypt.js";

/** Hosts that have a faster one than JavaScript's hand it in. */
export type Stretch = (password: Uint8Array, salt: Uint8Array, logN: number) => Promise<Uint8Array>;

export const scryptStretch: Stretch = (password, salt, logN) => {
  const N = 2 ** logN;
  return scryptAsync(password, salt, { N, r: 8, p: 1, dkLen: 32, maxmem: 128 * 8 * (N + 2) });
};
