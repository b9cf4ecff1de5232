/** Scalars as they stand in a signature: 32 bytes, 1 … n−1, never reduced on reading (RING-4). */
import type { Curve } from "../curve/curve.ts";
import { rowAt } from "./mask.ts";

/** The order of secp256k1, big-endian. */
const ORDER = Uint8Array.of(
  ...[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe],
  ...[0xba, 0xae, 0xdc, 0xe6, 0xaf, 0x48, 0xa0, 0x3b, 0xbf, 0xd2, 0x5e, 0x8c, 0xd0, 0x36, 0x41, 0x41],
);

/** Are these 32 bytes a number from 1 to n−1? For public values. */
export function isScalar(bytes: Uint8Array): boolean {
  return bytes.length === 32 && bytes.some((byte) => byte !== 0) && isBelowOrder(bytes);
}

/** Is every one of the flat scalars from 1 to n−1? */
export function areScalars(flat: Uint8Array): boolean {
  if (flat.length % 32 !== 0) return false;
  for (let at = 0; at < flat.length; at += 32) {
    // Nearly all are settled by their first byte.
    const first = flat[at]!;
    if ((first === 0 || first === 0xff) && !isScalar(flat.subarray(at, at + 32))) return false;
  }
  return true;
}

function isBelowOrder(bytes: Uint8Array): boolean {
  for (let i = 0; i < 32; i++) if (bytes[i] !== ORDER[i]) return bytes[i]! < ORDER[i]!;
  return false;
}

/** The sum of up to 2^16 flat scalars mod n, by columns of bytes: the carries are settled once, at the end. */
export function sumScalars(flat: Uint8Array, curve: Curve): Uint8Array {
  const columns = new Uint32Array(36);
  for (let at = 0; at < flat.length; at += 32) {
    for (let i = 0; i < 32; i++) columns[i + 4]! += flat[at + i]!;
  }
  const total = new Uint8Array(36);
  let carry = 0;
  for (let i = 35; i >= 0; i--) {
    carry += columns[i]!;
    total[i] = carry;
    carry >>>= 8;
  }
  return curve.scalarReduce(total);
}

export function scalarAt(flat: Uint8Array, index: number): Uint8Array {
  return rowAt(flat, index, 32);
}
