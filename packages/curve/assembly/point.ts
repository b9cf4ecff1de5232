/**
 * Jacobian points (x = X/Z², y = Y/Z³) on y² = x³ + 7, or on any curve y² = x³ + b: the formulas never use b, which is
 * what the tables with a common Z in strauss.ts rest on.
 *
 * `doubleRaw` and `addAffineRaw` are straight-line code for the cases where the caller knows that nothing exceptional
 * can happen; the others look for the identity, P + P and P − P, branch, and are for public points only.
 */
import { copyElement, isDifferenceZero, isEqual, isZero, setOne } from "./field";
import {
  carried,
  mul,
  mulDiffSub,
  mulDouble,
  mulMinus,
  mulSigned,
  mulSignedMinus,
  mulTwiceDiffSub,
  sqr,
  sqrDouble,
  sqrSigned,
  sqrSubQuadruple,
  sqrSubSubDouble,
  sqrTriple,
} from "./field.generated";

const T0: usize = memory.data(36, 8);
const T1: usize = memory.data(36, 8);
const T2: usize = memory.data(36, 8);
const T3: usize = memory.data(36, 8);
const T4: usize = memory.data(36, 8);
const T5: usize = memory.data(36, 8);
const T6: usize = memory.data(36, 8);

export function setIdentity(r: usize): void {
  store<i32>(r, 1, 108);
}

export function isIdentity(r: usize): bool {
  return load<i32>(r, 108) !== 0;
}

export function copyJacobian(r: usize, a: usize): void {
  for (let i: usize = 0; i < 112; i += 8) store<u64>(r + i, load<u64>(a + i));
}

/** The affine point with coordinates at x and y, which may be signed. */
export function setAffine(r: usize, x: usize, y: usize): void {
  copyElement(r, x);
  carried(r + 36, y);
  setOne(r + 72);
  store<i32>(r, 0, 108);
}

/** r = 2r, in 3 multiplications and 4 squarings: U = 2Y², E = 3X², T = XU. */
export function doubleRaw(r: usize): void {
  sqrDouble(T0, r + 36);
  sqrTriple(T1, r);
  mulDouble(r + 72, r + 36, r + 72);
  mul(T2, r, T0);
  sqrSubQuadruple(r, T1, T2);
  sqrDouble(T3, T0);
  mulTwiceDiffSub(r + 36, T1, T2, r, T3);
}

/** r = r + (x, y) for y of either sign, in 8 multiplications and 3 squarings. H = x·Z² − X must not be zero. */
export function addAffineRaw(r: usize, x: usize, y: usize): void {
  sqr(T0, r + 72);
  mulMinus(T1, T0, x, r);
  finishAddAffine(r, y);
}

function finishAddAffine(r: usize, y: usize): void {
  mul(T2, T0, r + 72);
  mulSignedMinus(T3, T2, y, r + 36);
  addWithDifferences(r, T1, T3);
}

/** Given H and R, both signed: Z3 = Z·H, V = X·H², X3 = R² − H³ − 2V, Y3 = R·(V − X3) − Y·H³. */
function addWithDifferences(r: usize, h: usize, R: usize): void {
  mulSigned(r + 72, r + 72, h);
  sqrSigned(T4, h);
  mulSigned(T5, T4, h);
  mul(T6, r, T4);
  mul(T4, r + 36, T5);
  sqrSubSubDouble(r, R, T5, T6);
  mulDiffSub(r + 36, R, T6, r, T4);
}

export function double(r: usize): void {
  if (!isIdentity(r)) doubleRaw(r);
}

/** r = r + (x, y), whatever they are. y may be signed, x is reduced. */
export function addAffine(r: usize, x: usize, y: usize): void {
  if (isIdentity(r)) {
    setAffine(r, x, y);
    return;
  }
  sqr(T0, r + 72);
  mulMinus(T1, T0, x, r);
  if (!isDifferenceZero(T1)) {
    finishAddAffine(r, y);
    return;
  }
  mul(T2, T0, r + 72);
  mulSignedMinus(T3, T2, y, r + 36);
  if (isZero(T3)) doubleRaw(r);
  else setIdentity(r);
}

const S0: usize = memory.data(36, 8);
const S1: usize = memory.data(36, 8);
const S2: usize = memory.data(36, 8);

/** r = r + q for two Jacobian points. */
export function addJacobian(r: usize, q: usize): void {
  if (isIdentity(q)) return;
  if (isIdentity(r)) {
    copyJacobian(r, q);
    return;
  }
  // Bring r to the denominators of q: X·Zq², Y·Zq³; then q is added as if it were affine over Zr.
  sqr(S0, q + 72);
  mul(S1, S0, q + 72);
  mul(r, r, S0);
  mul(r + 36, S1, r + 36);
  sqr(T0, r + 72);
  mulMinus(T1, T0, q, r);
  mul(T2, T0, r + 72);
  mulMinus(T3, T2, q + 36, r + 36);
  mul(r + 72, r + 72, q + 72);
  if (!isDifferenceZero(T1)) {
    addWithDifferences(r, T1, T3);
    return;
  }
  if (isZero(T3)) doubleRaw(r);
  else setIdentity(r);
}

/** Is (x, y) the affine form of r, given 1/Z? Leaves it there. */
export function toAffineWith(x: usize, y: usize, r: usize, inverse: usize): void {
  sqr(S2, inverse);
  mul(x, r, S2);
  mul(S2, S2, inverse);
  mul(y, S2, r + 36);
}

/** Does x equal the affine x-coordinate of r, which is not the identity? X = x·Z², without an inversion. */
export function hasAffineX(r: usize, x: usize): bool {
  sqr(S0, r + 72);
  mul(S0, S0, x);
  return isEqual(S0, r) !== 0;
}

export function wipePointScratch(): void {
  memory.fill(T0, 0, 36);
  memory.fill(T1, 0, 36);
  memory.fill(T2, 0, 36);
  memory.fill(T3, 0, 36);
  memory.fill(T4, 0, 36);
  memory.fill(T5, 0, 36);
  memory.fill(T6, 0, 36);
  memory.fill(S0, 0, 36);
  memory.fill(S1, 0, 36);
  memory.fill(S2, 0, 36);
}
