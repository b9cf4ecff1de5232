/**
 * BIP-340 verification as a textbook has it: affine points, double and add, BigInt. Slow, obvious, and it imports
 * nothing of ours, so that it can say whether the rest is right.
 */
import { createHash } from "node:crypto";

const p = 2n ** 256n - 2n ** 32n - 977n;
const n = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
type Point = readonly [bigint, bigint] | undefined;
const G: Point = [
  0x79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798n,
  0x483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8n,
];

const mod = (value: bigint): bigint => ((value % p) + p) % p;

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let square = mod(base);
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = mod(result * square);
    square = mod(square * square);
  }
  return result;
}

function inverse(value: bigint): bigint {
  let [low, high, a, b] = [1n, 0n, mod(value), p];
  while (a > 1n) {
    const quotient = b / a;
    [low, high, a, b] = [high - low * quotient, low, b - a * quotient, a];
  }
  return mod(low);
}

function add(a: Point, b: Point): Point {
  if (a === undefined) return b;
  if (b === undefined) return a;
  if (a[0] === b[0] && mod(a[1] + b[1]) === 0n) return undefined;
  const slope = a[0] === b[0] ? 3n * a[0] * a[0] * inverse(2n * a[1]) : (b[1] - a[1]) * inverse(b[0] - a[0]);
  const x = mod(slope * slope - a[0] - b[0]);
  return [x, mod(slope * (a[0] - x) - a[1])];
}

function multiply(point: Point, scalar: bigint): Point {
  let result: Point;
  let doubled = point;
  for (let rest = scalar; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = add(result, doubled);
    doubled = add(doubled, doubled);
  }
  return result;
}

function liftX(x: bigint): Point {
  if (x >= p) return undefined;
  const square = mod(x * x * x + 7n);
  const y = power(square, (p + 1n) / 4n);
  if (mod(y * y) !== square) return undefined;
  return [x, y % 2n === 0n ? y : p - y];
}

/** All three in hex. */
export function textbookVerify(pubkey: string, message: string, signature: string): boolean {
  const point = liftX(BigInt(`0x${pubkey}`));
  const [r, s] = [BigInt(`0x${signature.slice(0, 64)}`), BigInt(`0x${signature.slice(64)}`)];
  if (point === undefined || r >= p || s >= n) return false;
  const tag = createHash("sha256").update("BIP0340/challenge").digest();
  const challenge = createHash("sha256").update(tag).update(tag);
  const digest = challenge.update(Buffer.from(signature.slice(0, 64) + pubkey + message, "hex")).digest("hex");
  const sum = add(multiply(G, s), multiply(point, n - (BigInt(`0x${digest}`) % n)));
  return sum !== undefined && sum[1] % 2n === 0n && sum[0] === r;
}
