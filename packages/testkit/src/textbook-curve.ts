/**
 * secp256k1 as a textbook has it: affine points, BigInt, one inversion for every addition, double and add. The oracle
 * for edge cases; it imports nothing, and nobody would use it for anything else.
 */
export const FIELD = 2n ** 256n - 2n ** 32n - 977n;
export const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
/** λ and β with λ·(x, y) = (β·x, y). */
export const LAMBDA = 0x5363ad4cc05c30e0a5261c028812645a122e22ea20816678df02967c1b23bd72n;

export interface AffinePoint {
  readonly x: bigint;
  readonly y: bigint;
}
/** undefined is the identity. */
export type TextbookPoint = AffinePoint | undefined;

export const GENERATOR: AffinePoint = {
  x: 0x79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798n,
  y: 0x483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8n,
};

export function modulo(value: bigint, modulus: bigint): bigint {
  const rest = value % modulus;
  return rest < 0n ? rest + modulus : rest;
}

export function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  for (let b = modulo(base, modulus), e = exponent; e > 0n; e >>= 1n, b = (b * b) % modulus) {
    if (e & 1n) result = (result * b) % modulus;
  }
  return result;
}

/** 1/value by Euclid's algorithm. */
export function invert(value: bigint, modulus: bigint): bigint {
  let [a, b, x, y] = [modulo(value, modulus), modulus, 1n, 0n];
  while (a !== 0n) {
    const quotient = b / a;
    [a, b] = [b - quotient * a, a];
    [x, y] = [y - quotient * x, x];
  }
  return modulo(y, modulus);
}

export function add(p: TextbookPoint, q: TextbookPoint): TextbookPoint {
  if (p === undefined) return q;
  if (q === undefined) return p;
  if (p.x === q.x && modulo(p.y + q.y, FIELD) === 0n) return undefined;
  const slope = p.x === q.x ? 3n * p.x * p.x * invert(2n * p.y, FIELD) : (q.y - p.y) * invert(q.x - p.x, FIELD);
  const x = modulo(slope * slope - p.x - q.x, FIELD);
  return { x, y: modulo(slope * (p.x - x) - p.y, FIELD) };
}

export function negate(p: TextbookPoint): TextbookPoint {
  return p && { x: p.x, y: modulo(-p.y, FIELD) };
}

export function multiply(scalar: bigint, p: TextbookPoint): TextbookPoint {
  let sum: TextbookPoint;
  for (const bit of modulo(scalar, ORDER).toString(2)) {
    sum = add(sum, sum);
    if (bit === "1") sum = add(sum, p);
  }
  return sum;
}

/** The point with this x and even y. */
export function liftX(x: bigint): TextbookPoint {
  if (x >= FIELD) return undefined;
  const square = modulo(x ** 3n + 7n, FIELD);
  const y = power(square, (FIELD + 1n) / 4n, FIELD);
  if ((y * y) % FIELD !== square) return undefined;
  return { x, y: y % 2n === 0n ? y : FIELD - y };
}

export function bytes32(value: bigint): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, i) => Number((value >> BigInt(8 * (31 - i))) & 0xffn));
}

export function toNumber(bytes: Uint8Array): bigint {
  return bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}

export function compressed(p: TextbookPoint): Uint8Array | undefined {
  return p && Uint8Array.of(p.y % 2n === 0n ? 2 : 3, ...bytes32(p.x));
}
