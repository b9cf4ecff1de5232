/**
 * BIP-340 verification of one signature. R = s·G − e·P is compared with r as X = r·Z², and brought to affine only for
 * the parity of y. s·G comes from its table without doublings; e·P too, for a key that has one.
 */
import { copyElement, fromBytes, isCanonicalBytes, isEqual, isOdd, isZero, normalize } from "./field";
import { linearDiff, linearSum, mul, mulAddMul, mulDiffSub, mulDouble, sqr } from "./field.generated";
import { invertPublic } from "./inverse";
import { addSeven, keyTable, keyX, keyY, lookup, recall, remember, sight } from "./keys";
import { IO } from "./memory";
import { addJacobian, hasAffineX, isIdentity, setIdentity } from "./point";
import { negateScalar, scalarFromBytes, scalarFromHash } from "./scalar";
import { CHALLENGE, hashFinish, hashStartTagged, hashUpdate } from "./sha256";
import { multiplyAlone } from "./strauss";
import { addBaseMultiple, addKeyMultiple, prepareBase } from "./tables";

const SIGNATURE: usize = IO;
const PUBKEY: usize = IO + 64;
const MESSAGE: usize = IO + 96;

const hash: usize = memory.data(32, 8);
const s: usize = memory.data(32, 8);
const e: usize = memory.data(32, 8);
const r: usize = memory.data(36, 8);
const sum: usize = memory.data(112, 8);
const term: usize = memory.data(112, 8);
const inverse: usize = memory.data(36, 8);
const y: usize = memory.data(36, 8);

/** The challenge hash after R and P; the message follows. */
export function challengeStart(): void {
  hashStartTagged(CHALLENGE);
  hashUpdate(SIGNATURE, 32);
  hashUpdate(PUBKEY, 32);
}

/** Given the signature and key in place and the whole message hashed. */
export function verifyFinish(): bool {
  hashFinish(hash);
  prepareBase();
  if (recall(PUBKEY) === 0) {
    const verdict = holdsForNewKey();
    if (verdict !== UNDECIDED) return verdict === VALID;
  }
  const key = lookup(PUBKEY);
  if (key === 0) return false;
  sight(key, 1);
  return holds(keyX(key), keyY(key), keyTable(key));
}

const INVALID: i32 = 0;
const VALID: i32 = 1;
const UNDECIDED: i32 = 2;

const x: usize = memory.data(36, 8);
const c: usize = memory.data(36, 8);
const cx: usize = memory.data(36, 8);
const cc: usize = memory.data(36, 8);
const za2: usize = memory.data(36, 8);
const zb2: usize = memory.data(36, 8);
const both: usize = memory.data(36, 8);
const h: usize = memory.data(36, 8);
const g1: usize = memory.data(36, 8);
const g2: usize = memory.data(36, 8);
const ya2: usize = memory.data(36, 8);
const yb2: usize = memory.data(36, 8);
const numerator: usize = memory.data(36, 8);
const denominator: usize = memory.data(36, 8);
const t1: usize = memory.data(36, 8);
const t2: usize = memory.data(36, 8);
const u: usize = memory.data(36, 8);

/**
 * The same without lifting the key first: the equation itself gives its y, for less than a square root.
 *
 * With c = x³ + 7 = u², u the y that is asked for, (x, u) ↦ (c·x, c²) goes to the curve y² = x³ + 7c³, so −e·P is
 * computed there as B. For A = s·G and xB = X/(Z²c), yB = k·u, k = Y/(Z³c²), the x of A + B is r exactly when
 * (r + xA + xB)·(xA − xB)² = yA² + k²c − 2·yA·k·u, which is linear in u. That u² = c and u is even is then the proof
 * that x is on the curve and that this was its point. Where a denominator is zero the ordinary way decides.
 */
function holdsForNewKey(): i32 {
  if (!isCanonicalBytes(PUBKEY) || !isCanonicalBytes(SIGNATURE) || scalarFromBytes(s, SIGNATURE + 32) === 0) {
    return INVALID;
  }
  fromBytes(r, SIGNATURE);
  fromBytes(x, PUBKEY);
  scalarFromHash(e, hash);
  negateScalar(e, e);
  sqr(c, x);
  mul(c, c, x);
  addSeven(c);
  mul(cx, c, x);
  sqr(cc, c);
  multiplyAlone(sum, cx, cc, e);
  setIdentity(term);
  addBaseMultiple(term, s);
  if (isIdentity(sum) || isIdentity(term)) return UNDECIDED;
  sqr(za2, term + 72);
  sqr(zb2, sum + 72);
  mul(zb2, zb2, c);
  mul(both, za2, zb2);
  // h = (xA − xB)·both, and r + xA + xB over the same denominator.
  mul(t1, term, zb2);
  mul(t2, sum, za2);
  linearDiff(h, t1, t2);
  linearSum(t1, t1, t2);
  mul(t2, r, both);
  linearSum(t1, t1, t2);
  sqr(t2, h);
  mul(numerator, t1, t2);
  sqr(ya2, term + 36);
  sqr(yb2, sum + 36);
  sqr(t1, zb2);
  mul(t1, t1, zb2);
  sqr(t2, za2);
  mul(t2, t2, za2);
  mulAddMul(t1, ya2, t1, yb2, t2);
  linearDiff(numerator, t1, numerator);
  // g1 = YA·ZA³, g2 = Y·Z³c, denominator = 2·g1·g2.
  mul(g1, za2, term + 72);
  mul(g1, g1, term + 36);
  mul(g2, zb2, sum + 72);
  mul(g2, g2, sum + 36);
  mulDouble(denominator, g1, g2);
  mul(t1, denominator, h);
  mul(t2, t1, c);
  invertPublic(inverse, t2);
  if (isZero(inverse)) return UNDECIDED;
  mul(cc, inverse, t1); // 1/c
  mul(t1, inverse, c);
  mul(t2, t1, h); // 1/denominator
  mul(h, t1, denominator); // both/(xA − xB), without both
  mul(u, numerator, t2);
  normalize(u, u);
  if (isOdd(u) !== 0) return INVALID;
  sqr(t1, u);
  if (isEqual(t1, c) === 0) return INVALID;
  // yB = Y²·u/(g2·c), and 1/g2 = 2·g1/denominator.
  mulDouble(yb2, g1, yb2);
  mul(yb2, yb2, t2);
  mul(yb2, yb2, u);
  mul(yb2, yb2, cc);
  // 1/ZA³ = YA/g1 = 2·g2·YA/denominator; from it yA and xA.
  mul(t1, g2, t2);
  mulDouble(t1, term + 36, t1);
  mul(y, t1, term + 36);
  mul(t1, t1, term + 72);
  mul(t1, t1, term);
  linearDiff(t2, y, yb2);
  mul(t2, t2, both);
  mul(t2, t2, h);
  mulDiffSub(y, t2, t1, r, y);
  normalize(y, y);
  if (isOdd(y) !== 0) return INVALID;
  sight(remember(PUBKEY, x, u), 1);
  return VALID;
}

const ownX: usize = memory.data(36, 8);
const ownY: usize = memory.data(36, 8);

/** The key that `verifyOwnFinish` is about: the signer's, which no cache need know. */
export function placeOwnKey(x: usize, evenY: usize): void {
  copyElement(ownX, x);
  copyElement(ownY, evenY);
}

/** The same for a signature just made, with the key that made it. */
export function verifyOwnFinish(): bool {
  hashFinish(hash);
  prepareBase();
  return holds(ownX, ownY, 0);
}

function holds(keyX: usize, keyY: usize, table: usize): bool {
  if (!isCanonicalBytes(SIGNATURE) || scalarFromBytes(s, SIGNATURE + 32) === 0) return false;
  fromBytes(r, SIGNATURE);
  scalarFromHash(e, hash);
  negateScalar(e, e);
  if (table !== 0) {
    setIdentity(sum);
    addKeyMultiple(sum, table, e);
    addBaseMultiple(sum, s);
  } else {
    multiplyAlone(sum, keyX, keyY, e);
    setIdentity(term);
    addBaseMultiple(term, s);
    addJacobian(sum, term);
  }
  if (isIdentity(sum) || !hasAffineX(sum, r)) return false;
  invertPublic(inverse, sum + 72);
  sqr(y, inverse);
  mul(y, y, inverse);
  mul(y, y, sum + 36);
  normalize(y, y);
  return isOdd(y) === 0;
}

/** A message of at most IO_BYTES − 96 bytes, after the signature and the key. */
export function verify(messageLength: usize): bool {
  challengeStart();
  hashUpdate(MESSAGE, messageLength);
  return verifyFinish();
}
