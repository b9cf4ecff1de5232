/**
 * BIP-340 verification of up to 64 signatures at once: with random weights w_i, all are valid when
 * Σ w_i·s_i·G − Σ w_i·R_i − Σ w_i·e_i·P_i is the identity, and an invalid one slips through with probability 2^−128.
 *
 * Weights are u + v·λ with u, v of 64 bits, so the chain of doublings is half as long. They are hashed from a seed and
 * from every item, so a stuck generator costs nothing. Multiples of one key are added up first. The host bisects what fails, and asks verify.ts about the last few, so no answer rests on a batch that
 * failed.
 */
import { LAMBDA } from "./constants.generated";
import { copyElement, fromBytes, isCanonicalBytes, negate } from "./field";
import { gatherEnd, gatherLoose, gatherStart, gatherStream, gatherSum } from "./gather";
import { keyTable, keyX, keyY, liftEven, lookup, sight } from "./keys";
import { AFFINE, IO, workBase } from "./memory";
import { isIdentity } from "./point";
import {
  addScalars,
  HALF_BYTES,
  multiplyScalars,
  negateScalar,
  scalarFromBytes,
  scalarFromHash,
  splitScalar,
} from "./scalar";
import { hashFinish, hashStart, hashUpdate } from "./sha256";
import { ODD_BYTES, oddMultiplesMany } from "./strauss";
import { prepareBase, selectBase, selectKey } from "./tables";

export const BATCH: usize = 64;

const SIGNATURE: usize = IO;
const PUBKEY: usize = IO + 64;

/** −R (72), P (72), s, e, weight (32 each), u and v as halves (40), key bytes (32), key table (4), merged (4). */
const ITEM: usize = 320;
const R: usize = 0;
const P: usize = 72;
const S: usize = 144;
const E: usize = 176;
const W: usize = 208;
const UV: usize = 240;
const KEY: usize = 280;
const TABLE: usize = 312;
const MERGED: usize = 316;
const items: usize = memory.data(64 * 320, 16);

const hash: usize = memory.data(32, 8);
const lifted: usize = memory.data(36, 8);

/** Adds an item whose message is hashed, signature and key in place. False where it can't be valid. */
export function batchAdd(index: usize): bool {
  hashFinish(hash);
  const item = items + index * ITEM;
  if (!isCanonicalBytes(SIGNATURE) || scalarFromBytes(item + S, SIGNATURE + 32) === 0) return false;
  const key = lookup(PUBKEY);
  if (key === 0) return false;
  fromBytes(item + R, SIGNATURE);
  if (!liftEven(lifted, item + R)) return false;
  negate(item + R + 36, lifted);
  sight(key, 1);
  copyElement(item + P, keyX(key));
  copyElement(item + P + 36, keyY(key));
  memory.copy(item + KEY, PUBKEY, 32);
  scalarFromHash(item + E, hash);
  return true;
}

/** Gives the items 0 … count−1 their weights; 32 bytes of seed are at `seed`. Comes once, before any check. */
export function batchSeal(count: usize, seed: usize): void {
  hashStart();
  hashUpdate(seed, 32);
  // e is a hash of R, the key and the message: with s it stands for the item.
  for (let i: usize = 0; i < count; i++) hashUpdate(items + i * ITEM + S, 64);
  hashFinish(hash);
  for (let i: usize = 0; i < count; i++) {
    const item = items + i * ITEM;
    hashStart();
    hashUpdate(hash, 32);
    store<u32>(counter, i as u32);
    hashUpdate(counter, 4);
    hashFinish(digest);
    memory.fill(item + W, 0, 32 + 40);
    memory.copy(item + UV, digest, 8);
    memory.copy(item + UV + HALF_BYTES, digest + 8, 8);
    memory.copy(item + W, digest + 8, 8);
    multiplyScalars(item + W, item + W, LAMBDA);
    memory.copy(half, item + UV, 16);
    addScalars(item + W, item + W, half);
    multiplyScalars(item + S, item + S, item + W);
    multiplyScalars(item + E, item + E, item + W);
  }
}

const counter: usize = memory.data(4, 8);
const digest: usize = memory.data(32, 8);

const half: usize = memory.data(32, 8);
const halves: usize = memory.data(40, 8);
const total: usize = memory.data(32, 8);
const merged: usize = memory.data(64 * 32, 8);
const accumulator: usize = memory.data(112, 8);

function sameKey(a: usize, b: usize): bool {
  return (
    load<u64>(a + KEY) === load<u64>(b + KEY) &&
    load<u64>(a + KEY, 8) === load<u64>(b + KEY, 8) &&
    load<u64>(a + KEY, 16) === load<u64>(b + KEY, 16) &&
    load<u64>(a + KEY, 24) === load<u64>(b + KEY, 24)
  );
}

/** merged_i = −Σ of the multiples of the key of item i, over the items where it first appears. */
function mergeKeys(from: usize, to: usize): void {
  for (let i = from; i < to; i++) {
    const item = items + i * ITEM;
    store<u32>(item + MERGED, 0);
    negateScalar(merged + 32 * i, item + E);
    const key = lookup(item + KEY);
    store<u32>(item + TABLE, key === 0 ? 0 : (keyTable(key) as u32));
    for (let j = from; j < i; j++) {
      const other = items + j * ITEM;
      if (load<u32>(other + MERGED) !== 0 || !sameKey(item, other)) continue;
      addScalars(merged + 32 * j, merged + 32 * j, merged + 32 * i);
      store<u32>(item + MERGED, 1);
      break;
    }
  }
}

/** Are all of the items from … to−1 valid? */
export function batchCheck(from: usize, to: usize): bool {
  prepareBase();
  mergeKeys(from, to);
  // Odd multiples of every R, then of every key that has no table.
  const points = workBase;
  const tables = points + 2 * BATCH * AFFINE;
  const streams = tables + 2 * BATCH * ODD_BYTES;
  const loose = streams + 4 * BATCH * 144;
  let count: usize = 0;
  for (let i = from; i < to; i++) {
    memory.copy(points + count * AFFINE, items + i * ITEM + R, AFFINE);
    count++;
  }
  for (let i = from; i < to; i++) {
    const item = items + i * ITEM;
    if (load<u32>(item + MERGED) !== 0 || load<u32>(item + TABLE) !== 0) continue;
    memory.copy(points + count * AFFINE, item + P, AFFINE);
    count++;
  }
  oddMultiplesMany(tables, points, count as i32, loose);

  gatherStart(streams, loose);
  memory.fill(total, 0, 32);
  let bare = to - from;
  for (let i = from; i < to; i++) {
    const item = items + i * ITEM;
    addScalars(total, total, item + S);
    const table = tables + (i - from) * ODD_BYTES;
    gatherStream(item + UV, table, false);
    gatherStream(item + UV + HALF_BYTES, table, true);
    if (load<u32>(item + MERGED) !== 0) continue;
    if (load<u32>(item + TABLE) !== 0) {
      gatherLoose(selectKey(load<u32>(item + TABLE) as usize, merged + 32 * i, false, gatherEnd()));
      continue;
    }
    splitScalar(halves, halves + HALF_BYTES, merged + 32 * i);
    const own = tables + bare * ODD_BYTES;
    bare++;
    gatherStream(halves, own, false);
    gatherStream(halves + HALF_BYTES, own, true);
  }
  gatherLoose(selectBase(total, gatherEnd()));
  gatherSum(accumulator);
  return isIdentity(accumulator);
}
