/**
 * Arithmetic modulo the group order n: scalars are 8 little-endian words, always below n. Constant time throughout;
 * 2^256 ≡ 2^256 − n, a number of 129 bits, so three folds bring 512 bits below 2^256 + 2^132.
 */
import { GLV_A1, GLV_A2, GLV_B2, GLV_G1, GLV_G2, GLV_MINUS_B1, ORDER, ORDER_COMPLEMENT } from "./constants.generated";
import { multiply5by5, multiply8by5, multiply8by8 } from "./words.generated";

const wide: usize = memory.data(64, 8);
const folded: usize = memory.data(64, 8);
const reduced: usize = memory.data(32, 8);

/** r = a − n where a (with its bit 256) is not below n, else a. */
function subtractOrder(r: usize, a: usize, high: u32): void {
  let borrow: i64 = 0;
  for (let i: usize = 0; i < 32; i += 4) {
    borrow += (load<u32>(a + i) as i64) - (load<u32>(ORDER + i) as i64);
    store<u32>(reduced + i, borrow as u32);
    borrow >>= 32;
  }
  const keep = (borrow + (high as i64)) as u32; // all ones where a < n
  for (let i: usize = 0; i < 32; i += 4) {
    const difference = load<u32>(reduced + i);
    store<u32>(r + i, difference ^ ((difference ^ load<u32>(a + i)) & keep));
  }
}

/** x (16 words) = low 8 words + high 8 words · (2^256 − n). */
function fold(x: usize): void {
  multiply8by5(folded, x + 32, ORDER_COMPLEMENT);
  let carry: u64 = 0;
  for (let i: usize = 0; i < 16; i++) {
    if (i < 8) carry += load<u32>(x + 4 * i) as u64;
    if (i < 13) carry += load<u32>(folded + 4 * i) as u64;
    store<u32>(x + 4 * i, carry as u32);
    carry >>= 32;
  }
}

/** r = x mod n, of 16 words, which are overwritten. */
export function reduceWide(r: usize, x: usize): void {
  fold(x);
  fold(x);
  fold(x);
  subtractOrder(r, x, load<u32>(x, 32));
}

export function multiplyScalars(r: usize, a: usize, b: usize): void {
  multiply8by8(wide, a, b);
  reduceWide(r, wide);
}

export function addScalars(r: usize, a: usize, b: usize): void {
  let carry: u64 = 0;
  for (let i: usize = 0; i < 32; i += 4) {
    carry += (load<u32>(a + i) as u64) + (load<u32>(b + i) as u64);
    store<u32>(wide + i, carry as u32);
    carry >>= 32;
  }
  subtractOrder(r, wide, carry as u32);
}

export function negateScalar(r: usize, a: usize): void {
  let any: u32 = 0;
  for (let i: usize = 0; i < 32; i += 4) any |= load<u32>(a + i);
  const nonzero = -((any | -any) >>> 31);
  let borrow: i64 = 0;
  for (let i: usize = 0; i < 32; i += 4) {
    borrow += (load<u32>(ORDER + i) as i64) - (load<u32>(a + i) as i64);
    store<u32>(r + i, (borrow as u32) & nonzero);
    borrow >>= 32;
  }
}

/** Takes −a for a where `choice` is 1. */
export function negateScalarIf(r: usize, a: usize, choice: u32): void {
  const mask = -choice;
  negateScalar(wide + 32, a);
  for (let i: usize = 0; i < 32; i += 4) {
    const plain = load<u32>(a + i);
    store<u32>(r + i, plain ^ ((plain ^ load<u32>(wide + 32 + i)) & mask));
  }
}

/** 32 big-endian bytes; 1 where they are below n. */
export function scalarFromBytes(r: usize, bytes: usize): i32 {
  let borrow: i64 = 0;
  for (let i: usize = 0; i < 32; i += 4) {
    const word = bswap<u32>(load<u32>(bytes + 28 - i));
    store<u32>(r + i, word);
    borrow += (word as i64) - (load<u32>(ORDER + i) as i64);
    borrow >>= 32;
  }
  return (borrow as i32) & 1;
}

/** The same mod n. */
export function scalarFromHash(r: usize, bytes: usize): void {
  scalarFromBytes(r, bytes);
  for (let i: usize = 0; i < 32; i += 4) store<u32>(wide + i, load<u32>(r + i));
  subtractOrder(r, wide, 0);
}

export function scalarToBytes(bytes: usize, a: usize): void {
  for (let i: usize = 0; i < 32; i += 4) store<u32>(bytes + 28 - i, bswap<u32>(load<u32>(a + i)));
}

/** 1 for zero. */
export function isZeroScalar(a: usize): i32 {
  let any: u32 = 0;
  for (let i: usize = 0; i < 32; i += 4) any |= load<u32>(a + i);
  return (1 - ((any | -any) >>> 31)) as i32;
}

const product: usize = memory.data(64, 8);
const roundedA: usize = memory.data(32, 8);
const roundedB: usize = memory.data(32, 8);

/** r (5 words) = round(a·g / 2^384). */
function multiplyAndRound(r: usize, a: usize, g: usize): void {
  multiply8by8(product, a, g);
  let carry: u64 = (load<u32>(product, 44) >>> 31) as u64;
  for (let i: usize = 0; i < 16; i += 4) {
    carry += load<u32>(product + 48 + i) as u64;
    store<u32>(r + i, carry as u32);
    carry >>= 32;
  }
  store<u32>(r, carry as u32, 16);
}

/** A signed half of a scalar: 5 words, magnitude below 2^128 and, in the last, 1 for a negative one. */
export const HALF_BYTES: usize = 20;

/** value (5 words, two's complement) += sign·a·b, mod 2^160. */
function accumulate(value: usize, a: usize, b: usize, negative: bool): void {
  multiply5by5(product, a, b);
  let carry: i64 = 0;
  for (let i: usize = 0; i < 20; i += 4) {
    const term = load<u32>(product + i) as i64;
    carry += (load<u32>(value + i) as i64) + (negative ? -term : term);
    store<u32>(value + i, carry as u32);
    carry >>= 32;
  }
}

/** Two's complement of 5 words to magnitude and sign, in place. */
function toMagnitude(value: usize): void {
  const sign = load<u32>(value, 16) >>> 31;
  const mask = -sign;
  let carry: u64 = sign as u64;
  for (let i: usize = 0; i < 16; i += 4) {
    carry += (load<u32>(value + i) ^ mask) as u64;
    store<u32>(value + i, carry as u32);
    carry >>= 32;
  }
  store<u32>(value, sign, 16);
}

/**
 * k = half1 + half2·λ mod n, each below 2^128 in size: subtract from (k, 0) the nearest point of the lattice spanned by
 * (a1, b1) and (a2, b2), found by rounding with 384 bits of precision.
 */
export function splitScalar(half1: usize, half2: usize, k: usize): void {
  multiplyAndRound(roundedA, k, GLV_G1);
  multiplyAndRound(roundedB, k, GLV_G2);
  for (let i: usize = 0; i < 20; i += 4) {
    store<u32>(half1 + i, load<u32>(k + i));
    store<u32>(half2 + i, 0);
  }
  accumulate(half1, roundedA, GLV_A1, true);
  accumulate(half1, roundedB, GLV_A2, true);
  toMagnitude(half1);
  accumulate(half2, roundedA, GLV_MINUS_B1, false);
  accumulate(half2, roundedB, GLV_B2, true);
  toMagnitude(half2);
}

export function wipeScalarScratch(): void {
  memory.fill(wide, 0, 64);
  memory.fill(folded, 0, 64);
  memory.fill(reduced, 0, 32);
  memory.fill(product, 0, 64);
  memory.fill(roundedA, 0, 32);
  memory.fill(roundedB, 0, 32);
}
