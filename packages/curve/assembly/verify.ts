/**
 * BIP-340 verification of one signature. R = s·G − e·P is compared with r as X = r·Z², and brought to affine only for
 * the parity of y. s·G comes from its table without doublings; e·P too, for a key that has one.
 */
import { copyElement, fromBytes, invert, isCanonicalBytes, isOdd, normalize } from "./field";
import { mul, sqr } from "./field.generated";
import { keyTable, keyX, keyY, lookup, sight } from "./keys";
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
  const key = lookup(PUBKEY);
  if (key === 0) return false;
  prepareBase();
  sight(key, 1);
  return holds(keyX(key), keyY(key), keyTable(key));
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
  invert(inverse, sum + 72);
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
