/**
 * Lifted keys, remembered. A cache of fixed size, four places to a set, keyed by the 32 bytes of x; a key seen often
 * gets one of a fixed number of tables (tables.ts). Only x that are on the curve enter; a stranger who chooses keys can
 * push others out and make us lift them again, nothing more. Public data only.
 */
import { copyElement, fromBytes, isCanonicalBytes, isOdd, negate, normalize, squareRoot } from "./field";
import { mul, sqr } from "./field.generated";
import { workBase } from "./memory";
import { buildTable, KEY_TABLE_BYTES, KEY_WIDTH, KEY_WINDOWS } from "./tables";

const WAYS: usize = 4;
/** x bytes 32, x 36, even y 36, sightings, last use, table, used. */
export const KEY_BYTES: usize = 120;
const X: usize = 32;
const Y: usize = 68;
const SIGHTINGS: usize = 104;
const LAST_USE: usize = 108;
const TABLE: usize = 112;
const USED: usize = 116;

/** With this many sightings a key earns a table, which costs about as much as three verifications. */
const EARNED: u32 = 4;

let entries: usize = 0;
let setMask: u32 = 0;
let tables: usize = 0;
/** For each table the entry that owns it. */
let owners: usize = 0;
let tableCount: u32 = 0;
let tablesUsed: u32 = 0;
let cursor: u32 = 0;
let clock: u32 = 0;

export function placeKeys(at: usize, sets: u32, ownersAt: usize, tablesAt: usize, count: u32): void {
  entries = at;
  setMask = sets - 1;
  owners = ownersAt;
  tables = tablesAt;
  tableCount = count;
}

export function keyX(entry: usize): usize {
  return entry + X;
}

export function keyY(entry: usize): usize {
  return entry + Y;
}

export function keyTable(entry: usize): usize {
  return load<u32>(entry + TABLE) as usize;
}

function sameBytes(a: usize, b: usize): bool {
  return (
    load<u64>(a) === load<u64>(b) &&
    load<u64>(a, 8) === load<u64>(b, 8) &&
    load<u64>(a, 16) === load<u64>(b, 16) &&
    load<u64>(a, 24) === load<u64>(b, 24)
  );
}

function setOf(bytes: usize): usize {
  const mixed = (load<u32>(bytes, 4) ^ rotl<u32>(load<u32>(bytes, 16), 13)) * 0x9e37_79b1;
  return entries + (((mixed >>> 12) & setMask) as usize) * (WAYS * KEY_BYTES);
}

const root: usize = memory.data(36, 8);
const cube: usize = memory.data(36, 8);

/** y² = x³ + 7 with even y. `y` is not `x`. */
export function liftEven(y: usize, x: usize): bool {
  sqr(cube, x);
  mul(cube, cube, x);
  // 7 is a small number: the limb keeps within its range after the next reduction, which squareRoot begins with.
  addSeven(cube);
  if (squareRoot(root, cube) === 0) return false;
  normalize(y, root);
  if (isOdd(y)) {
    negate(y, y);
    normalize(y, y);
  }
  return true;
}

/** a + 7, canonical. */
export function addSeven(a: usize): void {
  normalize(a, a);
  store<i32>(a, load<i32>(a) + 7);
  normalize(a, a);
}

const newX: usize = memory.data(36, 8);
const newY: usize = memory.data(36, 8);

/** The entry of a key that is remembered, or 0. */
export function recall(bytes: usize): usize {
  clock++;
  const set = setOf(bytes);
  for (let way: usize = 0; way < WAYS; way++) {
    const entry = set + way * KEY_BYTES;
    if (load<u32>(entry + USED) !== 0 && sameBytes(entry, bytes)) {
      store<u32>(entry + LAST_USE, clock);
      return entry;
    }
  }
  return 0;
}

/** The entry of the key with these x bytes, or 0 where they are no x of a point. */
export function lookup(bytes: usize): usize {
  const known = recall(bytes);
  if (known !== 0) return known;
  if (!isCanonicalBytes(bytes)) return 0;
  fromBytes(newX, bytes);
  if (!liftEven(newY, newX)) return 0;
  return place(setOf(bytes), bytes, newX, newY);
}

/** Remembers a point that was computed here: canonical x, and the even one of its two y. */
export function remember(bytes: usize, x: usize, evenY: usize): usize {
  const known = recall(bytes);
  return known !== 0 ? known : place(setOf(bytes), bytes, x, evenY);
}

function place(set: usize, bytes: usize, x: usize, y: usize): usize {
  let oldest = set;
  let age: u32 = 0;
  for (let way: usize = 0; way < WAYS; way++) {
    const entry = set + way * KEY_BYTES;
    if (load<u32>(entry + USED) === 0) {
      oldest = entry;
      break;
    }
    if (clock - load<u32>(entry + LAST_USE) > age) {
      age = clock - load<u32>(entry + LAST_USE);
      oldest = entry;
    }
  }
  releaseTable(oldest);
  memory.copy(oldest, bytes, 32);
  copyElement(oldest + X, x);
  copyElement(oldest + Y, y);
  store<u32>(oldest + SIGHTINGS, 0);
  store<u32>(oldest + LAST_USE, clock);
  store<u32>(oldest + USED, 1);
  return oldest;
}

function releaseTable(entry: usize): void {
  const table = keyTable(entry);
  if (table !== 0) store<u32>(owners + 4 * ((table - tables) / KEY_TABLE_BYTES), 0);
  store<u32>(entry + TABLE, 0);
}

/** Counts `weight` sightings, and gives the key a table once it has earned one and one is to be had. */
export function sight(entry: usize, weight: u32): void {
  if (keyTable(entry) !== 0) return;
  const sightings = load<u32>(entry + SIGHTINGS) + weight;
  store<u32>(entry + SIGHTINGS, sightings);
  if (sightings < EARNED || tableCount === 0) return;
  const slot = freeSlot();
  if (slot < 0) return;
  const table = tables + (slot as usize) * KEY_TABLE_BYTES;
  store<u32>(owners + 4 * (slot as usize), entry as u32);
  store<u32>(entry + TABLE, table as u32);
  buildTable(table, entry + X, entry + Y, KEY_WIDTH, KEY_WINDOWS, workBase);
}

/** A slot never used, or one of eight whose owner has not been seen for long; −1 while all are in use. */
function freeSlot(): i32 {
  if (tablesUsed < tableCount) return tablesUsed++;
  let best = -1;
  let bestAge: u32 = 2 * tableCount;
  for (let k = 0; k < 8; k++) {
    cursor = cursor + 1 < tableCount ? cursor + 1 : 0;
    const owner = load<u32>(owners + 4 * (cursor as usize)) as usize;
    if (owner === 0) return cursor;
    const age = clock - load<u32>(owner + LAST_USE);
    if (age > bestAge) {
      bestAge = age;
      best = cursor;
    }
  }
  if (best >= 0) store<u32>((load<u32>(owners + 4 * (best as usize)) as usize) + TABLE, 0);
  return best;
}

const liftX: usize = memory.data(36, 8);

/** A compressed point of 33 bytes: x and y (canonical), or false. */
export function parsePoint(x: usize, y: usize, bytes: usize): bool {
  const prefix = load<u8>(bytes);
  if (prefix !== 2 && prefix !== 3) return false;
  const entry = lookup(bytes + 1);
  if (entry === 0) return false;
  copyElement(x, entry + X);
  if (prefix === 2) {
    copyElement(y, entry + Y);
  } else {
    negate(liftX, entry + Y);
    normalize(y, liftX);
  }
  return true;
}
