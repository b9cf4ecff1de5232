/**
 * Two field elements side by side: from elements to pairs and back, and differences. A pair is 80 bytes: 9 limbs of
 * each, interleaved, and 8 bytes more to make whole vectors. Elements may be reduced, or negations from `negate`.
 */
import { THRICE_P, TWICE_P, TWICE_PAIR } from "./pair.generated";

export const PAIR: usize = 80;

/** Limbs 4i … 4i+3 of two vectors of limbs, interleaved. */
function weave(r: usize, a: v128, b: v128, offset: usize): void {
  v128.store(r + offset, i32x4.shuffle(a, b, 0, 4, 1, 5));
  v128.store(r + offset, i32x4.shuffle(a, b, 2, 6, 3, 7), 16);
}

export function pairOf(r: usize, a: usize, b: usize): void {
  weave(r, v128.load(a), v128.load(b), 0);
  weave(r, v128.load(a, 16), v128.load(b, 16), 32);
  store<i32>(r, load<i32>(a, 32), 64);
  store<i32>(r, load<i32>(b, 32), 68);
}

export function splitPair(a: usize, b: usize, pair: usize): void {
  for (let i: usize = 0; i < 32; i += 16) {
    const low = v128.load(pair + 2 * i);
    const high = v128.load(pair + 2 * i, 16);
    v128.store(a + i, i32x4.shuffle(low, high, 0, 2, 4, 6));
    v128.store(b + i, i32x4.shuffle(low, high, 1, 3, 5, 7));
  }
  store<i32>(a, load<i32>(pair, 64), 32);
  store<i32>(b, load<i32>(pair, 68), 32);
}

/** Element `lane` of a pair. */
export function setLane(pair: usize, lane: usize, a: usize): void {
  for (let i: usize = 0; i < 36; i += 4) store<i32>(pair + 2 * i + 4 * lane, load<i32>(a + i));
}

/** r = (a − b + 2p, c − d + 2p): no limb is negative. */
export function pairDifference(r: usize, a: usize, b: usize, c: usize, d: usize): void {
  for (let i: usize = 0; i < 32; i += 16) {
    const bias = v128.load(TWICE_P + i);
    weave(
      r,
      i32x4.add(i32x4.sub(v128.load(a + i), v128.load(b + i)), bias),
      i32x4.add(i32x4.sub(v128.load(c + i), v128.load(d + i)), bias),
      2 * i,
    );
  }
  const top = load<i32>(TWICE_P, 32);
  store<i32>(r, load<i32>(a, 32) - load<i32>(b, 32) + top, 64);
  store<i32>(r, load<i32>(c, 32) - load<i32>(d, 32) + top, 68);
}

/** r = (3p − a − b, 3p − c − d). */
export function pairMinusSum(r: usize, a: usize, b: usize, c: usize, d: usize): void {
  for (let i: usize = 0; i < 32; i += 16) {
    const bias = v128.load(THRICE_P + i);
    weave(
      r,
      i32x4.sub(i32x4.sub(bias, v128.load(a + i)), v128.load(b + i)),
      i32x4.sub(i32x4.sub(bias, v128.load(c + i)), v128.load(d + i)),
      2 * i,
    );
  }
  const top = load<i32>(THRICE_P, 32);
  store<i32>(r, top - load<i32>(a, 32) - load<i32>(b, 32), 64);
  store<i32>(r, top - load<i32>(c, 32) - load<i32>(d, 32), 68);
}

/** r = (2p − a, 2p − b). */
export function pairNegation(r: usize, a: usize, b: usize): void {
  for (let i: usize = 0; i < 32; i += 16) {
    const bias = v128.load(TWICE_P + i);
    weave(r, i32x4.sub(bias, v128.load(a + i)), i32x4.sub(bias, v128.load(b + i)), 2 * i);
  }
  const top = load<i32>(TWICE_P, 32);
  store<i32>(r, top - load<i32>(a, 32), 64);
  store<i32>(r, top - load<i32>(b, 32), 68);
}

/** r = (a − c + 2p, b − d + 2p) for c and d as a pair. */
export function pairDifferenceFrom(r: usize, a: usize, b: usize, pair: usize): void {
  pairOf(r, a, b);
  for (let i: usize = 0; i < 64; i += 16) {
    v128.store(r + i, i32x4.add(i32x4.sub(v128.load(r + i), v128.load(pair + i)), v128.load(TWICE_PAIR + i)));
  }
  const top = load<i32>(TWICE_P, 32);
  store<i32>(r, load<i32>(r, 64) - load<i32>(pair, 64) + top, 64);
  store<i32>(r, load<i32>(r, 68) - load<i32>(pair, 68) + top, 68);
}
