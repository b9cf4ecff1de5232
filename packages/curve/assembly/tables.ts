/**
 * Tables of multiples without doublings: for windows of w bits of a half scalar, rows of 1 … 2^(w−1) times 2^(w·i)·P.
 * λ·(x, y) = (β·x, y), so one table serves both halves. G has one (w = 12: 11 rows of 2,048, 1.6 MB), computed on
 * first use; a key that is seen again has a small one (w = 6: 22 rows of 32, 51 kB).
 */
import { BETA, GENERATOR_X, GENERATOR_Y } from "./constants.generated";
import { windowDigits } from "./digits";
import { copyElement, negate } from "./field";
import { mul } from "./field.generated";
import { AFFINE, JACOBIAN, workBase } from "./memory";
import { addAffine, doubleRaw, setAffine } from "./point";
import { splitScalar } from "./scalar";
import { fillMultiples, toAffineMany } from "./sums";

export const BASE_WIDTH: i32 = 12;
export const BASE_WINDOWS: i32 = 11;
const BASE_ROW: usize = 2048 * 72;
export const BASE_TABLE_BYTES: usize = 11 * 2048 * 72;

export const KEY_WIDTH: i32 = 6;
export const KEY_WINDOWS: i32 = 22;
const KEY_ROW: usize = 32 * 72;
export const KEY_TABLE_BYTES: usize = 22 * 32 * 72;

let baseTable: usize = 0;
let baseReady = false;

export function placeBaseTable(at: usize): void {
  baseTable = at;
}

const running: usize = memory.data(112, 8);

/** Rows begin with 2^(width·i)·P; the rest is filled in. Uses work memory from `work`. */
export function buildTable(table: usize, x: usize, y: usize, width: i32, windows: i32, work: usize): void {
  const half = 1 << (width - 1);
  setAffine(running, x, y);
  const starts = work;
  for (let i = 0; i < windows; i++) {
    memory.copy(starts + (i as usize) * JACOBIAN, running, JACOBIAN);
    if (i + 1 < windows) for (let k = 0; k < width; k++) doubleRaw(running);
  }
  const affine = starts + (windows as usize) * JACOBIAN;
  const rest = affine + (windows as usize) * AFFINE;
  toAffineMany(affine, starts, windows, rest);
  for (let i = 0; i < windows; i++) {
    memory.copy(table + ((i * half) as usize) * AFFINE, affine + (i as usize) * AFFINE, AFFINE);
  }
  fillMultiples(table, windows, half, rest);
}

/** Before any use of the table of G, and before work memory is in use: it is computed there. */
export function prepareBase(): void {
  if (baseReady) return;
  buildTable(baseTable, GENERATOR_X, GENERATOR_Y, BASE_WIDTH, BASE_WINDOWS, workBase);
  baseReady = true;
}

const half1: usize = memory.data(20, 8);
const half2: usize = memory.data(20, 8);
const digits: usize = memory.data(256, 8);
const negated: usize = memory.data(36, 8);
const turned: usize = memory.data(36, 8);

/** Calls for each nonzero digit; writes the points, or adds them to an accumulator where `accumulator` is not 0. */
function selectHalf(
  half: usize,
  table: usize,
  row: usize,
  width: i32,
  windows: i32,
  turn: bool,
  flip: bool,
  out: usize,
  accumulator: usize,
): usize {
  windowDigits(digits, half, width, windows);
  for (let i: usize = 0; i < (windows as usize); i++) {
    const digit = load<i32>(digits + 4 * i);
    if (digit === 0) continue;
    const negative = digit < 0 !== flip;
    const entry = table + i * row + (((digit < 0 ? -digit : digit) - 1) as usize) * AFFINE;
    if (accumulator !== 0) {
      let y = entry + 36;
      if (negative) {
        negate(negated, y);
        y = negated;
      }
      let x = entry;
      if (turn) {
        mul(turned, entry, BETA);
        x = turned;
      }
      addAffine(accumulator, x, y);
    } else {
      if (turn) mul(out, entry, BETA);
      else copyElement(out, entry);
      if (negative) negate(out + 36, entry + 36);
      else copyElement(out + 36, entry + 36);
      out += AFFINE;
    }
  }
  return out;
}

/** Writes to `out` affine points (y signed) that sum to scalar·G; returns the end. */
export function selectBase(scalar: usize, out: usize): usize {
  splitScalar(half1, half2, scalar);
  const middle = selectHalf(half1, baseTable, BASE_ROW, BASE_WIDTH, BASE_WINDOWS, false, false, out, 0);
  return selectHalf(half2, baseTable, BASE_ROW, BASE_WIDTH, BASE_WINDOWS, true, false, middle, 0);
}

export function addBaseMultiple(accumulator: usize, scalar: usize): void {
  splitScalar(half1, half2, scalar);
  selectHalf(half1, baseTable, BASE_ROW, BASE_WIDTH, BASE_WINDOWS, false, false, 0, accumulator);
  selectHalf(half2, baseTable, BASE_ROW, BASE_WIDTH, BASE_WINDOWS, true, false, 0, accumulator);
}

/** Points that sum to half·G; the caller turns the sum by λ for a second half. */
export function selectBaseHalf(half: usize, out: usize): usize {
  return selectHalf(half, baseTable, BASE_ROW, BASE_WIDTH, BASE_WINDOWS, false, false, out, 0);
}

/** The same of half·P with the table of a key. */
export function selectKeyHalf(table: usize, half: usize, out: usize): usize {
  return selectHalf(half, table, KEY_ROW, KEY_WIDTH, KEY_WINDOWS, false, false, out, 0);
}

/** The same for ±scalar·P with the table of a key. */
export function selectKey(table: usize, scalar: usize, flip: bool, out: usize): usize {
  splitScalar(half1, half2, scalar);
  const middle = selectHalf(half1, table, KEY_ROW, KEY_WIDTH, KEY_WINDOWS, false, flip, out, 0);
  return selectHalf(half2, table, KEY_ROW, KEY_WIDTH, KEY_WINDOWS, true, flip, middle, 0);
}

export function addKeyMultiple(accumulator: usize, table: usize, scalar: usize): void {
  splitScalar(half1, half2, scalar);
  selectHalf(half1, table, KEY_ROW, KEY_WIDTH, KEY_WINDOWS, false, false, 0, accumulator);
  selectHalf(half2, table, KEY_ROW, KEY_WIDTH, KEY_WINDOWS, true, false, 0, accumulator);
}
