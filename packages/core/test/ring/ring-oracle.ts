/**
 * The dumb verifier: docs/spec/rings.md §2 and §4 written down once more in BigInt, one index after the other, with no
 * mask, no shared inversion, and importing nothing of ours. It signs too, so that each side can be asked
 * about the other's work. Never for secrets that matter.
 */
import { createHash } from "node:crypto";

const p = 2n ** 256n - 2n ** 32n - 977n;
export const q = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const Gx = 0x79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798n;
const Gy = 0x483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8n;

// The field and the curve. A point is Jacobian; the identity has z = 0.

const mod = (a: bigint, m = p): bigint => ((a % m) + m) % m;

function power(base: bigint, exponent: bigint): bigint {
  let [result, b] = [1n, mod(base)];
  for (let e = exponent; e > 0n; e >>= 1n) {
    if (e & 1n) result = (result * b) % p;
    b = (b * b) % p;
  }
  return result;
}

/** By Euclid. */
function inverse(a: bigint): bigint {
  let [r0, r1, t0, t1] = [p, mod(a), 0n, 1n];
  while (r1 !== 0n) {
    const quotient = r0 / r1;
    [r0, r1, t0, t1] = [r1, r0 - quotient * r1, t1, t0 - quotient * t1];
  }
  return mod(t0);
}

function root(a: bigint): bigint | undefined {
  const y = power(a, (p + 1n) / 4n);
  return (y * y) % p === mod(a) ? y : undefined;
}

export interface Point {
  readonly x: bigint;
  readonly y: bigint;
  readonly z: bigint;
}

const O: Point = { x: 1n, y: 1n, z: 0n };
const G: Point = { x: Gx, y: Gy, z: 1n };

function double({ x, y, z }: Point): Point {
  if (z === 0n || y === 0n) return O;
  const yy = (y * y) % p;
  const s = (4n * x * yy) % p;
  const m = (3n * x * x) % p;
  const x3 = mod(m * m - 2n * s);
  return { x: x3, y: mod(m * (s - x3) - 8n * yy * yy), z: (2n * y * z) % p };
}

function add(a: Point, b: Point): Point {
  if (a.z === 0n) return b;
  if (b.z === 0n) return a;
  const [az, bz] = [(a.z * a.z) % p, (b.z * b.z) % p];
  const [u1, u2] = [(a.x * bz) % p, (b.x * az) % p];
  const [s1, s2] = [(((a.y * bz) % p) * b.z) % p, (((b.y * az) % p) * a.z) % p];
  if (u1 === u2) return s1 === s2 ? double(a) : O;
  const [h, r] = [mod(u2 - u1), mod(s2 - s1)];
  const hh = (h * h) % p;
  const hhh = (h * hh) % p;
  const v = (u1 * hh) % p;
  const x = mod(r * r - hhh - 2n * v);
  return { x, y: mod(r * (v - x) - s1 * hhh), z: (((h * a.z) % p) * b.z) % p };
}

/** For a point met often: its multiples 0 … 15 times 16^i, so that it is added up without doubling. */
const tables = new Map<Point, { met: number; rows?: readonly (readonly Point[])[] }>();
const OFTEN = 24;

function rowsOf(point: Point): readonly (readonly Point[])[] | undefined {
  const entry = tables.get(point) ?? { met: 0 };
  tables.set(point, entry);
  if (entry.rows === undefined && ++entry.met === OFTEN) entry.rows = makeRows(point);
  return entry.rows;
}

function makeRows(point: Point): readonly (readonly Point[])[] {
  let base = point;
  return Array.from({ length: 64 }, () => {
    const row = [O];
    for (let i = 1; i <= 16; i++) row.push(add(row[i - 1]!, base));
    base = row[16]!;
    return row;
  });
}

function times(factor: bigint, point: Point): Point {
  const k = mod(factor, q);
  let sum = O;
  const rows = rowsOf(point);
  if (rows !== undefined) {
    for (let i = 0; i < 64; i++) sum = add(sum, rows[i]![Number((k >> BigInt(4 * i)) & 15n)]!);
    return sum;
  }
  for (const bit of k.toString(2)) {
    sum = double(sum);
    if (bit === "1") sum = add(sum, point);
  }
  return sum;
}

const twoTimes = (a: bigint, P: Point, b: bigint, Q: Point): Point => add(times(a, P), times(b, Q));

const hex = (value: bigint): string => value.toString(16).padStart(64, "0");
const bytes = (value: bigint): Buffer => Buffer.from(hex(value), "hex");
const number = (buffer: Uint8Array): bigint => BigInt(`0x${Buffer.from(buffer).toString("hex") || "0"}`);

function comp({ x, y, z }: Point): Buffer {
  if (z === 0n) throw new Error("the identity has no encoding");
  const i = inverse(z);
  const [ax, ay] = [(x * i * i) % p, (((y * i) % p) * i * i) % p];
  return Buffer.concat([Buffer.of(ay & 1n ? 3 : 2), bytes(ax)]);
}

function parse(text: Uint8Array): Point | undefined {
  const x = number(text.subarray(1));
  if (text.length !== 33 || (text[0] !== 2 && text[0] !== 3) || x >= p) return undefined;
  const y = root(x * x * x + 7n);
  if (y === undefined) return undefined;
  return { x, y: (y & 1n) === BigInt(text[0] & 1) ? y : p - y, z: 1n };
}

/** What was computed before from the same bytes, so that many signatures over few rings are affordable. */
const known = new Map<string, Point>();
function remember(name: string, make: () => Point): Point {
  const point = known.get(name) ?? make();
  known.set(name, point);
  return point;
}

const parseKnown = (text: Buffer): Point | undefined => {
  const point = remember(`point ${text.toString("hex")}`, () => parse(text) ?? O);
  return point === O ? undefined : point;
};
const lift = (key: Buffer): Point =>
  remember(key.toString("hex"), () => parse(Buffer.concat([Buffer.of(2), key])) ?? O);

// Hashes.

const sha = (...parts: readonly Uint8Array[]): Buffer => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
};
const tagged = (tag: string, ...parts: readonly Uint8Array[]): Buffer => {
  const prefix = sha(Buffer.from(tag));
  return sha(prefix, prefix, ...parts);
};
const u32 = (value: number): Buffer => {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32BE(value);
  return buffer;
};

/** A secret's even-y form and its x-only key. */
export function keyOf(secret: bigint): { readonly d: bigint; readonly key: Buffer } {
  const point = comp(times(secret, G));
  return { d: point[0] === 2 ? secret : q - secret, key: point.subarray(1) };
}

/** RFC 9380 §5.3.1, for 96 bytes. */
function expand(message: Uint8Array, dst: Uint8Array): Buffer {
  const prime = Buffer.concat([dst, Buffer.of(dst.length)]);
  const b0 = sha(Buffer.alloc(64), message, Buffer.of(0, 96, 0), prime);
  const blocks = [sha(b0, Buffer.of(1), prime)];
  for (let i = 2; i <= 3; i++) {
    const mixed = blocks[i - 2]!.map((byte, k) => byte ^ b0[k]!);
    blocks.push(sha(mixed, Buffer.of(i), prime));
  }
  return Buffer.concat(blocks);
}

// RFC 9380 §8.7 and appendix E.1: the isogenous curve and the map back.
const A = 0x3f8731abdd661adca08a5558f0f5d272e953d363cb6f0e5d405447c01a444533n;
const B = 1771n;
const Z = p - 11n;
const X_NUM = [
  0x8e38e38e38e38e38e38e38e38e38e38e38e38e38e38e38e38e38e38daaaaa8c7n,
  0x7d3d4c80bc321d5b9f315cea7fd44c5d595d2fc0bf63b92dfff1044f17c6581n,
  0x534c328d23f234e6e2a413deca25caece4506144037c40314ecbd0b53d9dd262n,
  0x8e38e38e38e38e38e38e38e38e38e38e38e38e38e38e38e38e38e38daaaaa88cn,
];
const X_DEN = [
  0xd35771193d94918a9ca34ccbb7b640dd86cd409542f8487d9fe6b745781eb49bn,
  0xedadc6f64383dc1df7c4b2d51b54225406d36b641f5e41bbc52a56612a8c6d14n,
  1n,
];
const Y_NUM = [
  0x4bda12f684bda12f684bda12f684bda12f684bda12f684bda12f684b8e38e23cn,
  0xc75e0c32d5cb7c0fa9d0a54b12a0a6d5647ab046d686da6fdffc90fc201d71a3n,
  0x29a6194691f91a73715209ef6512e576722830a201be2018a765e85a9ecee931n,
  0x2f684bda12f684bda12f684bda12f684bda12f684bda12f684bda12f38e38d84n,
];
const Y_DEN = [
  0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffefffff93bn,
  0x7a06534bb8bdb49fd5e9e6632722c2989467c1bfc8e8d978dfb425d2685c2573n,
  0x6484aa716545ca2cf3a70c3fa8fe337e0a3d21162f0d6299a7bf8192bfd2a76fn,
  1n,
];
const polynomial = (coefficients: readonly bigint[], x: bigint): bigint =>
  coefficients.reduceRight((sum, coefficient) => mod(sum * x + coefficient), 0n);

function mapToCurve(u: bigint): Point {
  const zu = mod(Z * u * u);
  const t = mod(zu * zu + zu);
  const x1 = t === 0n ? mod(B * inverse(mod(Z * A))) : mod(-B * inverse(A) * (1n + inverse(t)));
  const gx1 = mod(x1 * x1 * x1 + A * x1 + B);
  const x2 = mod(zu * x1);
  const [x, y0] = root(gx1) !== undefined ? [x1, root(gx1)!] : [x2, root(mod(x2 * x2 * x2 + A * x2 + B))!];
  const y = (y0 & 1n) === (u & 1n) ? y0 : p - y0;
  const px = mod(polynomial(X_NUM, x) * inverse(polynomial(X_DEN, x)));
  const py = mod(y * polynomial(Y_NUM, x) * inverse(polynomial(Y_DEN, x)));
  return { x: px, y: py, z: 1n };
}

function hashToCurve(message: Uint8Array): Point {
  const uniform = expand(message, Buffer.from("NOSTR-RING-V1-secp256k1_XMD:SHA-256_SSWU_RO_"));
  return add(mapToCurve(mod(number(uniform.subarray(0, 48)))), mapToCurve(mod(number(uniform.subarray(48)))));
}

function nostringerHp(key: Uint8Array, flag: Uint8Array): Point {
  let h = sha(Buffer.of(2), key, flag);
  for (let k = 0; ; k++) {
    const point = parse(Buffer.concat([Buffer.of(2), h]));
    if (point !== undefined) return point;
    h = sha(h, u32(k));
  }
}

// The schemes.

/** Draws scalars for the dumb signer. */
export type Draw = () => bigint;

export interface PairProof {
  readonly c: readonly bigint[];
  readonly r: readonly bigint[];
  readonly keyImage?: Buffer;
}

export interface ChainSignature {
  readonly c0: bigint;
  readonly s: readonly bigint[];
  readonly keyImage?: Buffer;
}

const ringDigest = (ring: readonly Buffer[]): Buffer => tagged("nostr-ring/ring", u32(ring.length), ...ring);
const context = (scope: string): Buffer => tagged("nostr-ring/scope", Buffer.from(scope));
const linkBase = (key: Buffer, scope: string): Point =>
  remember(`${key.toString("hex")} ${scope}`, () => hashToCurve(Buffer.concat([Buffer.of(2), key, context(scope)])));

function pairChallenge(
  ring: readonly Buffer[],
  m: Uint8Array,
  left: readonly Point[],
  linked?: { readonly scope: string; readonly image: Point; readonly right: readonly Point[] },
): bigint {
  const digest = ringDigest(ring);
  if (linked === undefined) return mod(number(tagged("nostr-ring/or", digest, m, ...left.map(comp))), q);
  const { scope, image, right } = linked;
  const points = [comp(image), ...left.map(comp), ...right.map(comp)];
  return mod(number(tagged("nostr-ring/or-link", digest, m, context(scope), ...points)), q);
}

export function verifyPairs(ring: readonly Buffer[], m: Uint8Array, proof: PairProof, scope?: string): boolean {
  const image = proof.keyImage && parseKnown(proof.keyImage);
  const inRange = [...proof.c, ...proof.r].every((value) => value > 0n && value < q);
  if (!inRange || proof.c.length !== ring.length || proof.r.length !== ring.length) return false;
  const left = ring.map((key, i) => twoTimes(proof.r[i]!, G, proof.c[i]!, lift(key)));
  const right =
    scope === undefined || image === undefined
      ? []
      : ring.map((key, i) => twoTimes(proof.r[i]!, linkBase(key, scope), proof.c[i]!, image));
  if ([...left, ...right].some(({ z }) => z === 0n)) return false;
  const linked = scope === undefined || image === undefined ? undefined : { scope, image, right };
  return (
    mod(
      proof.c.reduce((sum, c) => sum + c, 0n),
      q,
    ) === pairChallenge(ring, m, left, linked)
  );
}

export function signPairs(
  ring: readonly Buffer[],
  m: Uint8Array,
  signer: { readonly d: bigint; readonly index: number },
  draw: Draw,
  scope?: string,
): PairProof {
  const { d, index } = signer;
  const [c, r, k] = [ring.map(draw), ring.map(draw), draw()];
  const left = ring.map((key, i) => (i === index ? times(k, G) : twoTimes(r[i]!, G, c[i]!, lift(key))));
  const bases = scope === undefined ? [] : ring.map((key) => linkBase(key, scope));
  const image = scope === undefined ? undefined : parseKnown(comp(times(d, bases[index]!)));
  const right =
    image === undefined
      ? []
      : bases.map((base, i) => (i === index ? times(k, base) : twoTimes(r[i]!, base, c[i]!, image)));
  const linked = scope === undefined || image === undefined ? undefined : { scope, image, right };
  const total = pairChallenge(ring, m, left, linked);
  c[index] = 0n;
  c[index] = mod(total - c.reduce((sum, value) => sum + value, 0n), q);
  r[index] = mod(k - c[index] * d, q);
  return { c, r, ...(image === undefined ? {} : { keyImage: comp(image) }) };
}

export type ChainKind = { readonly kind: "rs" | "ts" } | { readonly kind: "blsag"; readonly flag?: Uint8Array };

const oneIfZero = (value: bigint): bigint => (value === 0n ? 1n : value);

/** The next challenge of the chain, from the points of one row. */
function chainHash(ring: readonly Buffer[], msg: Uint8Array, kind: ChainKind, left: Point, right: Point): bigint {
  const even = Buffer.of(2);
  switch (kind.kind) {
    case "rs":
      return oneIfZero(mod(number(sha(msg, ...ring.flatMap((key) => [even, key]), comp(left))), q));
    case "ts":
      return oneIfZero(mod(number(sha(msg, ...ring, comp(left))), q));
    case "blsag":
      return oneIfZero(mod(number(sha(Buffer.from("NostringerBlsagChallenge"), msg, comp(left), comp(right))), q));
  }
}

const chainBase = (key: Buffer, kind: ChainKind): Point =>
  kind.kind === "blsag"
    ? remember(`${key.toString("hex")} flag ${kind.flag}`, () => nostringerHp(key, kind.flag ?? Buffer.alloc(0)))
    : O;

export function verifyChain(ring: readonly Buffer[], msg: Uint8Array, sig: ChainSignature, kind: ChainKind): boolean {
  const image = sig.keyImage === undefined ? O : parseKnown(sig.keyImage);
  if (image === undefined || sig.s.length !== ring.length) return false;
  if (![sig.c0, ...sig.s].every((value) => value > 0n && value < q)) return false;
  let c = sig.c0;
  for (const [i, key] of ring.entries()) {
    const left = twoTimes(sig.s[i]!, G, c, lift(key));
    const right = kind.kind === "blsag" ? twoTimes(sig.s[i]!, chainBase(key, kind), c, image) : O;
    if (left.z === 0n || (kind.kind === "blsag" && right.z === 0n)) return false;
    c = chainHash(ring, msg, kind, left, right);
  }
  return c === sig.c0;
}

export function signChain(
  ring: readonly Buffer[],
  msg: Uint8Array,
  signer: { readonly d: bigint; readonly index: number },
  draw: Draw,
  kind: ChainKind,
): ChainSignature {
  const { d, index } = signer;
  const n = ring.length;
  const linked = kind.kind === "blsag";
  const ownBase = chainBase(ring[index]!, kind);
  const image = linked ? (parseKnown(comp(times(d, ownBase))) ?? O) : O;
  const alpha = draw();
  const s: bigint[] = ring.map(() => 0n);
  const c: bigint[] = ring.map(() => 0n);
  c[(index + 1) % n] = chainHash(ring, msg, kind, times(alpha, G), linked ? times(alpha, ownBase) : O);
  for (let step = 1; step < n; step++) {
    const i = (index + step) % n;
    s[i] = draw();
    const left = twoTimes(s[i], G, c[i]!, lift(ring[i]!));
    const right = linked ? twoTimes(s[i], chainBase(ring[i]!, kind), c[i]!, image) : O;
    c[(i + 1) % n] = chainHash(ring, msg, kind, left, right);
  }
  s[index] = mod(alpha - c[index]! * d, q);
  return { c0: c[0]!, s, ...(linked ? { keyImage: comp(image) } : {}) };
}

export const toScalars = (flat: Uint8Array): bigint[] =>
  Array.from({ length: flat.length / 32 }, (_, i) => number(flat.subarray(32 * i, 32 * i + 32)));
export const toFlat = (values: readonly bigint[]): Uint8Array => Uint8Array.from(Buffer.concat(values.map(bytes)));

/** Scalars from a seed, for tests that can be run again. */
export function drawFrom(seed: string): Draw {
  let count = 0;
  return () => {
    const value = mod(number(sha(Buffer.from(`${seed}/${count++}`))), q);
    return value === 0n ? 1n : value;
  };
}
