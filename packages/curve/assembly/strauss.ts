/**
 * scalar·P for points without a table: halves of 128 bits in non-adjacent form of width 5 over one chain of doublings
 * (Strauss), with the odd multiples 1, 3, …, 15 of P and of λP.
 *
 * Two ways to those multiples. `oddMultiplesAlone` needs no inversion: the multiples are brought to one common Z, so
 * that on the curve scaled by it they are affine, and the sum gets that Z at the end. `oddMultiplesMany` makes true
 * affine ones for many points with eight shared inversions.
 */
import { BETA } from "./constants.generated";
import { NAF_LENGTH, nafDigits } from "./digits";
import { copyElement, negate } from "./field";
import { linearDiff, mul, mulDiff, mulDiffSub, sqr, sqrSubSub } from "./field.generated";
import { AFFINE } from "./memory";
import { addAffine, doubleRaw, isIdentity, setAffine, setIdentity } from "./point";
import { HALF_BYTES, splitScalar } from "./scalar";
import { addRecord, addRecorded, startRecords } from "./sums";

const WIDTH: i32 = 5;
const COUNT: usize = 8;
/** Eight points, and eight x of λ times them. */
export const ODD_BYTES: usize = COUNT * 108;

function fillTurned(table: usize): void {
  for (let i: usize = 0; i < COUNT; i++) mul(table + COUNT * AFFINE + i * 36, table + i * AFFINE, BETA);
}

const doubled: usize = memory.data(112, 8);
const ratios: usize = memory.data(8 * 36, 8);
const factor: usize = memory.data(36, 8);
const square: usize = memory.data(36, 8);
const slope: usize = memory.data(36, 8);

/**
 * next = entry + doubled for two points over one Z, in 4 multiplications and 2 squarings; `doubled` is brought to the Z
 * of the result, which is `ratio` times the old one (Meloni 2007). The two are not ± the same point.
 */
function addOverCommonZ(next: usize, entry: usize, ratio: usize): void {
  linearDiff(ratio, doubled, entry);
  linearDiff(slope, doubled + 36, entry + 36);
  sqr(square, ratio);
  mul(doubled, doubled, square);
  mul(square, entry, square);
  mulDiff(doubled + 36, doubled + 36, doubled, square);
  sqrSubSub(next, slope, doubled, square);
  mulDiffSub(next + 36, slope, doubled, next, doubled + 36);
}

/** Fills the table for (x, y); `commonZ` receives the Z of all its points. */
export function oddMultiplesAlone(table: usize, commonZ: usize, x: usize, y: usize): void {
  setAffine(doubled, x, y);
  doubleRaw(doubled);
  // On the curve scaled by the Z of 2P, 2P is affine and P is (x·Z², y·Z³).
  sqr(square, doubled + 72);
  mul(factor, square, doubled + 72);
  mul(table, square, x);
  mul(table + 36, factor, y);
  for (let i: usize = 1; i < COUNT; i++) {
    addOverCommonZ(table + i * AFFINE, table + (i - 1) * AFFINE, ratios + i * 36);
  }
  copyElement(factor, ratios + (COUNT - 1) * 36);
  for (let i: usize = COUNT - 1; i > 0; i--) {
    const entry = table + (i - 1) * AFFINE;
    sqr(square, factor);
    mul(entry, entry, square);
    mul(square, square, factor);
    mul(entry + 36, square, entry + 36);
    if (i > 1) mul(factor, factor, ratios + (i - 1) * 36);
  }
  mul(commonZ, factor, doubled + 72);
  fillTurned(table);
}

/** Fills tables for `count` affine points, 72 bytes apart. `work` holds `count` points and their records. */
export function oddMultiplesMany(tables: usize, points: usize, count: i32, work: usize): void {
  const doubles = work;
  const records = work + (count as usize) * AFFINE;
  startRecords(records);
  for (let i: usize = 0; i < (count as usize); i++) {
    const point = points + i * AFFINE;
    copyElement(tables + i * ODD_BYTES, point);
    copyElement(tables + i * ODD_BYTES + 36, point + 36);
    addRecord(point, point, doubles + i * AFFINE);
  }
  addRecorded();
  for (let k: usize = 1; k < COUNT; k++) {
    startRecords(records);
    for (let i: usize = 0; i < (count as usize); i++) {
      const entry = tables + i * ODD_BYTES + k * AFFINE;
      addRecord(entry - AFFINE, doubles + i * AFFINE, entry);
    }
    addRecorded();
  }
  for (let i: usize = 0; i < (count as usize); i++) fillTurned(tables + i * ODD_BYTES);
}

const halves: usize = memory.data(40, 8);
/** Two digit strings for each of at most two points. */
const nafs: usize = memory.data(4 * 132, 8);
const negated: usize = memory.data(36, 8);

function addDigit(accumulator: usize, table: usize, digit: i32, turn: bool): void {
  const index = ((digit < 0 ? -digit : digit) >> 1) as usize;
  const entry = table + index * AFFINE;
  const x = turn ? table + COUNT * AFFINE + index * 36 : entry;
  let y = entry + 36;
  if (digit < 0) {
    negate(negated, y);
    y = negated;
  }
  addAffine(accumulator, x, y);
}

/** The digits of `scalar`, for table 0 or 1; returns their length. */
export function prepareStrauss(which: usize, scalar: usize): i32 {
  splitScalar(halves, halves + HALF_BYTES, scalar);
  const first = nafs + which * 2 * NAF_LENGTH;
  const length1 = nafDigits(first, halves, WIDTH);
  const length2 = nafDigits(first + NAF_LENGTH, halves + HALF_BYTES, WIDTH);
  return max<i32>(length1, length2);
}

/** accumulator = Σ over the prepared tables (table1 may be 0). */
export function runStrauss(accumulator: usize, length: i32, table0: usize, table1: usize): void {
  setIdentity(accumulator);
  for (let at = length - 1; at >= 0; at--) {
    if (!isIdentity(accumulator)) doubleRaw(accumulator);
    const digits = nafs + (at as usize);
    const d0 = load<i8>(digits);
    if (d0 !== 0) addDigit(accumulator, table0, d0, false);
    const d1 = load<i8>(digits + NAF_LENGTH);
    if (d1 !== 0) addDigit(accumulator, table0, d1, true);
    if (table1 === 0) continue;
    const d2 = load<i8>(digits + 2 * NAF_LENGTH);
    if (d2 !== 0) addDigit(accumulator, table1, d2, false);
    const d3 = load<i8>(digits + 3 * NAF_LENGTH);
    if (d3 !== 0) addDigit(accumulator, table1, d3, true);
  }
}

const aloneTable: usize = memory.data(864, 8);
const aloneZ: usize = memory.data(36, 8);

/** accumulator = scalar·(x, y). */
export function multiplyAlone(accumulator: usize, x: usize, y: usize, scalar: usize): void {
  oddMultiplesAlone(aloneTable, aloneZ, x, y);
  const length = prepareStrauss(0, scalar);
  runStrauss(accumulator, length, aloneTable, 0);
  if (!isIdentity(accumulator)) mul(accumulator + 72, accumulator + 72, aloneZ);
}
