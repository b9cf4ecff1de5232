/**
 * What the host calls. Bytes come and go at `io`; lengths and ranges are checked by the host (src/kernel.ts), points
 * and signatures here. Nothing is computed before `open`.
 */
import { copyElement } from "./field";
import { KEY_BYTES, keyX, keyY, lookup, parsePoint, placeKeys } from "./keys";
import { IO, placeWork, WORK_BYTES } from "./memory";
import {
  addScalars,
  isZeroScalar,
  multiplyScalars,
  negateScalar,
  reduceWide,
  scalarFromBytes,
  scalarToBytes,
} from "./scalar";
import { secretMultiply } from "./secret";
import { BASE_TABLE_BYTES, KEY_TABLE_BYTES, placeBaseTable } from "./tables";

export { hashToCurveFinish, hashToCurveStart } from "./hash-to-curve";
export { arePoints, multiAddFew, multiAddMany, multiFinish, multiStart, pairSums, ringSums } from "./multi";
export { secretBaseMultiply, signFinish, signNonce, signStart, wipeSecrets } from "./secret";
export { hashUpdate } from "./sha256";
export { challengeStart, verify, verifyFinish, verifyOwnFinish } from "./verify";
export { batchAdd, batchCheck, batchSeal } from "./verify-batch";

export function io(): usize {
  return IO;
}

const PAGE: usize = 65_536;

/** Lays out memory for `sets` sets of four keys (a power of 2) and `tables` tables. False where there is not enough. */
export function open(sets: u32, tables: u32): bool {
  const base = (__heap_base + 63) & ~63;
  const keys = base + BASE_TABLE_BYTES;
  const owners = keys + (sets as usize) * 4 * KEY_BYTES;
  const keyTables = (owners + (tables as usize) * 4 + 63) & ~63;
  const work = keyTables + (tables as usize) * KEY_TABLE_BYTES;
  const pages = ((work + WORK_BYTES + PAGE - 1) / PAGE) as i32;
  const missing = pages - memory.size();
  if (missing > 0 && memory.grow(missing) < 0) return false;
  placeBaseTable(base);
  placeKeys(keys, sets, owners, keyTables, tables);
  placeWork(work);
  return true;
}

export function isKey(bytes: usize): bool {
  return lookup(bytes) !== 0;
}

const x: usize = memory.data(36, 8);
const y: usize = memory.data(36, 8);

/** out = compressed secret·P; false where P is no point. */
export function multiply(out: usize, secret: usize, point: usize): bool {
  if (!parsePoint(x, y, point)) return false;
  secretMultiply(out, secret, x, y);
  return true;
}

/** The same with the even-y point of an x-only key. */
export function multiplyKey(out: usize, secret: usize, bytes: usize): bool {
  const key = lookup(bytes);
  if (key === 0) return false;
  copyElement(x, keyX(key));
  copyElement(y, keyY(key));
  secretMultiply(out, secret, x, y);
  return true;
}

/** 0: not below n; 1: zero; 2: 1 … n−1. */
export function scalarKind(bytes: usize): i32 {
  const below = scalarFromBytes(a, bytes);
  return below === 0 ? 0 : 2 - isZeroScalar(a);
}

/** How many of `count` scalars in a row are below n, up to the first that is not. */
export function scalarsBelowOrder(bytes: usize, count: i32): i32 {
  for (let i = 0; i < count; i++) if (scalarFromBytes(a, bytes + 32 * (i as usize)) === 0) return i;
  return count;
}

const a: usize = memory.data(64, 8);
const b: usize = memory.data(32, 8);

/** 64 big-endian bytes mod n. */
export function scalarReduce(out: usize, bytes: usize): void {
  for (let i: usize = 0; i < 64; i += 4) store<u32>(a + i, bswap<u32>(load<u32>(bytes + 60 - i)));
  reduceWide(a, a);
  scalarToBytes(out, a);
}

export function scalarAdd(out: usize, left: usize, right: usize): void {
  scalarFromBytes(a, left);
  scalarFromBytes(b, right);
  addScalars(a, a, b);
  scalarToBytes(out, a);
}

export function scalarMultiply(out: usize, left: usize, right: usize): void {
  scalarFromBytes(a, left);
  scalarFromBytes(b, right);
  multiplyScalars(a, a, b);
  scalarToBytes(out, a);
}

export function scalarNegate(out: usize, bytes: usize): void {
  scalarFromBytes(a, bytes);
  negateScalar(a, a);
  scalarToBytes(out, a);
}

export function wipeScalars(): void {
  memory.fill(a, 0, 64);
  memory.fill(b, 0, 32);
}
