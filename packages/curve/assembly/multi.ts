/**
 * Sums over public points: `a_i·G + b_i·P_i` for the keys of a ring, `a_i·P_i + b_i·Q_i` for any points, `Σ s_i·P_i`.
 * Every sum is looked at for the identity before the common inversion that brings the results to affine (RING-4a).
 */
import { BETA } from "./constants.generated";
import { windowDigits } from "./digits";
import { copyElement, isOdd, negate, normalize, toBytes } from "./field";
import { mul } from "./field.generated";
import { gatherStart, gatherStream, gatherSum } from "./gather";
import { keyTable, keyX, keyY, lookup, parsePoint, sight } from "./keys";
import { AFFINE, JACOBIAN, workBase } from "./memory";
import { addAffine, addJacobian, doubleRaw, isIdentity, setIdentity } from "./point";
import { HALF_BYTES, scalarFromBytes, splitScalar } from "./scalar";
import { multiplyAlone, ODD_BYTES, oddMultiplesMany, prepareStrauss, runStrauss } from "./strauss";
import { addRecord, addRecorded, isNone, setNone, startRecords, sumGroups, toAffineMany } from "./sums";
import { buildTable, KEY_TABLE_BYTES, KEY_WIDTH, KEY_WINDOWS, prepareBase, selectBaseHalf, selectKey, selectKeyHalf } from "./tables";

/** Keys, or pairs of points, in one call. */
export const CHUNK: usize = 128;

const scalar: usize = memory.data(32, 8);
const scalar2: usize = memory.data(32, 8);
/** Two groups for each key: the halves without λ and with it. */
const groups: usize = memory.data(2048, 8);
const keyTables: usize = memory.data(512, 8);
const halvesA: usize = memory.data(40, 8);
const halvesB: usize = memory.data(40, 8);
const x: usize = memory.data(36, 8);
const y: usize = memory.data(36, 8);

function writePoint(out: usize, point: usize): void {
  normalize(x, point);
  normalize(y, point + 36);
  store<u8>(out, (2 + isOdd(y)) as u8);
  toBytes(out + 1, x);
}

/** Fewer than this many points are multiplied one by one: the shared inversions would cost more than they save. */
const FEW: usize = 8;

/**
 * out_i (33 bytes) = a_i·G + b_i·P_i for x-only keys that were found valid before. False where any is the identity.
 * `weight`: how much this counts towards a table for each key.
 */
export function ringSums(keys: usize, a: usize, b: usize, out: usize, count: usize, weight: u32): bool {
  prepareBase();
  for (let i: usize = 0; i < count; i++) {
    const key = lookup(keys + 32 * i);
    if (key === 0) return false;
    sight(key, weight);
  }
  // A lookup may push another key of this ring out of the cache, but a table stays what it is until the next `sight`.
  for (let i: usize = 0; i < count; i++) store<u32>(keyTables + 4 * i, keyTable(lookup(keys + 32 * i)) as u32);
  // b·P for the keys without a table, brought to affine together.
  const bare = workBase;
  const bareX = bare + CHUNK * AFFINE;
  const jacobian = bareX + CHUNK * AFFINE;
  const oddTables = jacobian + CHUNK * JACOBIAN;
  const points = oddTables + CHUNK * ODD_BYTES;
  let bareCount: usize = 0;
  for (let i: usize = 0; i < count; i++) {
    if (load<u32>(keyTables + 4 * i) !== 0) continue;
    const key = lookup(keys + 32 * i);
    copyElement(bare + bareCount * AFFINE, keyX(key));
    copyElement(bare + bareCount * AFFINE + 36, keyY(key));
    bareCount++;
  }
  if (bareCount >= FEW) oddMultiplesMany(oddTables, bare, bareCount as i32, points);
  let at: usize = 0;
  for (let i: usize = 0; i < count; i++) {
    if (load<u32>(keyTables + 4 * i) !== 0) continue;
    scalarFromBytes(scalar, b + 32 * i);
    const product = jacobian + at * JACOBIAN;
    if (bareCount >= FEW) runStrauss(product, prepareStrauss(0, scalar), oddTables + at * ODD_BYTES, 0);
    else multiplyAlone(product, bare + at * AFFINE, bare + at * AFFINE + 36, scalar);
    at++;
  }
  toAffineMany(bareX, jacobian, bareCount as i32, points);

  let end = points;
  at = 0;
  for (let i: usize = 0; i < count; i++) {
    const table = load<u32>(keyTables + 4 * i) as usize;
    scalarFromBytes(scalar, a + 32 * i);
    splitScalar(halvesA, halvesA + HALF_BYTES, scalar);
    scalarFromBytes(scalar, b + 32 * i);
    splitScalar(halvesB, halvesB + HALF_BYTES, scalar);
    for (let h: usize = 0; h < 2; h++) {
      const first = end;
      end = selectBaseHalf(halvesA + h * HALF_BYTES, end);
      if (table !== 0) {
        end = selectKeyHalf(table, halvesB + h * HALF_BYTES, end);
      } else if (h === 0) {
        copyElement(end, bareX + at * AFFINE);
        copyElement(end + 36, bareX + at * AFFINE + 36);
        end += AFFINE;
        at++;
      }
      if (end === first) {
        setNone(end);
        end += AFFINE;
      }
      store<u32>(groups + 16 * i + 8 * h, first as u32);
      store<u32>(groups + 16 * i + 8 * h, ((end - first) / AFFINE) as u32, 4);
    }
  }
  sumGroups(groups, 2 * (count as i32), end);
  // λ·ΣT = Σ λ·T: one multiplication by β for all points of a half.
  startRecords(end);
  for (let i: usize = 0; i < count; i++) {
    const plain = load<u32>(groups + 16 * i) as usize;
    const turned = load<u32>(groups + 16 * i, 8) as usize;
    if (isNone(turned)) continue;
    mul(turned, turned, BETA);
    if (isNone(plain)) {
      copyElement(plain, turned);
      copyElement(plain + 36, turned + 36);
    } else {
      addRecord(plain, turned, plain);
    }
  }
  addRecorded();
  for (let i: usize = 0; i < count; i++) {
    const point = load<u32>(groups + 16 * i) as usize;
    if (isNone(point)) return false;
    writePoint(out + 33 * i, point);
  }
  return true;
}

/** Are all of these compressed points on the curve? */
export function arePoints(points: usize, count: usize): bool {
  for (let i: usize = 0; i < count; i++) if (!parsePoint(x, y, points + 33 * i)) return false;
  return true;
}

const accumulator: usize = memory.data(112, 8);

/**
 * out_i = a_i·P_i + b_i·Q_i; `shared` where the one Q is for all. 0: a point is invalid or a sum is the identity.
 */
export function pairSums(p: usize, a: usize, q: usize, b: usize, out: usize, count: usize, shared: bool): bool {
  const points = workBase;
  const oddTables = points + 2 * CHUNK * AFFINE;
  const jacobian = oddTables + 2 * CHUNK * ODD_BYTES;
  const affine = jacobian + CHUNK * JACOBIAN;
  const sharedTable = affine + CHUNK * AFFINE;
  const work = sharedTable + KEY_TABLE_BYTES;
  const pairs = shared ? count : 2 * count;
  for (let i: usize = 0; i < count; i++) {
    if (!parsePoint(points + i * AFFINE, points + i * AFFINE + 36, p + 33 * i)) return false;
    if (shared) continue;
    const second = points + (count + i) * AFFINE;
    if (!parsePoint(second, second + 36, q + 33 * i)) return false;
  }
  if (shared && !parsePoint(x, y, q)) return false;
  const many = count >= FEW;
  if (many) {
    oddMultiplesMany(oddTables, points, pairs as i32, work);
    if (shared) buildTable(sharedTable, x, y, KEY_WIDTH, KEY_WINDOWS, work);
  }
  let end = work;
  for (let i: usize = 0; i < count; i++) {
    const sum = jacobian + i * JACOBIAN;
    scalarFromBytes(scalar, a + 32 * i);
    scalarFromBytes(scalar2, b + 32 * i);
    if (many) {
      let length = prepareStrauss(0, scalar);
      if (shared) {
        runStrauss(sum, length, oddTables + i * ODD_BYTES, 0);
      } else {
        const other = prepareStrauss(1, scalar2);
        if (other > length) length = other;
        runStrauss(sum, length, oddTables + i * ODD_BYTES, oddTables + (count + i) * ODD_BYTES);
      }
    } else {
      const first = points + i * AFFINE;
      multiplyAlone(sum, first, first + 36, scalar);
      const second = shared ? x : points + (count + i) * AFFINE;
      multiplyAlone(accumulator, second, shared ? y : second + 36, scalar2);
      addJacobian(sum, accumulator);
    }
  }
  if (!(many && shared)) for (let i: usize = 0; i < count; i++) if (isIdentity(jacobian + i * JACOBIAN)) return false;
  toAffineMany(affine, jacobian, count as i32, work);
  if (many && shared) {
    for (let i: usize = 0; i < count; i++) {
      const first = end;
      scalarFromBytes(scalar2, b + 32 * i);
      memory.copy(end, affine + i * AFFINE, AFFINE);
      end = selectKey(sharedTable, scalar2, false, end + AFFINE);
      store<u32>(groups + 8 * i, first as u32);
      store<u32>(groups + 8 * i, ((end - first) / AFFINE) as u32, 4);
    }
    sumGroups(groups, count as i32, end);
    for (let i: usize = 0; i < count; i++) {
      const point = load<u32>(groups + 8 * i) as usize;
      if (isNone(point)) return false;
      memory.copy(affine + i * AFFINE, point, AFFINE);
    }
  }
  for (let i: usize = 0; i < count; i++) writePoint(out + 33 * i, affine + i * AFFINE);
  return true;
}

const total: usize = memory.data(112, 8);
const part: usize = memory.data(112, 8);
const halves: usize = memory.data(40, 8);

export function multiStart(): void {
  setIdentity(total);
}

/** total += Σ s_i·P_i over at most 64 points, by digits of width 5 on one chain of doublings. */
export function multiAddFew(points: usize, scalars: usize, count: usize): bool {
  const parsed = workBase;
  const tables = parsed + CHUNK * AFFINE;
  const streams = tables + CHUNK * ODD_BYTES;
  const loose = streams + 2 * CHUNK * 144;
  for (let i: usize = 0; i < count; i++) {
    if (!parsePoint(parsed + i * AFFINE, parsed + i * AFFINE + 36, points + 33 * i)) return false;
  }
  oddMultiplesMany(tables, parsed, count as i32, loose);
  gatherStart(streams, loose);
  for (let i: usize = 0; i < count; i++) {
    scalarFromBytes(scalar, scalars + 32 * i);
    splitScalar(halves, halves + HALF_BYTES, scalar);
    gatherStream(halves, tables + i * ODD_BYTES, false);
    gatherStream(halves + HALF_BYTES, tables + i * ODD_BYTES, true);
  }
  gatherSum(part);
  addJacobian(total, part);
  return true;
}

/** Points in one pass of buckets. */
export const BUCKET_CHUNK: usize = 512;
const BUCKET_WIDTH: i32 = 7;
const BUCKET_WINDOWS: i32 = 19;
const BUCKETS: usize = 64;
const digits: usize = memory.data(19 * 4, 8);
const running: usize = memory.data(112, 8);
const windowSum: usize = memory.data(112, 8);

/**
 * total += Σ s_i·P_i over at most 512 points, by buckets (Pippenger): for every window and digit value the points with
 * that digit are summed, all buckets of all windows as one forest; then Σ d·bucket_d by running sums.
 */
export function multiAddMany(points: usize, scalars: usize, count: usize): bool {
  const parsed = workBase;
  const allDigits = parsed + BUCKET_CHUNK * 2 * AFFINE;
  const bucketGroups = allDigits + BUCKET_CHUNK * 2 * 19;
  const gathered = bucketGroups + 19 * BUCKETS * 8;
  for (let i: usize = 0; i < count; i++) {
    const point = parsed + 2 * i * AFFINE;
    if (!parsePoint(point, point + 36, points + 33 * i)) return false;
    mul(point + AFFINE, point, BETA);
    copyElement(point + AFFINE + 36, point + 36);
    scalarFromBytes(scalar, scalars + 32 * i);
    splitScalar(halves, halves + HALF_BYTES, scalar);
    for (let h: usize = 0; h < 2; h++) {
      windowDigits(digits, halves + h * HALF_BYTES, BUCKET_WIDTH, BUCKET_WINDOWS);
      for (let w: usize = 0; w < 19; w++) store<i8>(allDigits + (2 * i + h) * 19 + w, load<i32>(digits + 4 * w) as i8);
    }
  }
  // Counting sort by (window, bucket): sizes, then places, then points.
  for (let g: usize = 0; g < 19 * BUCKETS; g++) store<u64>(bucketGroups + 8 * g, 0);
  for (let i: usize = 0; i < 2 * count; i++) {
    for (let w: usize = 0; w < 19; w++) {
      const digit = load<i8>(allDigits + i * 19 + w);
      if (digit === 0) continue;
      const group = bucketGroups + 8 * (w * BUCKETS + ((digit < 0 ? -digit : digit) as usize) - 1);
      store<u32>(group, load<u32>(group, 4) + 1, 4);
    }
  }
  let end = gathered;
  for (let g: usize = 0; g < 19 * BUCKETS; g++) {
    store<u32>(bucketGroups + 8 * g, end as u32);
    end += (load<u32>(bucketGroups + 8 * g, 4) as usize) * AFFINE;
    store<u32>(bucketGroups + 8 * g, 0, 4);
  }
  for (let i: usize = 0; i < 2 * count; i++) {
    for (let w: usize = 0; w < 19; w++) {
      const digit = load<i8>(allDigits + i * 19 + w);
      if (digit === 0) continue;
      const group = bucketGroups + 8 * (w * BUCKETS + ((digit < 0 ? -digit : digit) as usize) - 1);
      const filled = load<u32>(group, 4);
      const place = (load<u32>(group) as usize) + (filled as usize) * AFFINE;
      store<u32>(group, filled + 1, 4);
      copyElement(place, parsed + i * AFFINE);
      if (digit < 0) negate(place + 36, parsed + i * AFFINE + 36);
      else copyElement(place + 36, parsed + i * AFFINE + 36);
    }
  }
  sumGroups(bucketGroups, 19 * (BUCKETS as i32), end);
  setIdentity(part);
  for (let w = BUCKET_WINDOWS - 1; w >= 0; w--) {
    if (!isIdentity(part)) for (let k = 0; k < BUCKET_WIDTH; k++) doubleRaw(part);
    setIdentity(running);
    setIdentity(windowSum);
    for (let bucket = BUCKETS; bucket > 0; bucket--) {
      const group = bucketGroups + 8 * ((w as usize) * BUCKETS + bucket - 1);
      const point = load<u32>(group) as usize;
      if (load<u32>(group, 4) !== 0 && !isNone(point)) addAffine(running, point, point + 36);
      addJacobian(windowSum, running);
    }
    addJacobian(part, windowSum);
  }
  addJacobian(total, part);
  return true;
}

/** The total as a compressed point; false for the identity. */
export function multiFinish(out: usize): bool {
  if (isIdentity(total)) return false;
  toAffineMany(workBase, total, 1, workBase + AFFINE);
  writePoint(out, workBase);
  return true;
}
