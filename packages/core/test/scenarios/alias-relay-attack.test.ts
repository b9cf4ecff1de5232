/**
 * What a relay computes from two public events, and a thief from one alias key, against a copy of the old
 * derivation made for this test, and against ours. The attacker's arithmetic uses noble directly and nothing of src.
 */
import { schnorr, secp256k1 } from "@noble/curves/secp256k1.js";
import { expect, test } from "vitest";
import { deriveAlias } from "../../src/alias/derive.ts";
import { type PubkeyHex, toHex, utf8 } from "../../src/bytes.ts";
import type { Curve } from "../../src/curve/curve.ts";
import { nobleCurve as curve } from "../../src/curve/noble.ts";
import { sha256 } from "../../src/hash.ts";
import { Secret } from "../../src/secret.ts";

const { Point } = secp256k1;
const n = Point.Fn.ORDER;
type Pt = InstanceType<typeof Point>;
const toBig = (bytes: Uint8Array): bigint => BigInt(`0x${toHex(bytes)}`);
const mod = (value: bigint): bigint => ((value % n) + n) % n;
const lift = (x: Uint8Array): Pt => schnorr.utils.lift_x(toBig(x));

/** The real key of A, if A's alias was B's tweak away: A = ±aliasA ∓ aliasB ± B, in every choice of signs. */
function relayAttack(aliasA: Pt, aliasB: Pt, keyB: Pt, isKeyA: (candidate: Pt) => boolean): boolean {
  return [aliasB, aliasB.negate()].some((minus) =>
    [keyB, keyB.negate()].some((plus) => isKeyA(aliasA.subtract(minus).add(plus))),
  );
}

/** Without the inversion that would make x affine. */
const hasX =
  (x: bigint) =>
  (point: Pt): boolean =>
    !point.is0() && point.X === Point.Fp.mul(x, point.Z);

/** A copy of the old derivation, secrets as they come. */
function oldTweak(secret: bigint, peer: Uint8Array): bigint {
  return lift(peer).multiply(secret).toAffine().x;
}
const publicPoint = (secret: bigint): Pt => lift(Point.BASE.multiply(secret).toBytes().slice(1));

/** k·G for public k: one addition for each of its bytes. */
const windows = Array.from({ length: 32 }, (_, i) => {
  const unit = Point.BASE.multiplyUnsafe(1n << BigInt(8 * (31 - i)));
  const multiples = [Point.ZERO];
  for (let k = 1; k < 256; k++) multiples.push(multiples[k - 1]!.add(unit));
  return multiples;
});
const timesG = (k: Uint8Array): Pt => windows.reduce((sum, multiples, i) => sum.add(multiples[k[i]!]!), Point.ZERO);

const people = (name: string, count: number) =>
  Array.from({ length: count }, (_, i) => {
    const bytes = sha256(utf8(`${name} ${i}`));
    const secret = Secret.from(bytes, curve);
    return { bytes, secret, pubkey: toHex(secret.pubkey) as PubkeyHex, point: lift(secret.pubkey) };
  });
const as = people("asker", 100);
const bs = people("asked", 100);

test("A-01: the relay finds the asker's real key in the old derivation, 100 of 100", () => {
  let found = 0;
  as.forEach((a, i) => {
    const b = bs[i]!;
    const t = oldTweak(toBig(a.bytes), b.secret.pubkey);
    const aliasA = publicPoint(mod(toBig(a.bytes) + t));
    const aliasB = publicPoint(mod(toBig(b.bytes) + t));
    if (relayAttack(aliasA, aliasB, b.point, hasX(toBig(a.secret.pubkey)))) found++;
  });
  expect(found).toBe(100);
});

test("A-01, A-05, ALIAS-1: the same attack on our derivation fails, 10,000 of 10,000, and no alias loses a leading zero", () => {
  // Each of 101 people towards each other: every alias serves in two of the 10,100 attacks. What derivation gives is
  // the scalar; its point is made here, from a table, for only its x matters.
  let derived = new Uint8Array(32);
  const listening: Curve = {
    ...curve,
    baseMultiply: (secret) => {
      derived = secret.slice();
      return Point.BASE.toBytes();
    },
  };
  const crowd = people("person", 101);
  let leadingZeros = 0;
  const aliases = crowd.map((a) =>
    crowd.map((b) => {
      if (a === b) return undefined;
      deriveAlias(a.secret, b.pubkey, 0, listening);
      if (derived.length === 32 && derived[0] === 0) leadingZeros++;
      return timesG(derived);
    }),
  );
  let attacks = 0;
  let found = 0;
  crowd.forEach((a, i) => {
    const isKeyA = hasX(toBig(a.secret.pubkey));
    crowd.forEach((b, j) => {
      const [aliasA, aliasB] = [aliases[i]?.[j], aliases[j]?.[i]];
      if (aliasA === undefined || aliasB === undefined) return;
      attacks++;
      if (relayAttack(aliasA, aliasB, b.point, isKeyA)) found++;
    });
  });
  expect(attacks).toBeGreaterThanOrEqual(10_000);
  expect(found).toBe(0);
  // One in 256 of 10,100.
  expect(leadingZeros).toBeGreaterThan(10);
  const last = deriveAlias(crowd[100]!.secret, crowd[99]!.pubkey, 0, curve);
  expect(toHex(timesG(derived).toBytes().slice(1))).toBe(toHex(last.pubkey));
}, 600_000);

test("A-03: a stolen alias secret with the shared secret is the real key in the old derivation, and not in ours", () => {
  let old = 0;
  let ours = 0;
  as.forEach((a, i) => {
    const b = bs[i]!;
    const real = toBig(a.bytes);
    const t = oldTweak(real, b.secret.pubkey);
    const isReal = (guess: bigint): boolean => guess === real || guess === n - real;
    if (isReal(mod(mod(real + t) - t))) old++;
    const stolen = toBig(deriveAlias(a.secret, b.pubkey, 0, curve).expose());
    if ([stolen, n - stolen].some((s) => isReal(mod(s - t)) || isReal(mod(s + t)))) ours++;
  });
  expect([old, ours]).toEqual([100, 0]);
});
