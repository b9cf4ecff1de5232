/**
 * A sum of many multiples with one chain of doublings: for every bit position the points that belong there are
 * gathered, all positions are summed at once as trees of affine additions with common inversions (sums.ts), and the
 * position sums are joined by doubling and adding.
 */
import { nafDigits } from "./digits";
import { copyElement, negate } from "./field";
import { AFFINE } from "./memory";
import { addAffine, doubleRaw, isIdentity, setIdentity } from "./point";
import { isNone, sumGroups } from "./sums";

/** Digits 132, table of odd multiples, 1 for λ. */
const STREAM: usize = 144;
const TABLE: usize = 132;
const TURN: usize = 136;
const ODD_POINTS: usize = 8 * 72;

let streams: usize = 0;
let streamCount: usize = 0;
let length: i32 = 0;
let loose: usize = 0;
let looseEnd: usize = 0;

/** `looseAt`: where points for position 0 are written, in front of everything else that is gathered. */
export function gatherStart(streamsAt: usize, looseAt: usize): void {
  streams = streamsAt;
  streamCount = 0;
  length = 1;
  loose = looseAt;
  looseEnd = looseAt;
}

/** The place for further points that are simply added; hand back their end with `gatherLoose`. */
export function gatherEnd(): usize {
  return looseEnd;
}

export function gatherLoose(end: usize): void {
  looseEnd = end;
}

/** half·P, or half·λP: `table` holds the odd multiples of P. */
export function gatherStream(half: usize, table: usize, turn: bool): void {
  const stream = streams + streamCount * STREAM;
  const used = nafDigits(stream, half, 5);
  if (used > length) length = used;
  store<u32>(stream + TABLE, table as u32);
  store<u32>(stream + TURN, turn ? 1 : 0);
  streamCount++;
}

const groups: usize = memory.data(132 * 8, 8);

/** accumulator = everything gathered. */
export function gatherSum(accumulator: usize): void {
  let out = looseEnd;
  let first = loose;
  let count = 0;
  for (let at = 0; at < length; at++) {
    for (let i: usize = 0; i < streamCount; i++) {
      const stream = streams + i * STREAM;
      const digit = load<i8>(stream + (at as usize));
      if (digit === 0) continue;
      const table = load<u32>(stream + TABLE) as usize;
      const index = ((digit < 0 ? -digit : digit) >> 1) as usize;
      const entry = table + index * AFFINE;
      copyElement(out, load<u32>(stream + TURN) !== 0 ? table + ODD_POINTS + index * 36 : entry);
      if (digit < 0) negate(out + 36, entry + 36);
      else copyElement(out + 36, entry + 36);
      out += AFFINE;
    }
    store<u32>(groups + 8 * (at as usize), first as u32);
    store<u32>(groups + 8 * (at as usize), ((out - first) / AFFINE) as u32, 4);
    first = out;
    count++;
  }
  sumGroups(groups, count, out);
  setIdentity(accumulator);
  for (let at = length - 1; at >= 0; at--) {
    if (!isIdentity(accumulator)) doubleRaw(accumulator);
    const point = load<u32>(groups + 8 * (at as usize)) as usize;
    if (load<u32>(groups + 8 * (at as usize), 4) !== 0 && !isNone(point)) addAffine(accumulator, point, point + 36);
  }
}
