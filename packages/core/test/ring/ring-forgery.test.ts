/**
 * The published bugs of other ring signatures, each as the attack that it allowed (review finding P-05, P-06, P-12 and
 * the catalogue in requirement 06 §3), and the forgery by a zero denominator (RING-4a).
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { concat, toHex, utf8 } from "../../src/bytes.ts";
import { sha256, taggedHash } from "../../src/hash.ts";
import { signBlsag, verifyBlsag } from "../../src/ring/blsag.ts";
import { finish } from "../../src/ring/progress.ts";
import { Ring } from "../../src/ring/ring.ts";
import { signSag, verifySag } from "../../src/ring/sag.ts";
import { signOr, verifyOr } from "../../src/ring/scheme-or.ts";
import { isLinked, type OrLinkProof, signOrLink, verifyOrLink } from "../../src/ring/scheme-or-link.ts";
import { Secret } from "../../src/secret.ts";
import { curve, members, open, seeded, seededNumbers } from "./ring-fixtures.ts";
import { toFlat, toScalars } from "./ring-oracle.ts";

const q = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const SEED = "forgery-1";
const random = seeded(SEED);
const message = random(32);
const all = members(4, SEED);
const { ring } = all;
const scope = "poll";
const linkedBy = (index: number, more: object = {}): OrLinkProof =>
  signOrLink({ ring, message, secret: all.secrets[index]!, fresh: random(32), scope, ...more });

const DST = utf8("NOSTR-RING-V1-secp256k1_XMD:SHA-256_SSWU_RO_");
const baseOf = (key: Uint8Array, name = scope): Uint8Array =>
  curve.hashToCurve(concat(Uint8Array.of(2), key, taggedHash("nostr-ring/scope", utf8(name))), DST);
const scalar = (value: bigint): Uint8Array => toFlat([((value % q) + q) % q]);
const invert = (value: bigint): bigint => {
  let [result, base] = [1n, value % q];
  for (let e = q - 2n; e > 0n; e >>= 1n) {
    if (e & 1n) result = (result * base) % q;
    base = (base * base) % q;
  }
  return result;
};

describe("RING-4a: a sum that is the identity", () => {
  // What a verifier might hash for every point once a zero has come into its one common inversion.
  const zeroEncodings = [
    new Uint8Array(33),
    concat(Uint8Array.of(2), new Uint8Array(32)),
    concat(Uint8Array.of(3), new Uint8Array(32)),
  ];

  /** c's that sum to the challenge over zeros, and r's; `fix` makes one sum the identity. */
  function forge(
    zero: Uint8Array,
    keyImage: Uint8Array,
    fixed: { readonly c: bigint; readonly r: bigint },
  ): OrLinkProof {
    const zeros = concat(...Array.from({ length: 4 }, () => zero));
    const ctx = taggedHash("nostr-ring/scope", utf8(scope));
    const hash = taggedHash("nostr-ring/or-link", ring.order, message, ctx, keyImage, zeros, zeros);
    const [total] = toScalars(curve.scalarReduce(hash));
    const [, r2, r3, r4, c2, c3] = toScalars(random(192)).map((value) => value % q);
    const c4 = (((total! - fixed.c - c2! - c3!) % q) + q) % q;
    const [c, r] = [toFlat([fixed.c, c2!, c3!, c4]), toFlat([fixed.r, r2!, r3!, r4!])];
    return { alg: "or-link", c, r, keyImage, scope };
  }

  test("R_1 = 0 by an image made from the base: refused, for every way to spell a zero", () => {
    const [r1, c1] = [5n, 7n];
    const t = (q - ((r1 * invert(c1)) % q)) % q;
    const keyImage = curve.multiply(scalar(t), baseOf(ring.key(0)))!;
    expect(curve.sumOfTwo(baseOf(ring.key(0)), scalar(r1), keyImage, scalar(c1))).toBeUndefined();
    for (const zero of zeroEncodings) {
      const forged = forge(zero, keyImage, { c: c1, r: r1 });
      expect(finish(verifyOrLink({ ring, message }, forged))).toBe("proof-invalid");
    }
  });

  test("L_1 = 0 by a member's own key: refused, and no other image comes in with it", () => {
    const [d] = toScalars(all.secrets[0]!.expose());
    const c1 = 7n;
    const r1 = (q - ((c1 * d!) % q)) % q;
    const sums = finish(ring.sums(toFlat([r1, 1n, 1n, 1n]), toFlat([c1, 1n, 1n, 1n])));
    expect(sums).toBeUndefined();
    const forgedImage = curve.baseMultiply(random(32));
    for (const zero of zeroEncodings) {
      const forged = forge(zero, forgedImage, { c: c1, r: r1 });
      expect(finish(verifyOrLink({ ring, message }, forged))).toBe("proof-invalid");
    }
  });

  test("in the chains too", () => {
    const [d] = toScalars(all.secrets[0]!.expose());
    const s = toFlat([(q - ((7n * d!) % q)) % q, 1n, 1n, 1n]);
    expect(finish(verifySag({ ring, message, dialect: "rs" }, { c0: toFlat([7n]), s }))).toBe("ringsig-invalid");
  });
});

describe("P-05: a base that is H(P)·G names the signer", () => {
  /** Every member's key times each of the hashes that an observer would try, by the image that it would be. */
  const owners = new Map<string, number>();
  for (const [owner, key] of ring.keys().entries()) {
    const point = concat(Uint8Array.of(2), key);
    const ctx = taggedHash("nostr-ring/scope", utf8(scope));
    for (const hash of [sha256(point), sha256(key), sha256(point, ctx), sha256(point, utf8(scope))]) {
      owners.set(toHex(curve.multiply(curve.scalarReduce(hash), point)!), owner);
    }
  }

  /** The member whose key, times his own public hash, is the image; a guess where there is none. */
  const distinguish = (image: Uint8Array, guess: number): number => owners.get(toHex(image)) ?? guess;

  test("RING-5: the distinguisher is right about every image of that kind, and about ours as often as a guess", () => {
    const trials = 200;
    const below = seededNumbers(`${SEED}/P-05`);
    const keys = ring.keys();
    const hits = { bug: 0, ours: 0 };
    for (let i = 0; i < trials; i++) {
      const signer = below(4);
      const guess = below(4);
      const h = curve.scalarReduce(sha256(concat(Uint8Array.of(2), keys[signer]!)));
      const bug = curve.baseMultiply(curve.scalarMultiply(h, all.secrets[signer]!.expose()));
      const ours = curve.multiply(all.secrets[signer]!.expose(), baseOf(keys[signer]!))!;
      if (distinguish(bug, guess) === signer) hits.bug++;
      if (distinguish(ours, guess) === signer) hits.ours++;
    }
    expect(hits.bug).toBe(trials);
    // 1/4 ± 3σ of 200 trials, seed forgery-1.
    expect(Math.abs(hits.ours / trials - 0.25)).toBeLessThan(3 * Math.sqrt(0.1875 / trials));
  });

  test("the image is the one that the page defines, so the test above speaks of it", () => {
    const image = curve.multiply(all.secrets[2]!.expose(), baseOf(ring.key(2)))!;
    expect(linkedBy(2).keyImage).toEqual(image);
  });
});

describe("P-06: the ring in the challenge", () => {
  test("a ring of one key, which mints images at will, is refused", () => {
    expect(Ring.open([ring.key(0)], curve)).toEqual({ ok: false, reason: "ring-size" });
  });

  const stranger = members(2, "strangers").secrets[0]!.pubkey;
  const [a, b, c, d] = ring.keys() as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
  const others: readonly (readonly [string, readonly Uint8Array[]])[] = [
    ["rotated", [b, c, d, a]],
    ["permuted", [b, a, d, c]],
    ["turned around", [d, c, b, a]],
    ["extended", [a, b, c, d, stranger]],
    ["shortened", [a, b, c]],
    ["with one key replaced", [a, b, c, stranger]],
  ];

  for (const [how, keys] of others) {
    test(`refuses every proof over the ring ${how}`, () => {
      const other = open(keys);
      const secret = all.secrets[1]!;
      const input = { ring, message, secret, fresh: random(32) };
      expect(finish(verifyOr({ ring: other, message }, signOr(input)))).toMatch(/^proof-(invalid|ring-size)$/);
      expect(finish(verifyOrLink({ ring: other, message }, linkedBy(1)))).toMatch(/^proof-(invalid|ring-size)$/);
      const sag = signSag({ ...input, dialect: "rs" });
      expect(finish(verifySag({ ring: other, message, dialect: "rs" }, sag))).toMatch(/^ringsig-(invalid|ring-size)$/);
      const turned = { c0: sag.c0, s: concat(sag.s.subarray(32), sag.s.subarray(0, 32)) };
      expect(finish(verifySag({ ring: other, message, dialect: "rs" }, turned))).toMatch(
        /^ringsig-(invalid|ring-size)$/,
      );
    });
  }

  test("an image shifted by a multiple of the challenge does not verify", () => {
    const proof = linkedBy(3);
    const [c1] = toScalars(proof.c);
    const shift = curve.sumOfTwo(proof.keyImage, scalar(1n), baseOf(ring.key(0)), scalar(invert(c1!)))!;
    expect(finish(verifyOrLink({ ring, message }, { ...proof, keyImage: shift }))).toBe("proof-invalid");
  });
});

test("P-12: a scalar plus the order, and its negative, are not the scalar", () => {
  const proof = signOr({ ring, message, secret: all.secrets[0]!, fresh: random(32) });
  const check = (name: "c" | "r", i: number, change: (value: bigint) => bigint) => {
    const values = toScalars(proof[name]);
    const changed = change(values[i]!);
    if (changed >= 2n ** 256n) return "proof-scalar";
    values[i] = changed;
    return finish(verifyOr({ ring, message }, { ...proof, [name]: toFlat(values) }));
  };
  for (const i of [0, 1, 2, 3]) {
    for (const name of ["c", "r"] as const) {
      expect(check(name, i, (value) => value + q)).toBe("proof-scalar");
      expect(check(name, i, (value) => q - value)).toBe("proof-invalid");
      expect(check(name, i, (value) => (value === 1n ? 2n : value - 1n))).toBe("proof-invalid");
    }
  }
});

describe("key images", () => {
  test("a permuted ring does not give a second image: no double vote", () => {
    const turned = open([...ring.keys()].reverse());
    const [one, other] = [linkedBy(1), linkedBy(1, { ring: turned })];
    expect(isLinked(one, other)).toBe(true);
  });

  test("another scope gives an unrelated image", () => {
    const [one, other] = [linkedBy(1), linkedBy(1, { scope: "Poll" })];
    expect(toHex(one.keyImage)).not.toBe(toHex(other.keyImage));
    expect(isLinked(one, { ...other, scope: one.scope })).toBe(false);
  });

  test("images of different scopes are never linked, even where they are equal", () => {
    const one = linkedBy(1);
    expect(isLinked(one, { ...one, scope: "other" })).toBe(false);
  });

  test("RING-7: a key tweaked by a known t shows no relation between the two images", () => {
    const t = random(32);
    const tweaked = Secret.from(curve.scalarAdd(all.secrets[0]!.expose(), curve.scalarReduce(t)), curve);
    const imageOf = (secret: Secret): Uint8Array => curve.multiply(secret.expose(), baseOf(secret.pubkey))!;
    const [one, other] = [imageOf(all.secrets[0]!), imageOf(tweaked)];
    for (const base of [baseOf(all.secrets[0]!.pubkey), baseOf(tweaked.pubkey)]) {
      for (const sign of [1n, -1n]) {
        const [tValue] = toScalars(curve.scalarReduce(t));
        for (const factor of [1n, -1n]) {
          const related = curve.sumOfTwo(one, scalar(factor), base, scalar(sign * tValue!));
          expect(toHex(related!)).not.toBe(toHex(other));
        }
      }
    }
  });

  test("whoever holds two keys cannot mint an image by solving for the sum of challenges", () => {
    // R_i = k_i·B_i + c_i·(I* − d_i·B_i) fixes c_i before the hash for every index whose key the forger holds.
    const [d1, d2] = [all.secrets[0]!, all.secrets[1]!].map((secret) => toScalars(secret.expose())[0]!);
    const keyImage = curve.baseMultiply(random(32));
    const [k1, k2, c1, c2, c3, c4, r3, r4] = toScalars(random(256)).map((value) => value % q);
    const r = [k1! - c1! * d1!, k2! - c2! * d2!, r3!, r4!].map((value) => ((value % q) + q) % q);
    const forged = { alg: "or-link", c: toFlat([c1!, c2!, c3!, c4!]), r: toFlat(r), keyImage, scope } as const;
    expect(finish(verifyOrLink({ ring, message }, forged))).toBe("proof-invalid");
    for (let i = 0; i < 4; i++)
      expect(finish(verifyOrLink({ ring, message }, solveAt(forged, i)))).toBe("proof-invalid");
  });

  /** The forged proof with c_i chosen so that the sum is right for the points as they were before the choice. */
  function solveAt(proof: OrLinkProof, i: number): OrLinkProof {
    const left = finish(ring.sums(proof.r, proof.c))!;
    const bases = concat(...ring.keys().map((key) => baseOf(key)));
    const right = curve.sumOfTwo(bases, proof.r, proof.keyImage, proof.c)!;
    const ctx = taggedHash("nostr-ring/scope", utf8(scope));
    const hash = taggedHash("nostr-ring/or-link", ring.order, message, ctx, proof.keyImage, left, right);
    const [total] = toScalars(curve.scalarReduce(hash));
    const c = toScalars(proof.c);
    const rest = c.reduce((sum, value, at) => (at === i ? sum : sum + value), 0n);
    c[i] = (((total! - rest) % q) + q) % q;
    return { ...proof, c: toFlat(c) };
  }
});

test("a message that ends in a key of the ring does not verify as a shorter message before a longer ring", () => {
  const [first, ...rest] = ring.keys() as [Uint8Array, ...Uint8Array[]];
  const long = concat(message, Uint8Array.of(2), first);
  const shorter = open(rest);
  const sag = signSag({ ring: shorter, message: long, secret: all.secrets[1]!, fresh: random(32), dialect: "rs" });
  expect(finish(verifySag({ ring: shorter, message: long, dialect: "rs" }, sag))).toBeUndefined();
  expect(finish(verifySag({ ring, message, dialect: "rs" }, sag))).toBe("ringsig-ring-size");
  const padded = { c0: sag.c0, s: concat(sag.s, sag.s.subarray(0, 32)) };
  expect(finish(verifySag({ ring, message, dialect: "rs" }, padded))).toBe("ringsig-invalid");
});

test("bLSAG: image, flag and message are each needed", () => {
  const blsag = signBlsag({ ring, message, secret: all.secrets[2]!, fresh: random(32), flag: utf8("f") });
  const other = signBlsag({ ring, message, secret: all.secrets[1]!, fresh: random(32), flag: utf8("f") });
  const check = (changed: object, m = message) => finish(verifyBlsag({ ring, message: m }, { ...blsag, ...changed }));
  expect(check({})).toBeUndefined();
  expect(check({ keyImage: other.keyImage })).toBe("ringsig-invalid");
  expect(check({ flag: utf8("g") })).toBe("ringsig-invalid");
  expect(check({}, random(32))).toBe("ringsig-invalid");
});

test("no proof of one message is a proof of another", () => {
  const proof = signOr({ ring, message, secret: all.secrets[0]!, fresh: random(32) });
  const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 });
  const isRefused = (other: Uint8Array): boolean =>
    finish(verifyOr({ ring, message: other }, proof)) === "proof-invalid";
  fc.assert(fc.property(bytes, isRefused), { numRuns: 30 });
});
