/**
 * Many additions of affine points for one inversion: 5 multiplications and 1 squaring each, against 8 and 3 in
 * Jacobian coordinates. Batches and rings are built as lists of points to be summed, group by group, as a tree.
 *
 * RING-4a: a zero among the denominators would turn every result to zero; it is looked for in the common product
 * before the inversion is believed, and then resolved pair by pair into a doubling or the identity.
 */
import { copyElement, isEqual, isZero, setOne } from "./field";
import { linearSum, mul, sqr, sqrTriple } from "./field.generated";
import { invertPublic } from "./inverse";
import { AFFINE } from "./memory";
import { PAIR, pairDifference, pairDifferenceFrom, pairMinusSum, pairNegation, pairOf, setLane, splitPair } from "./pair";
import { pairMultiply, pairMultiplyAdd, pairSquareAdd } from "./pair.generated";

/** A pair of points to add: p1, p2, destination. p1 = p2 means a doubling. */
const RECORD: usize = 12;

/** Where records are kept, and how many there are; the products of their denominators follow, by twos. */
let records: usize = 0;
let recordCount: i32 = 0;

export function startRecords(base: usize): void {
  records = base;
  recordCount = 0;
}

export function addRecord(p1: usize, p2: usize, destination: usize): void {
  const record = records + (recordCount as usize) * RECORD;
  store<u32>(record, p1 as u32);
  store<u32>(record, p2 as u32, 4);
  store<u32>(record, destination as u32, 8);
  recordCount++;
}

export function isNone(point: usize): bool {
  return load<i32>(point) === -1;
}

export function setNone(point: usize): void {
  store<i32>(point, -1);
}

/** What an odd record is paired with: two points of different x, on no curve, and a place for their sum. */
const idleP: usize = memory.data<i32>([1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 16);
const idleQ: usize = memory.data<i32>([2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 16);
const idleSum: usize = memory.data(80, 16);

const products: usize = memory.data(80, 16);
const denominators: usize = memory.data(80, 16);
const inverses: usize = memory.data(80, 16);
const own: usize = memory.data(80, 16);
const numerators: usize = memory.data(80, 16);
const slopes: usize = memory.data(80, 16);
const newX: usize = memory.data(80, 16);
const newY: usize = memory.data(80, 16);
const terms: usize = memory.data(80, 16);
const product: usize = memory.data(40, 16);
const other: usize = memory.data(40, 16);
const inverse: usize = memory.data(40, 16);
const single: usize = memory.data(40, 16);

function prefixes(): usize {
  return (records + (recordCount as usize) * RECORD + 15) & ~15;
}

/** Of two records: x1 − x2 of each, or 2y for a doubling. */
function loadDenominators(p1: usize, p2: usize, q1: usize, q2: usize): void {
  pairDifference(denominators, p1, p2, q1, q2);
  if (p1 === p2) doubleY(0, p1);
  if (q1 === q2) doubleY(1, q1);
}

function doubleY(lane: usize, point: usize): void {
  linearSum(single, point + 36, point + 36);
  setLane(denominators, lane, single);
}

/** The product of all denominators at `product`, even and odd records in two lanes until the end. */
function multiplyDenominators(): void {
  setOne(single);
  pairOf(products, single, single);
  let prefix = prefixes();
  for (let i = 0; i < recordCount; i += 2) {
    const record = records + (i as usize) * RECORD;
    for (let k: usize = 0; k < PAIR; k += 16) v128.store(prefix + k, v128.load(products + k));
    loadDenominators(load<u32>(record), load<u32>(record, 4), load<u32>(record, 12), load<u32>(record, 16));
    pairMultiply(products, products, denominators);
    prefix += PAIR;
  }
  splitPair(product, other, products);
}

/** Finds the pairs with equal x: the same point becomes a doubling, opposite ones leave the list with no result. */
function resolveEqualX(): void {
  const count = recordCount;
  recordCount = 0;
  for (let i = 0; i < count; i++) {
    const record = records + (i as usize) * RECORD;
    const p1 = load<u32>(record) as usize;
    const p2 = load<u32>(record, 4) as usize;
    const destination = load<u32>(record, 8) as usize;
    if (p1 === p2 || !isEqual(p1, p2)) addRecord(p1, p2, destination);
    else if (isEqual(p1 + 36, p2 + 36)) addRecord(p1, p1, destination);
    else setNone(destination);
  }
}

/** Multiplies and inverts; false where a denominator was zero. */
function invertDenominators(): bool {
  if ((recordCount & 1) !== 0) addRecord(idleP, idleQ, idleSum);
  multiplyDenominators();
  mul(single, product, other);
  invertPublic(inverse, single);
  if (isZero(inverse)) return false;
  mul(single, inverse, other);
  mul(other, inverse, product);
  pairOf(inverses, single, other);
  return true;
}

/** Performs every recorded addition. No destination may be an operand of another record, and no operand is none. */
export function addRecorded(): void {
  if (recordCount === 0) return;
  if (!invertDenominators()) {
    resolveEqualX();
    invertDenominators();
  }
  let prefix = prefixes() + ((recordCount >> 1) as usize) * PAIR;
  for (let i = recordCount - 2; i >= 0; i -= 2) {
    const record = records + (i as usize) * RECORD;
    const p1 = load<u32>(record) as usize;
    const p2 = load<u32>(record, 4) as usize;
    const q1 = load<u32>(record, 12) as usize;
    const q2 = load<u32>(record, 16) as usize;
    prefix -= PAIR;
    pairMultiply(own, prefix, inverses);
    loadDenominators(p1, p2, q1, q2);
    pairMultiply(inverses, inverses, denominators);
    pairDifference(numerators, p1 + 36, p2 + 36, q1 + 36, q2 + 36);
    if (p1 === p2) tripleSquare(0, p1);
    if (q1 === q2) tripleSquare(1, q1);
    pairMultiply(slopes, own, numerators);
    pairMinusSum(terms, p1, p2, q1, q2);
    pairSquareAdd(newX, slopes, terms);
    pairDifferenceFrom(denominators, p1, q1, newX);
    pairNegation(terms, p1 + 36, q1 + 36);
    pairMultiplyAdd(newY, slopes, denominators, terms);
    const destination = load<u32>(record, 8) as usize;
    const second = load<u32>(record, 20) as usize;
    splitPair(destination, second, newX);
    splitPair(destination + 36, second + 36, newY);
  }
  recordCount = 0;
}

function tripleSquare(lane: usize, point: usize): void {
  sqrTriple(single, point);
  setLane(numerators, lane, single);
}

/**
 * Sums each group into its first point, which is none where the sum is the identity. Groups are pairs of words: address of the first
 * point and number of points (at least 1); some points may be none.
 */
export function sumGroups(groups: usize, count: i32, recordBase: usize): void {
  let again = true;
  for (let stride: usize = AFFINE; again; stride <<= 1) {
    again = false;
    startRecords(recordBase);
    for (let g = 0; g < count; g++) {
      const first = load<u32>(groups + 8 * (g as usize)) as usize;
      const end = first + (load<u32>(groups + 8 * (g as usize), 4) as usize) * AFFINE;
      if (first + stride < end) again = true;
      for (let p1 = first; p1 + stride < end; p1 += 2 * stride) {
        const p2 = p1 + stride;
        if (isNone(p2)) continue;
        if (isNone(p1)) {
          copyElement(p1, p2);
          copyElement(p1 + 36, p2 + 36);
        } else {
          addRecord(p1, p2, p1);
        }
      }
    }
    addRecorded();
  }
}

/**
 * Brings Jacobian points to affine with one inversion. Points that are the identity become none and take no part in
 * the product (RING-4a). `products` holds 36 bytes for each.
 */
export function toAffineMany(destination: usize, points: usize, count: i32, products: usize): void {
  if (count === 0) return;
  setOne(product);
  for (let i = 0; i < count; i++) {
    const point = points + (i as usize) * 112;
    copyElement(products + (i as usize) * 36, product);
    if (load<i32>(point, 108) === 0) mul(product, product, point + 72);
  }
  invertPublic(inverse, product);
  for (let i = count - 1; i >= 0; i--) {
    const point = points + (i as usize) * 112;
    const affine = destination + (i as usize) * AFFINE;
    if (load<i32>(point, 108) !== 0) {
      setNone(affine);
      continue;
    }
    mul(own, inverse, products + (i as usize) * 36);
    mul(inverse, inverse, point + 72);
    sqr(single, own);
    mul(affine, single, point);
    mul(single, single, own);
    mul(affine + 36, single, point + 36);
  }
}

/**
 * Fills a table of multiples: `windows` rows of `half` points, of which the first of each row, B, is there. Row by row
 * j·B for j = 1 … half, a power of 2. B has order n, so no denominator is zero.
 */
export function fillMultiples(table: usize, windows: i32, half: i32, recordBase: usize): void {
  const row = (half as usize) * AFFINE;
  for (let known = 1; known < half; known <<= 1) {
    startRecords(recordBase);
    for (let w = 0; w < windows; w++) {
      const first = table + (w as usize) * row;
      const last = first + ((known - 1) as usize) * AFFINE;
      for (let j: usize = 0; j < (known as usize); j++) {
        addRecord(first + j * AFFINE, last, last + (j + 1) * AFFINE);
      }
    }
    addRecorded();
  }
}
