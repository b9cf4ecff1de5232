/**
 * Multiplication by secret scalars, and BIP-340 signing.
 *
 * Promised: the sequence of instructions and of addresses does not depend on the scalar. Digits are odd and signed, so
 * there are always as many additions; a table is read in full for each and the entry kept by masks; signs are masks.
 * Additions are incomplete only where no exception is possible (argued at each), and complete (Renes–Costello–Batina
 * 2016, algorithm 7 with a = 0) where one is. Scratch is wiped by `wipeSecrets`.
 *
 * Not promised, and no JavaScript host can: that the engine compiles 64-bit products and masks to instructions of
 * constant time, that a call leaves no copy on its stack or in freed memory, that the caller's arrays are not copied.
 */
import { GENERATOR_X, GENERATOR_Y, HALF, MINUS_ONE_MINUS_LAMBDA } from "./constants.generated";
import { copyElement, invert, isOdd, normalize, setOne, toBytes, wipeFieldScratch } from "./field";
import { linearDiff, linearSum, mul, mulAddMul, mulSigned, mulSubMul, scaled, sqr } from "./field.generated";
import { AFFINE, IO, JACOBIAN, workBase } from "./memory";
import { addAffineRaw, doubleRaw, setAffine, wipePointScratch } from "./point";
import {
  addScalars,
  HALF_BYTES,
  isZeroScalar,
  multiplyScalars,
  negateScalarIf,
  scalarFromBytes,
  scalarFromHash,
  scalarToBytes,
  splitScalar,
  wipeScalarScratch,
} from "./scalar";
import { AUX, CHALLENGE, hashFinish, hashStartTagged, hashUpdate, NONCE, wipeHashScratch } from "./sha256";
import { oddMultiplesAlone } from "./strauss";
import { addRecord, addRecorded, startRecords, toAffineMany } from "./sums";
import { placeOwnKey } from "./verify";

/** A table entry: x, y, and 8 bytes to make whole vectors. */
const ENTRY: usize = 80;
const ROW: usize = 8 * 80;
const WINDOWS: usize = 64;
/** 1, 3, …, 15 times 16^i·G for i = 0 … 63. */
const baseTable: usize = memory.data(64 * 640, 16);
let baseReady = false;

const accumulator: usize = memory.data(112, 8);

export function prepareSecretBase(): void {
  if (baseReady) return;
  const starts = workBase;
  const affine = starts + WINDOWS * JACOBIAN;
  const doubles = affine + WINDOWS * AFFINE;
  const records = doubles + WINDOWS * AFFINE;
  setAffine(accumulator, GENERATOR_X, GENERATOR_Y);
  for (let i: usize = 0; i < WINDOWS; i++) {
    memory.copy(starts + i * JACOBIAN, accumulator, JACOBIAN);
    for (let k = 0; k < 4; k++) doubleRaw(accumulator);
  }
  toAffineMany(affine, starts, WINDOWS as i32, records);
  startRecords(records);
  for (let i: usize = 0; i < WINDOWS; i++) {
    memory.copy(baseTable + i * ROW, affine + i * AFFINE, AFFINE);
    addRecord(affine + i * AFFINE, affine + i * AFFINE, doubles + i * AFFINE);
  }
  addRecorded();
  for (let k: usize = 1; k < 8; k++) {
    startRecords(records);
    for (let i: usize = 0; i < WINDOWS; i++) {
      const entry = baseTable + i * ROW + k * ENTRY;
      addRecord(entry - ENTRY, doubles + i * AFFINE, entry);
    }
    addRecorded();
  }
  baseReady = true;
}

const selected: usize = memory.data(80, 16);

/** The entry for the odd digit 2·group − 15, group of 4 bits: all eight are read, one is kept, y negated by mask. */
function select(row: usize, group: i32): void {
  const negative = (group >> 3) ^ 1;
  const index = (group ^ -negative) & 7;
  let v0 = i64x2.splat(0);
  let v1 = v0;
  let v2 = v0;
  let v3 = v0;
  let v4 = v0;
  for (let j = 0; j < 8; j++) {
    const mask = i32x4.splat(((j ^ index) - 1) >> 31);
    const entry = row + (j as usize) * ENTRY;
    v0 = v128.or(v0, v128.and(v128.load(entry), mask));
    v1 = v128.or(v1, v128.and(v128.load(entry, 16), mask));
    v2 = v128.or(v2, v128.and(v128.load(entry, 32), mask));
    v3 = v128.or(v3, v128.and(v128.load(entry, 48), mask));
    v4 = v128.or(v4, v128.and(v128.load(entry, 64), mask));
  }
  v128.store(selected, v0);
  v128.store(selected, v1, 16);
  v128.store(selected, v2, 32);
  v128.store(selected, v3, 48);
  v128.store(selected, v4, 64);
  negateIf(selected + 36, negative);
}

function negateIf(a: usize, choice: i32): void {
  const mask = -choice;
  for (let i: usize = 0; i < 36; i += 4) store<i32>(a + i, (load<i32>(a + i) ^ mask) - mask);
}

/** Homogeneous points X : Y : Z with x = X/Z, y = Y/Z. */
const left: usize = memory.data(112, 8);
const right: usize = memory.data(112, 8);
const A: usize = memory.data(36, 8);
const B: usize = memory.data(36, 8);
const C: usize = memory.data(36, 8);
const D: usize = memory.data(36, 8);
const E: usize = memory.data(36, 8);
const F: usize = memory.data(36, 8);
const H: usize = memory.data(36, 8);

/** left = left + right for any two points. `right` may have a signed Y. */
function addComplete(): void {
  mulAddMul(A, left, right + 36, right, left + 36); // X1·Y2 + X2·Y1
  mulAddMul(B, right + 72, left + 36, left + 72, right + 36); // Y1·Z2 + Y2·Z1
  mulAddMul(C, left, right + 72, right, left + 72); // X1·Z2 + X2·Z1
  mulSigned(D, left + 36, right + 36); // Y1·Y2
  mul(E, left + 72, right + 72);
  scaled(E, E, 21); // 3b·Z1·Z2
  mul(H, left, right);
  scaled(H, H, 3); // 3·X1·X2
  scaled(C, C, 21);
  linearDiff(F, D, E);
  linearSum(D, D, E);
  mulSubMul(left, A, F, C, B);
  mulAddMul(left + 36, D, F, H, C);
  mulAddMul(left + 72, B, D, H, A);
}

/** left = a Jacobian point with the factor `z` more in its Z. */
function toHomogeneous(r: usize, point: usize, z: usize): void {
  mul(E, point + 72, z);
  sqr(F, E);
  mul(r, point, E);
  mul(r + 72, F, E);
  copyElement(r + 36, point + 36);
}

const one: usize = memory.data(36, 8);
const recoded: usize = memory.data(32, 8);
const resultX: usize = memory.data(36, 8);
const resultY: usize = memory.data(36, 8);
const inverse: usize = memory.data(36, 8);

/** left, which is not the identity, as canonical affine coordinates. */
function toAffineResult(): void {
  invert(inverse, left + 72);
  mul(resultX, left, inverse);
  mul(resultY, left + 36, inverse);
  normalize(resultX, resultX);
  normalize(resultY, resultY);
}

/**
 * result = scalar·G for a scalar 1 … n−1. With k = ±scalar odd, k = Σ d_i·16^i with odd |d_i| ≤ 15: the 4-bit groups of
 * (k >> 1) + 2^255 are (d_i + 15)/2.
 *
 * Before window i the sum is m·G with 0 < |m| < 16^i ≤ |d_i·16^i|, so m ≠ ±d_i·16^i, and up to window 62 all of these
 * are below n in size: no exception. In window 63 sizes pass n, so that addition is complete.
 */
function multiplyBase(scalar: usize): void {
  const even = (load<u32>(scalar) & 1) ^ 1;
  negateScalarIf(recoded, scalar, even);
  for (let i: usize = 0; i < 28; i += 4) {
    store<u32>(recoded + i, (load<u32>(recoded + i) >>> 1) | (load<u32>(recoded + i, 4) << 31));
  }
  store<u32>(recoded, (load<u32>(recoded, 28) >>> 1) | 0x8000_0000, 28);
  select(baseTable, load<u8>(recoded) & 15);
  setAffine(accumulator, selected, selected + 36);
  for (let i: usize = 1; i < WINDOWS - 1; i++) {
    select(baseTable + i * ROW, (load<u8>(recoded + (i >> 1)) >> (((i & 1) << 2) as u8)) & 15);
    addAffineRaw(accumulator, selected, selected + 36);
  }
  select(baseTable + (WINDOWS - 1) * ROW, load<u8>(recoded, 31) >> 4);
  setOne(one);
  toHomogeneous(left, accumulator, one);
  copyElement(right, selected);
  copyElement(right + 36, selected + 36);
  setOne(right + 72);
  addComplete();
  toAffineResult();
  negateIf(resultY, even as i32);
  normalize(resultY, resultY);
}

const oddTable: usize = memory.data(864, 8);
const commonZ: usize = memory.data(36, 8);
/** The eight odd multiples of P, and of λP, in whole vectors. */
const table: usize = memory.data(640, 16);
const turnedTable: usize = memory.data(640, 16);
const halves: usize = memory.data(40, 8);
const groups1: usize = memory.data(24, 8);
const groups2: usize = memory.data(24, 8);

/** half + 2^131 as 5 words: its 4-bit groups are (d_i + 15)/2 for 2·half + 1 = Σ d_i·16^i, i = 0 … 32. */
function recodeHalf(groups: usize, half: usize): void {
  const sign = load<u32>(half, 16);
  const mask = -sign;
  let carry: u64 = sign as u64;
  for (let i: usize = 0; i < 20; i += 4) {
    const word = i < 16 ? load<u32>(half + i) : 0;
    carry += (word ^ mask) as u64;
    store<u32>(groups + i, carry as u32);
    carry >>= 32;
  }
  store<u32>(groups, load<u32>(groups, 16) + 8, 16);
}

function groupAt(groups: usize, i: usize): i32 {
  return (load<u8>(groups + (i >> 1)) >> (((i & 1) << 2) as u8)) & 15;
}

/**
 * result = scalar·(x, y) for a scalar 1 … n−1 and a public point. (scalar − 1 − λ)/2 = s1 + s2·λ, so the scalar is
 * (2·s1 + 1) + (2·s2 + 1)·λ, both odd and at most 2^129 in size.
 *
 * Before the last window the sum is (m1 + m2·λ)·P with m1, m2 not both zero and at most 2^126 in size. An exception
 * needs a nonzero pair with m1 + m2·λ ≡ 0 mod n of that size, and the shortest has one above 2^127. The last two
 * additions, where sizes reach 2^129, are complete.
 */
function multiplyPoint(scalar: usize, x: usize, y: usize): void {
  oddMultiplesAlone(oddTable, commonZ, x, y);
  for (let j: usize = 0; j < 8; j++) {
    memory.copy(table + j * ENTRY, oddTable + j * AFFINE, AFFINE);
    memory.copy(turnedTable + j * ENTRY, oddTable + 8 * AFFINE + j * 36, 36);
    memory.copy(turnedTable + j * ENTRY + 36, oddTable + j * AFFINE + 36, 36);
  }
  addScalars(recoded, scalar, MINUS_ONE_MINUS_LAMBDA);
  multiplyScalars(recoded, recoded, HALF);
  splitScalar(halves, halves + HALF_BYTES, recoded);
  recodeHalf(groups1, halves);
  recodeHalf(groups2, halves + HALF_BYTES);
  select(table, groupAt(groups1, 32));
  setAffine(accumulator, selected, selected + 36);
  select(turnedTable, groupAt(groups2, 32));
  addAffineRaw(accumulator, selected, selected + 36);
  for (let i: usize = 31; i > 0; i--) {
    doubleRaw(accumulator);
    doubleRaw(accumulator);
    doubleRaw(accumulator);
    doubleRaw(accumulator);
    select(table, groupAt(groups1, i));
    addAffineRaw(accumulator, selected, selected + 36);
    select(turnedTable, groupAt(groups2, i));
    addAffineRaw(accumulator, selected, selected + 36);
  }
  doubleRaw(accumulator);
  doubleRaw(accumulator);
  doubleRaw(accumulator);
  doubleRaw(accumulator);
  toHomogeneous(left, accumulator, commonZ);
  select(table, groupAt(groups1, 0));
  addSelected();
  select(turnedTable, groupAt(groups2, 0));
  addSelected();
  toAffineResult();
}

/** left += the selected entry, whose Z is the common one. */
function addSelected(): void {
  mul(right, selected, commonZ);
  copyElement(right + 36, selected + 36);
  sqr(right + 72, commonZ);
  mul(right + 72, right + 72, commonZ);
  addComplete();
}

const secret: usize = memory.data(32, 8);
const nonce: usize = memory.data(32, 8);
const challenge: usize = memory.data(32, 8);
const hash: usize = memory.data(32, 8);
const publicX: usize = memory.data(32, 8);

/** out = compressed secret·G. */
export function secretBaseMultiply(out: usize, scalarBytes: usize): void {
  prepareSecretBase();
  scalarFromBytes(secret, scalarBytes);
  multiplyBase(secret);
  writeResult(out);
  wipeSecrets();
}

/** out = compressed secret·(x, y). */
export function secretMultiply(out: usize, scalarBytes: usize, x: usize, y: usize): void {
  scalarFromBytes(secret, scalarBytes);
  multiplyPoint(secret, x, y);
  writeResult(out);
  wipeSecrets();
}

function writeResult(out: usize): void {
  store<u8>(out, (2 + isOdd(resultY)) as u8);
  toBytes(out + 1, resultX);
}

/**
 * Signing in three steps, so that a message of any length can be streamed to `hashUpdate` after the first and after
 * the second. Secret at IO, auxiliary bytes at IO + 32.
 */
export function signStart(): void {
  prepareSecretBase();
  scalarFromBytes(secret, IO);
  multiplyBase(secret);
  toBytes(publicX, resultX);
  negateScalarIf(secret, secret, isOdd(resultY));
  negateIf(resultY, isOdd(resultY));
  normalize(resultY, resultY);
  placeOwnKey(resultX, resultY);
  hashStartTagged(AUX);
  hashUpdate(IO + 32, 32);
  hashFinish(hash);
  scalarToBytes(challenge, secret);
  for (let i: usize = 0; i < 32; i += 4) store<u32>(hash + i, load<u32>(hash + i) ^ load<u32>(challenge + i));
  hashStartTagged(NONCE);
  hashUpdate(hash, 32);
  hashUpdate(publicX, 32);
}

/** R goes to IO, the key to IO + 64. False for a nonce of zero, which no one will meet. */
export function signNonce(): bool {
  hashFinish(hash);
  scalarFromHash(nonce, hash);
  if (isZeroScalar(nonce) !== 0) return false;
  multiplyBase(nonce);
  toBytes(IO, resultX);
  negateScalarIf(nonce, nonce, isOdd(resultY));
  memory.copy(IO + 64, publicX, 32);
  hashStartTagged(CHALLENGE);
  hashUpdate(IO, 32);
  hashUpdate(publicX, 32);
  return true;
}

/** s goes to IO + 32. */
export function signFinish(): void {
  hashFinish(hash);
  scalarFromHash(challenge, hash);
  multiplyScalars(challenge, challenge, secret);
  addScalars(challenge, challenge, nonce);
  scalarToBytes(IO + 32, challenge);
  wipeSecrets();
}

export function wipeSecrets(): void {
  memory.fill(secret, 0, 32);
  memory.fill(nonce, 0, 32);
  memory.fill(challenge, 0, 32);
  memory.fill(hash, 0, 32);
  memory.fill(recoded, 0, 32);
  memory.fill(halves, 0, 40);
  memory.fill(groups1, 0, 24);
  memory.fill(groups2, 0, 24);
  memory.fill(selected, 0, 80);
  memory.fill(accumulator, 0, 112);
  memory.fill(left, 0, 112);
  memory.fill(right, 0, 112);
  memory.fill(A, 0, 36);
  memory.fill(B, 0, 36);
  memory.fill(C, 0, 36);
  memory.fill(D, 0, 36);
  memory.fill(E, 0, 36);
  memory.fill(F, 0, 36);
  memory.fill(H, 0, 36);
  memory.fill(inverse, 0, 36);
  memory.fill(resultX, 0, 36);
  memory.fill(resultY, 0, 36);
  wipeFieldScratch();
  wipeScalarScratch();
  wipePointScratch();
  wipeHashScratch();
}
