/**
 * RFC 9380 secp256k1_XMD:SHA-256_SSWU_RO_: expand the message to two field elements, map each to the isogenous curve
 * y² = x³ + A'x + B' (simplified SWU, §6.6.2), carry both over by the 3-isogeny (Appendix E.1), add.
 *
 * The two divisions of SWU share one inversion; a zero denominator takes no part in it. Messages are public here.
 */
import {
  FOLD,
  ISO_A,
  ISO_B,
  ISO_B_OVER_ZA,
  ISO_MINUS_B_OVER_A,
  ISO_SQRT_MINUS_Z3,
  ISO_Z,
  ISOGENY_X_DEN,
  ISOGENY_X_NUM,
  ISOGENY_Y_DEN,
  ISOGENY_Y_NUM,
} from "./constants.generated";
import { copyElement, fromBytes, invert, isOdd, isZero, negate, normalize, setOne, squareRoot, toBytes } from "./field";
import { linearSum, mul, sqr } from "./field.generated";
import { remember } from "./keys";
import { addJacobian, isIdentity, setIdentity, toAffineWith } from "./point";
import { hashFinish, hashStart, hashUpdate } from "./sha256";

/** DST and its length octet. */
const dst: usize = memory.data(256, 8);
let dstLength: usize = 0;
const zeros: usize = memory.data(64, 8);
const tail: usize = memory.data<u8>([0, 96, 0]);
const b0: usize = memory.data(32, 8);
const expanded: usize = memory.data(96, 8);

/** Begins the hash of the message; the message follows. */
export function hashToCurveStart(dstBytes: usize, length: usize): void {
  memory.copy(dst, dstBytes, length);
  store<u8>(dst + length, length as u8);
  dstLength = length + 1;
  hashStart();
  hashUpdate(zeros, 64);
}

function expand(): void {
  hashUpdate(tail, 3);
  hashUpdate(dst, dstLength);
  hashFinish(b0);
  for (let i: usize = 0; i < 3; i++) {
    const block = expanded + 32 * i;
    for (let k: usize = 0; k < 32; k += 4) {
      store<u32>(mixed + k, load<u32>(b0 + k) ^ (i === 0 ? 0 : load<u32>(block - 32 + k)));
    }
    store<u8>(mixed, (i + 1) as u8, 32);
    hashStart();
    hashUpdate(mixed, 33);
    hashUpdate(dst, dstLength);
    hashFinish(block);
  }
}

const mixed: usize = memory.data(40, 8);
const padded: usize = memory.data(32, 8);
const u: usize = memory.data(72, 8);
const zu2: usize = memory.data(72, 8);
const denominator: usize = memory.data(72, 8);
const inverse: usize = memory.data(36, 8);
const both: usize = memory.data(36, 8);
const x: usize = memory.data(36, 8);
const y: usize = memory.data(36, 8);
const gx: usize = memory.data(36, 8);
const root: usize = memory.data(36, 8);
const num: usize = memory.data(36, 8);
const den: usize = memory.data(36, 8);
const yNum: usize = memory.data(36, 8);
const yDen: usize = memory.data(36, 8);
const one: usize = memory.data(36, 8);
const sum: usize = memory.data(112, 8);
const other: usize = memory.data(112, 8);

/** 48 big-endian bytes mod p. */
function elementFromHash(r: usize, bytes: usize): void {
  memory.fill(padded, 0, 16);
  memory.copy(padded + 16, bytes, 16);
  fromBytes(r, padded);
  mul(r, r, FOLD);
  fromBytes(x, bytes + 16);
  linearSum(r, r, x);
  normalize(r, r);
}

/** r = coefficients evaluated at x, degree 2 or 3. */
function evaluate(r: usize, coefficients: usize, degree: usize): void {
  copyElement(r, coefficients + 36 * degree);
  for (let i: usize = degree; i > 0; i--) {
    mul(r, r, x);
    linearSum(r, r, coefficients + 36 * (i - 1));
  }
}

/** The point for u, given the inverse of Z²u⁴ + Zu², or no inverse where that is zero. */
function mapOne(point: usize, element: usize, zu: usize, fraction: usize, zero: bool): void {
  if (zero) {
    copyElement(x, ISO_B_OVER_ZA);
  } else {
    setOne(one);
    linearSum(x, fraction, one);
    mul(x, x, ISO_MINUS_B_OVER_A);
  }
  sqr(gx, x);
  linearSum(gx, gx, ISO_A);
  mul(gx, gx, x);
  linearSum(gx, gx, ISO_B);
  if (squareRoot(root, gx) !== 0) {
    copyElement(y, root);
  } else {
    // root² = −g(x), so for x' = Zu²·x, whose g is (Zu²)³·g(x), the root is √(−Z³)·u³·root.
    mul(x, x, zu);
    sqr(y, element);
    mul(y, y, element);
    mul(y, y, root);
    mul(y, y, ISO_SQRT_MINUS_Z3);
  }
  normalize(y, y);
  if (isOdd(y) !== isOdd(element)) {
    negate(root, y);
    normalize(y, root);
  }
  evaluate(num, ISOGENY_X_NUM, 3);
  evaluate(den, ISOGENY_X_DEN, 2);
  evaluate(yNum, ISOGENY_Y_NUM, 3);
  evaluate(yDen, ISOGENY_Y_DEN, 3);
  // (num/den, y·yNum/yDen) with Z = den·yDen.
  mul(point + 72, den, yDen);
  if (isZero(point + 72)) {
    setIdentity(point);
    return;
  }
  sqr(gx, yDen);
  mul(gx, gx, den);
  mul(point, num, gx);
  sqr(root, den);
  mul(gx, gx, root);
  mul(gx, gx, y);
  mul(point + 36, yNum, gx);
  store<i32>(point, 0, 108);
}

/** The point, compressed, once the message is hashed. False for the identity, which no one can find. */
export function hashToCurveFinish(out: usize): bool {
  expand();
  for (let i: usize = 0; i < 2; i++) {
    const element = u + 36 * i;
    elementFromHash(element, expanded + 48 * i);
    sqr(zu2 + 36 * i, element);
    mul(zu2 + 36 * i, zu2 + 36 * i, ISO_Z);
    sqr(denominator + 36 * i, zu2 + 36 * i);
    linearSum(denominator + 36 * i, denominator + 36 * i, zu2 + 36 * i);
  }
  const zero0 = isZero(denominator) !== 0;
  const zero1 = isZero(denominator + 36) !== 0;
  if (zero0) setOne(denominator);
  if (zero1) setOne(denominator + 36);
  mul(both, denominator, denominator + 36);
  invert(inverse, both);
  mul(both, inverse, denominator + 36);
  mul(inverse, inverse, denominator);
  mapOne(sum, u, zu2, both, zero0);
  mapOne(other, u + 36, zu2 + 36, inverse, zero1);
  addJacobian(sum, other);
  if (isIdentity(sum)) return false;
  invert(inverse, sum + 72);
  toAffineWith(x, y, sum, inverse);
  normalize(x, x);
  normalize(y, y);
  const odd = isOdd(y);
  store<u8>(out, (2 + odd) as u8);
  toBytes(out + 1, x);
  if (odd) {
    negate(root, y);
    normalize(y, root);
  }
  remember(out + 1, x, y);
  return true;
}
