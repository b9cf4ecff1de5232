/**
 * What the generated field arithmetic leaves to be written by hand: bytes, canonical form, inversion and square root.
 * Everything runs in constant time; `isZero` and its kind return 0 or 1.
 */
import { FIELD_ONE, FIELD_P } from "./constants.generated";
import { KEPT, mul, sqr } from "./field.generated";

const MASK: i64 = 0x1fff_ffff;
const TOP_MASK: i64 = 0xff_ffff;

const canonical: usize = memory.data(36, 8);
const powers: usize = memory.data(36 * 8, 8);

/** Word by word: the bulk instruction leaves compiled code, which costs more than a copy this small. */
export function copyElement(r: usize, a: usize): void {
  store<u64>(r, load<u64>(a));
  store<u64>(r, load<u64>(a, 8), 8);
  store<u64>(r, load<u64>(a, 16), 16);
  store<u64>(r, load<u64>(a, 24), 24);
  store<u32>(r, load<u32>(a, 32), 32);
}

export function setOne(r: usize): void {
  copyElement(r, FIELD_ONE);
}

/**
 * p − a, limb by limb: the result is `signed`, not `reduced`, but no limb of it is below −2^15, which is what pairs
 * (pair.ts) rest on.
 */
export function negate(r: usize, a: usize): void {
  v128.store(r, i32x4.sub(v128.load(FIELD_P), v128.load(a)));
  v128.store(r, i32x4.sub(v128.load(FIELD_P, 16), v128.load(a, 16)), 16);
  store<i32>(r, load<i32>(FIELD_P, 32) - load<i32>(a, 32), 32);
}

/** 32 big-endian bytes, any value below 2^256. */
export function fromBytes(r: usize, bytes: usize): void {
  let carry: u64 = 0;
  for (let i: usize = 0; i < 8; i++) {
    carry |= (bswap<u32>(load<u32>(bytes + 28 - 4 * i)) as u64) << (3 * i);
    store<i32>(r + 4 * i, (carry & 0x1fff_ffff) as i32);
    carry >>= 29;
  }
  store<i32>(r + 32, carry as i32);
}

/** Of a canonical element. */
export function toBytes(bytes: usize, a: usize): void {
  for (let i: usize = 0; i < 8; i++) {
    const shift = 3 * (i as u32);
    const word = (load<u32>(a + 4 * i) >> shift) | (load<u32>(a + 4 * i + 4) << (29 - shift));
    store<u32>(bytes + 28 - 4 * i, bswap<u32>(word));
  }
}

function carryAndFold(r: usize): void {
  let carry: i64 = 0;
  for (let i: usize = 0; i < 32; i += 4) {
    carry += i64.load32_s(r + i);
    i64.store32(r + i, carry & MASK);
    carry >>= 29;
  }
  carry += i64.load32_s(r, 32);
  i64.store32(r, carry & TOP_MASK, 32);
  const top = carry >> 24;
  i64.store32(r, i64.load32_s(r) + 977 * top);
  i64.store32(r, i64.load32_s(r, 4) + 8 * top, 4);
}

/**
 * The one representation with limbs in range and value below p, of a reduced or signed element. Two folds of what is
 * above 2^256 (|a| < 2^262, so the second adds at most one 2^32 + 977), then p is subtracted where it fits.
 */
export function normalize(r: usize, a: usize): void {
  if (r !== a) copyElement(r, a);
  carryAndFold(r);
  carryAndFold(r);
  carryAndFold(r);
  // a ≥ p exactly when a + 2^32 + 977 reaches 2^256; then that sum mod 2^256 is a − p.
  let carry: i64 = 977;
  for (let i: usize = 0; i < 32; i += 4) {
    carry += i64.load32_s(r + i) + (i === 4 ? 8 : 0);
    i64.store32(canonical + i, carry & MASK);
    carry >>= 29;
  }
  carry += i64.load32_s(r, 32);
  i64.store32(canonical, carry & TOP_MASK, 32);
  const reach = -(((carry >> 24) as i32) & 1);
  for (let i: usize = 0; i < 36; i += 4) {
    const kept = load<i32>(r + i);
    store<i32>(r + i, kept ^ ((kept ^ load<i32>(canonical + i)) & reach));
  }
}

const tested: usize = memory.data(36, 8);

export function isZero(a: usize): i32 {
  normalize(tested, a);
  let any: i32 = 0;
  for (let i: usize = 0; i < 36; i += 4) any |= load<i32>(tested + i);
  return ((any - 1) >>> 31) as i32;
}

/**
 * The zero test of the fast path, for the limb-wise difference of two reduced elements: its value is 0 or ±p where it
 * is zero, so that limb 0 is known but for a multiple of 2^29, and almost always one look is enough.
 */
export function isDifferenceZero(a: usize): bool {
  const low = load<i32>(a) & 0x1fff_ffff;
  return (low === 0 || low === 977 || low === 0x2000_0000 - 977) && isZero(a) !== 0;
}

const left: usize = memory.data(36, 8);

export function isEqual(a: usize, b: usize): i32 {
  normalize(left, a);
  normalize(tested, b);
  let any: i32 = 0;
  for (let i: usize = 0; i < 36; i += 4) any |= load<i32>(tested + i) ^ load<i32>(left + i);
  return ((any - 1) >>> 31) as i32;
}

/** Of a canonical element. */
export function isOdd(a: usize): i32 {
  return load<i32>(a) & 1;
}

/** Are these 32 big-endian bytes below p? Bytes come from strangers and are public, so this may stop early. */
export function isCanonicalBytes(bytes: usize): bool {
  for (let i: usize = 0; i < 24; i += 8) if (load<i64>(bytes + i) !== -1) return true;
  // The rest of p is 2^64 − (2^32 + 977): adding that much wraps around exactly from there on.
  const low = bswap<u64>(load<u64>(bytes + 24));
  return low + 0x1_0000_03d1 > low;
}

function sqrTimes(r: usize, a: usize, count: i32): void {
  sqr(r, a);
  for (let i = 1; i < count; i++) sqr(r, r);
}

const X2 = powers;
const X3 = powers + 36;
const X22 = powers + 72;
const X = powers + 108;
const Y = powers + 144;

/** a^(2^223 − 1) in X, a^3 in X2 and a^(2^22 − 1) in X22: what both exponents below begin with. */
function commonPower(a: usize): void {
  sqr(X2, a);
  mul(X2, X2, a);
  sqr(X3, X2);
  mul(X3, X3, a);
  sqrTimes(X, X3, 3);
  mul(X, X, X3);
  sqrTimes(X, X, 3);
  mul(X, X, X3);
  sqrTimes(X, X, 2);
  mul(X, X, X2); // 2^11 − 1
  sqrTimes(X22, X, 11);
  mul(X22, X22, X);
  sqrTimes(X, X22, 22);
  mul(X, X, X22); // 2^44 − 1
  sqrTimes(Y, X, 44);
  mul(Y, Y, X); // 2^88 − 1
  sqrTimes(powers + 180, Y, 88);
  mul(Y, powers + 180, Y); // 2^176 − 1
  sqrTimes(Y, Y, 44);
  mul(X, Y, X); // 2^220 − 1
  sqrTimes(X, X, 3);
  mul(X, X, X3);
}

/** a^(p − 2): the inverse, and 0 for 0. `r` may be `a`. */
export function invert(r: usize, a: usize): void {
  copyElement(powers + 216, a);
  const base = powers + 216;
  commonPower(base);
  sqrTimes(X, X, 23);
  mul(X, X, X22);
  sqrTimes(X, X, 5);
  mul(X, X, base);
  sqrTimes(X, X, 3);
  mul(X, X, X2);
  sqrTimes(X, X, 2);
  mul(r, X, base);
}

/** r = a^((p + 1)/4); 1 where r² = a. `r` is not `a`. */
export function squareRoot(r: usize, a: usize): i32 {
  commonPower(a);
  sqrTimes(X, X, 23);
  mul(X, X, X22);
  sqrTimes(X, X, 6);
  mul(X, X, X2);
  sqr(X, X);
  sqr(r, X);
  sqr(X, r);
  return isEqual(X, a);
}

/** r = a^((p − 3)/4), for the division inside a square root. `r` is not `a`. */
export function inverseSquareRootPower(r: usize, a: usize): void {
  // (p − 3)/4 = 2^254 − 2^30 − 245: the bits of (p + 1)/4 less one.
  commonPower(a);
  sqrTimes(X, X, 23);
  mul(X, X, X22);
  sqrTimes(X, X, 5);
  mul(X, X, a);
  sqrTimes(X, X, 3);
  mul(r, X, X2);
}

export function wipeFieldScratch(): void {
  memory.fill(canonical, 0, 36);
  memory.fill(powers, 0, 36 * 8);
  memory.fill(KEPT, 0, 72);
  memory.fill(tested, 0, 36);
  memory.fill(left, 0, 36);
}
