/**
 * Inversion of public elements by divsteps (Bernstein–Yang, "Fast constant-time gcd computation and modular inversion",
 * 2019), 29 at a time on the lowest limbs, in variable time: less than half of what the power takes. Secrets go through
 * `invert` of field.ts.
 *
 * Throughout f ≡ d·a and g ≡ e·a mod p. With g = 0 f is ±1, so ±d is the inverse. d and e stay between −2p and p: what
 * makes them divisible by 2^29 is a multiple of p that also brings negative ones back.
 */
import { FIELD_P } from "./constants.generated";
import { copyElement, normalize } from "./field";

const LIMB: i64 = 0x1fff_ffff;
/** 1/p mod 2^29: p ends in 2^29 − 977. */
const INVERSE_OF_P: i32 = 0x0dda_cacf;
const STEPS: i32 = 29;

const f: usize = memory.data(40, 8);
const g: usize = memory.data(40, 8);
const d: usize = memory.data(40, 8);
const e: usize = memory.data(40, 8);

/** The steps so far as a matrix: 2^29 times the new (f, g) is (u·f + v·g, q·f + r·g). Entries are at most 2^29 in size. */
let u: i32 = 0;
let v: i32 = 0;
let q: i32 = 0;
let r: i32 = 0;

/** 29 steps of −delta = `eta`, on limbs 0 alone; many at once where g ends in zeros, or can be made to. */
function steps(eta: i32): i32 {
  let low = load<i32>(f);
  let high = load<i32>(g);
  let u0 = 1;
  let v0 = 0;
  let q0 = 0;
  let r0 = 1;
  let left = STEPS;
  while (true) {
    const zeros = ctz<i32>(high | (-1 << left));
    high >>= zeros;
    u0 <<= zeros;
    v0 <<= zeros;
    eta -= zeros;
    left -= zeros;
    if (left === 0) break;
    if (eta < 0) {
      eta = -eta;
      let swapped = low;
      low = high;
      high = -swapped;
      swapped = u0;
      u0 = q0;
      q0 = -swapped;
      swapped = v0;
      v0 = r0;
      r0 = -swapped;
    }
    // eta + 1 steps do not swap: as many low bits of g, six at most, are cleared by one multiple of f.
    const most = eta + 1 < left ? eta + 1 : left;
    const bits = most < 6 ? most : 6;
    const times = (high * low * (low * low - 2)) & ((1 << bits) - 1);
    high += low * times;
    q0 += u0 * times;
    r0 += v0 * times;
  }
  u = u0;
  v = v0;
  q = q0;
  r = r0;
  return eta;
}

/** (f, g) by the matrix, in the `count` limbs that are still in use. */
function updateNumbers(count: usize): void {
  const u0 = u as i64;
  const v0 = v as i64;
  const q0 = q as i64;
  const r0 = r as i64;
  let fi = i64.load32_s(f);
  let gi = i64.load32_s(g);
  let carryF = (u0 * fi + v0 * gi) >> 29;
  let carryG = (q0 * fi + r0 * gi) >> 29;
  const end: usize = 4 * count;
  for (let i: usize = 4; i < end; i += 4) {
    fi = i64.load32_s(f + i);
    gi = i64.load32_s(g + i);
    carryF += u0 * fi + v0 * gi;
    carryG += q0 * fi + r0 * gi;
    i64.store32(f + i - 4, carryF & LIMB);
    i64.store32(g + i - 4, carryG & LIMB);
    carryF >>= 29;
    carryG >>= 29;
  }
  i64.store32(f + end - 4, carryF);
  i64.store32(g + end - 4, carryG);
}

/** (d, e) by the matrix, mod p = 2^256 − 8·2^29 − 977. */
function updateFactors(): void {
  const u0 = u as i64;
  const v0 = v as i64;
  const q0 = q as i64;
  const r0 = r as i64;
  const signD = load<i32>(d, 32) >> 31;
  const signE = load<i32>(e, 32) >> 31;
  let di = i64.load32_s(d);
  let ei = i64.load32_s(e);
  let carryD = u0 * di + v0 * ei;
  let carryE = q0 * di + r0 * ei;
  const wholeD = (u & signD) + (v & signE);
  const wholeE = (q & signD) + (r & signE);
  const timesD = (wholeD - ((INVERSE_OF_P * (carryD as i32) + wholeD) & 0x1fff_ffff)) as i64;
  const timesE = (wholeE - ((INVERSE_OF_P * (carryE as i32) + wholeE) & 0x1fff_ffff)) as i64;
  carryD = (carryD - 977 * timesD) >> 29;
  carryE = (carryE - 977 * timesE) >> 29;
  carryD -= 8 * timesD;
  carryE -= 8 * timesE;
  for (let i: usize = 4; i < 32; i += 4) {
    di = i64.load32_s(d + i);
    ei = i64.load32_s(e + i);
    carryD += u0 * di + v0 * ei;
    carryE += q0 * di + r0 * ei;
    i64.store32(d + i - 4, carryD & LIMB);
    i64.store32(e + i - 4, carryE & LIMB);
    carryD >>= 29;
    carryE >>= 29;
  }
  di = i64.load32_s(d, 32);
  ei = i64.load32_s(e, 32);
  carryD += u0 * di + v0 * ei + (timesD << 24);
  carryE += q0 * di + r0 * ei + (timesE << 24);
  i64.store32(d, carryD & LIMB, 28);
  i64.store32(e, carryE & LIMB, 28);
  i64.store32(d, carryD >> 29, 32);
  i64.store32(e, carryE >> 29, 32);
}

/** result = 1/a, and 0 for 0, for an element that anyone may know. `result` may be `a`. */
export function invertPublic(result: usize, a: usize): void {
  normalize(g, a);
  copyElement(f, FIELD_P);
  memory.fill(d, 0, 36);
  memory.fill(e, 0, 36);
  store<i32>(e, 1);
  let count: usize = 9;
  let eta = -1;
  while (true) {
    eta = steps(eta);
    updateFactors();
    updateNumbers(count);
    let any: i32 = 0;
    const end: usize = 4 * count;
    for (let i: usize = 0; i < end; i += 4) any |= load<i32>(g + i);
    if (any === 0) break;
    if (count === 1) continue;
    // A top limb that is only a sign goes into the limb below.
    const topF = load<i32>(f + end - 4);
    const topG = load<i32>(g + end - 4);
    if (topF !== topF >> 31 || topG !== topG >> 31) continue;
    store<i32>(f + end - 8, load<i32>(f + end - 8) | (topF << 29));
    store<i32>(g + end - 8, load<i32>(g + end - 8) | (topG << 29));
    count--;
  }
  if (load<i32>(f + 4 * count - 4) < 0) for (let i: usize = 0; i < 36; i += 4) store<i32>(d + i, -load<i32>(d + i));
  normalize(result, d);
}
