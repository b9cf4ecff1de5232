/**
 * Many additions of affine points for one inversion: 5 multiplications and 1 squaring each, against 8 and 3 in
 * Jacobian coordinates. Batches and rings are built as lists of points to be summed, group by group, as a tree.
 *
 * RING-4a: a zero among the denominators would turn every result to zero; it is looked for in the common product
 * before the inversion is believed, and then resolved pair by pair into a doubling or the identity.
 */
import { copyElement, invert, isEqual, isZero, setOne } from "./field";
import { linearSum, mul, mulDiff, mulDiffSub, sqr, sqrSubSub, sqrTriple } from "./field.generated";
import { AFFINE } from "./memory";

/** A pair to add: product so far (36), p1, p2, destination. p1 = p2 means a doubling. */
export const RECORD: usize = 48;

/** Where records are kept, and how many there are. */
export let records: usize = 0;
export let recordCount: i32 = 0;

export function startRecords(base: usize): void {
  records = base;
  recordCount = 0;
}

export function addRecord(p1: usize, p2: usize, destination: usize): void {
  const record = records + (recordCount as usize) * RECORD;
  store<u32>(record, p1 as u32, 36);
  store<u32>(record, p2 as u32, 40);
  store<u32>(record, destination as u32, 44);
  recordCount++;
}

export function isNone(point: usize): bool {
  return load<i32>(point) === -1;
}

export function setNone(point: usize): void {
  store<i32>(point, -1);
}

const product: usize = memory.data(36, 8);
const inverse: usize = memory.data(36, 8);
const own: usize = memory.data(36, 8);
const slope: usize = memory.data(36, 8);
const newX: usize = memory.data(36, 8);
const twice: usize = memory.data(36, 8);

function multiplyDenominators(): void {
  setOne(product);
  for (let i = 0; i < recordCount; i++) {
    const record = records + (i as usize) * RECORD;
    const p1 = load<u32>(record, 36) as usize;
    const p2 = load<u32>(record, 40) as usize;
    copyElement(record, product);
    if (p1 === p2) {
      linearSum(twice, p1 + 36, p1 + 36);
      mul(product, product, twice);
    } else {
      mulDiff(product, product, p1, p2);
    }
  }
}

/** Finds the pairs with equal x: the same point becomes a doubling, opposite ones leave the list with no result. */
function resolveEqualX(): void {
  let kept = 0;
  for (let i = 0; i < recordCount; i++) {
    const record = records + (i as usize) * RECORD;
    const p1 = load<u32>(record, 36) as usize;
    let p2 = load<u32>(record, 40) as usize;
    const destination = load<u32>(record, 44) as usize;
    if (p1 !== p2 && isEqual(p1, p2)) {
      if (!isEqual(p1 + 36, p2 + 36)) {
        setNone(destination);
        continue;
      }
      p2 = p1;
    }
    const place = records + (kept as usize) * RECORD;
    store<u32>(place, p1 as u32, 36);
    store<u32>(place, p2 as u32, 40);
    store<u32>(place, destination as u32, 44);
    kept++;
  }
  recordCount = kept;
}

/** Performs every recorded addition. No destination may be an operand of another record, and no operand is none. */
export function addRecorded(): void {
  if (recordCount === 0) return;
  multiplyDenominators();
  invert(inverse, product);
  if (isZero(inverse)) {
    resolveEqualX();
    if (recordCount === 0) return;
    multiplyDenominators();
    invert(inverse, product);
  }
  for (let i = recordCount - 1; i >= 0; i--) {
    const record = records + (i as usize) * RECORD;
    const p1 = load<u32>(record, 36) as usize;
    const p2 = load<u32>(record, 40) as usize;
    const destination = load<u32>(record, 44) as usize;
    mul(own, inverse, record);
    if (p1 === p2) {
      linearSum(twice, p1 + 36, p1 + 36);
      mul(inverse, inverse, twice);
      sqrTriple(slope, p1);
      mul(slope, slope, own);
    } else {
      mulDiff(inverse, inverse, p1, p2);
      mulDiff(slope, own, p1 + 36, p2 + 36);
    }
    sqrSubSub(newX, slope, p1, p2);
    mulDiffSub(destination + 36, slope, p1, newX, p1 + 36);
    copyElement(destination, newX);
  }
  recordCount = 0;
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
  invert(inverse, product);
  for (let i = count - 1; i >= 0; i--) {
    const point = points + (i as usize) * 112;
    const affine = destination + (i as usize) * AFFINE;
    if (load<i32>(point, 108) !== 0) {
      setNone(affine);
      continue;
    }
    mul(own, inverse, products + (i as usize) * 36);
    mul(inverse, inverse, point + 72);
    sqr(slope, own);
    mul(affine, slope, point);
    mul(slope, slope, own);
    mul(affine + 36, slope, point + 36);
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
