/** The rules of docs/spec/rings.md, one by one. */
import { createHash, createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { concat, toHex, u32, utf8 } from "../../src/bytes.ts";
import type { Curve } from "../../src/curve/curve.ts";
import { UsageError } from "../../src/errors.ts";
import { signBlsag } from "../../src/ring/blsag.ts";
import { finish } from "../../src/ring/progress.ts";
import { writeProof } from "../../src/ring/proof-json.ts";
import { Ring, ringName } from "../../src/ring/ring.ts";
import { RingShelf } from "../../src/ring/ring-shelf.ts";
import { signSag } from "../../src/ring/sag.ts";
import { type SignOrInput, signOr, verifyOr } from "../../src/ring/scheme-or.ts";
import { isLinked, signOrLink, verifyOrLink } from "../../src/ring/scheme-or-link.ts";
import { verifyProof } from "../../src/ring/verify.ts";
import { verifyMany } from "../../src/ring/verify-many.ts";
import { Secret } from "../../src/secret.ts";
import { curve, members, open, seeded } from "./ring-fixtures.ts";
import { toFlat, toScalars } from "./ring-oracle.ts";

const q = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const random = seeded("rules");
const message = random(32);
const four = members(4, "rules");
const input = (index: number, more: Partial<SignOrInput> = {}): SignOrInput => ({
  ...{ ring: four.ring, message, secret: four.secrets[index]!, fresh: random(32) },
  ...more,
});

describe("keys and rings", () => {
  test("RING-1: a key off the curve, zero, or not below p is refused", () => {
    const key = four.ring.key(0);
    for (const bad of ["00".repeat(32), `${"00".repeat(31)}05`, "ff".repeat(32)]) {
      const keys = [key, Uint8Array.from(Buffer.from(bad, "hex"))];
      expect(Ring.open(keys, curve)).toEqual({ ok: false, reason: "ring-key" });
    }
    expect(Ring.open([key, new Uint8Array(31)], curve)).toEqual({ ok: false, reason: "ring-key" });
  });

  test("RING-2: a secret and its negative are one key with one image", () => {
    const [d] = toScalars(four.secrets[0]!.expose());
    const negative = Secret.from(toFlat([q - d!]), curve);
    const linked = { scope: "s" };
    expect(toHex(negative.pubkey)).toBe(four.keys[0]);
    const images = [four.secrets[0]!, negative].map(
      (secret) => signOrLink({ ...input(0, { secret }), ...linked }).keyImage,
    );
    expect(images[1]).toEqual(images[0]);
  });

  test("RING-3: 2 to 1,000 distinct keys; the order is bound, the name is the set's", () => {
    expect(Ring.open([four.ring.key(0)], curve)).toEqual({ ok: false, reason: "ring-size" });
    const many = Array.from({ length: 1001 }, () => four.ring.key(0));
    expect(Ring.open(many, curve)).toEqual({ ok: false, reason: "ring-size" });
    expect(Ring.open([four.ring.key(0), four.ring.key(0)], curve)).toEqual({ ok: false, reason: "ring-duplicate" });
    const turned = open([...four.ring.keys()].reverse());
    expect(turned.name).toBe(four.ring.name);
    expect(turned.name).toBe(ringName(four.ring.keys()));
    expect(turned.order).not.toEqual(four.ring.order);
    const proof = signOr(input(1));
    expect(finish(verifyOr({ ring: turned, message }, proof))).toBe("proof-invalid");
  });
});

describe("scalars and points", () => {
  test("RING-4: 0 and values from q on are refused at every place of every proof", () => {
    const proof = signOr(input(2));
    for (const bad of [0n, q, q + 1n, 2n ** 256n - 1n]) {
      for (let i = 0; i < 4; i++) {
        for (const name of ["c", "r"] as const) {
          const values = toScalars(proof[name]);
          values[i] = bad;
          const changed = { ...proof, [name]: toFlat(values) };
          expect(finish(verifyOr({ ring: four.ring, message }, changed))).toBe("proof-scalar");
        }
      }
    }
  });

  test("RING-4: a signer that draws a 0 starts again", () => {
    let draws = 0;
    // The first value that is drawn comes out as 0, as it would once in 2^256 times.
    const unlucky: Curve = {
      ...curve,
      scalarReduce: (bytes) => (draws++ === 0 ? new Uint8Array(32) : curve.scalarReduce(bytes)),
    };
    const opening = Ring.open(four.ring.keys(), unlucky);
    if (!opening.ok) throw new Error(opening.reason);
    const fresh = random(32);
    const proof = signOr(input(0, { ring: opening.ring, fresh }));
    expect(finish(verifyOr({ ring: four.ring, message }, proof))).toBeUndefined();
    expect(proof).toEqual(signOr(input(0, { fresh: createHash("sha256").update(fresh).digest() })));
  });
});

describe("signing", () => {
  test("RING-8: nonces and decoys are those of the page, derived here a second time", () => {
    const fresh = random(32);
    const signer = 2;
    const { c, r } = signOr(input(signer, { fresh }));
    const tag = createHash("sha256").update("nostr-ring/nonce").digest();
    const seed = createHash("sha256")
      .update(concat(tag, tag, four.secrets[signer]!.expose(), fresh, message, four.ring.order))
      .digest();
    const derive = (name: string, index: number): bigint => {
      const info = concat(utf8(`nostr-ring/${name}`), u32(index));
      const first = createHmac("sha256", seed)
        .update(concat(info, Uint8Array.of(1)))
        .digest();
      const second = createHmac("sha256", seed)
        .update(concat(first, info, Uint8Array.of(2)))
        .digest();
      return BigInt(`0x${toHex(concat(first, second.subarray(0, 16)))}`) % q;
    };
    const [d] = toScalars(four.secrets[signer]!.expose());
    for (const i of [0, 1, 2, 3]) {
      const [ci, ri] = [toScalars(c)[i]!, toScalars(r)[i]!];
      if (i === signer) expect((ri + ci * d!) % q).toBe(derive("k", 0));
      else expect([ci, ri]).toEqual([derive("c", i), derive("r", i)]);
    }
  });

  test("RING-8: whoever signs, the curve is asked the same questions in the same order", () => {
    const asked = (sign: (ring: Ring, secret: Secret) => unknown, index: number): string[] => {
      const trace: string[] = [];
      const opening = Ring.open(four.ring.keys(), traced(curve, trace));
      if (!opening.ok) throw new Error(opening.reason);
      sign(opening.ring, four.secrets[index]!);
      return trace;
    };
    const fresh = random(32);
    const schemes: readonly ((ring: Ring, secret: Secret) => unknown)[] = [
      (ring, secret) => signOr({ ring, secret, message, fresh }),
      (ring, secret) => signOrLink({ ring, secret, message, fresh, scope: "s" }),
      (ring, secret) => signSag({ ring, secret, message, fresh, dialect: "rs" }),
      (ring, secret) => signBlsag({ ring, secret, message, fresh, flag: utf8("f") }),
    ];
    for (const sign of schemes) {
      const first = asked(sign, 0);
      expect(first.length).toBeGreaterThan(8);
      for (const index of [1, 2, 3]) expect(asked(sign, index)).toEqual(first);
    }
  });

  test("RING-9: a key outside the ring is a usage error, and what a faulty curve computes is not handed out", () => {
    const stranger = members(2, "strangers").secrets[0]!;
    expect(() => signOr(input(0, { secret: stranger }))).toThrow(UsageError);
    expect(() => signOrLink({ ...input(0, { secret: stranger }), scope: "s" })).toThrow(/usage\/ring/);
    expect(() => signSag({ ...input(0, { secret: stranger }), dialect: "rs" })).toThrow(/usage\/ring/);
    expect(() => signBlsag(input(0, { secret: stranger }))).toThrow(/usage\/ring/);
    const faulty: Curve = { ...curve, scalarMultiply: (a) => a };
    const opening = Ring.open(four.ring.keys(), faulty);
    if (!opening.ok) throw new Error(opening.reason);
    expect(() => signOr(input(0, { ring: opening.ring }))).toThrow(/usage\/state/);
  });

  test("RING-9: what the caller must give is asked for with its length", () => {
    expect(() => signOr(input(0, { fresh: new Uint8Array(31) }))).toThrow(/32 fresh random bytes/);
    expect(() => signOr(input(0, { message: new Uint8Array(33) }))).toThrow(/32 bytes/);
    expect(() => signOrLink({ ...input(0), scope: "" })).toThrow(/usage\/scope/);
    expect(() => signBlsag({ ...input(0), flag: new Uint8Array(0) })).toThrow(/usage\/length/);
  });
});

describe("verdicts", () => {
  test("RING-10: the verdict names scheme and size, for a linked proof image and scope too", () => {
    const or = writeProof(signOr(input(0)));
    expect(verifyProof({ proof: or, ring: four.ring, message })).toEqual({ ok: true, alg: "or", n: 4 });
    const linked = signOrLink({ ...input(0), scope: "s" });
    expect(verifyProof({ proof: writeProof(linked, "7z"), ring: four.ring, message, scope: "s" })).toEqual({
      ...{ ok: true, alg: "or-link", n: 4, keyImage: toHex(linked.keyImage), scope: "s", pow: "7z" },
    });
  });

  test("RING-10: no text makes it throw", () => {
    const verdict = (proof: string) => verifyProof({ proof, ring: four.ring, message }).ok;
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 60 }), (noise) => !verdict(noise) && !verdict(`{${noise}`)),
    );
    fc.assert(fc.property(fc.json(), (json) => !verdict(json)));
  });

  test("RING-11: what is not asked for is not linkable: the default carries no image and no scope", () => {
    const json = Buffer.from(writeProof(signOr(input(3))), "hex").toString();
    expect(Object.keys(JSON.parse(json) as object)).toEqual(["ringSize", "keyImage", "signature", "v", "alg"]);
    expect(json).toContain('"keyImage":""');
  });

  test("many proofs share the tables of their ring, with progress, and can be given up", () => {
    const shelf = new RingShelf(curve, 2);
    const items = [0, 1, 2, 3].map((index) => ({ proof: writeProof(signOr(input(index))), keys: four.keys, message }));
    const steps = verifyMany([...items, { ...items[0]!, message: random(32) }], shelf);
    const progress = [];
    for (const step of steps) if (step.verdict !== undefined) progress.push([step.item, step.items, step.verdict.ok]);
    expect(progress).toEqual([
      [0, 5, true],
      [1, 5, true],
      [2, 5, true],
      [3, 5, true],
      [4, 5, false],
    ]);
    const first = shelf.open(four.keys);
    const second = shelf.open(four.keys);
    expect(first.ok && second.ok && first.ring === second.ring).toBe(true);
    const given = verifyMany(items, shelf);
    expect(given.next().done).toBe(false);
    expect(given.return([]).done).toBe(true);
  });

  test("the shelf forgets the ring that was not used longest, and keeps no refusal", () => {
    const shelf = new RingShelf(curve, 2);
    const [a, b, c] = ["a", "b", "c"].map((seed) => members(2, seed).keys) as [string[], string[], string[]];
    const ringOf = (keys: readonly string[]): Ring => {
      const opening = shelf.open(keys);
      if (!opening.ok) throw new Error(opening.reason);
      return opening.ring;
    };
    const [first, second] = [ringOf(a), ringOf(b)];
    expect(ringOf(a)).toBe(first);
    ringOf(c);
    expect(ringOf(a)).toBe(first);
    expect(ringOf(b)).not.toBe(second);
    expect(shelf.open([a[0]!, "zz"])).toEqual({ ok: false, reason: "ring-key" });
    // Keys come from strangers' tags: what was seen must not change what is refused.
    expect(shelf.open([a.join()])).toEqual({ ok: false, reason: "ring-size" });
    expect(shelf.open([`${a[0]},${a[1]}`, a[1]!])).toEqual({ ok: false, reason: "ring-key" });
  });

  test("a ring of 1,000 works, with progress", () => {
    const { ring, secrets, keys } = members(1000, "large");
    const proof = writeProof(signOr({ ring, message, secret: secrets[637]!, fresh: random(32) }));
    const [verdict, sums] = [[] as unknown[], [] as number[]];
    for (const step of verifyMany([{ proof, keys, message }], new RingShelf(curve))) {
      sums.push(step.sums);
      if (step.verdict !== undefined) verdict.push(step.verdict);
    }
    expect(verdict).toEqual([{ ok: true, alg: "or", n: 1000 }]);
    // Opened in 32 groups, without a sum; then the sums, group by group; then the verdict.
    const groups = Array.from({ length: 31 }, (_, i) => 32 * (i + 1));
    expect(sums).toEqual([...groups.map(() => 0), ...groups, 1000, 1000]);
  });
});

test("RING-6: ring, message, scope and image are each in the challenge", () => {
  const proof = signOrLink({ ...input(1), scope: "s" });
  const check = (changed: Partial<typeof proof>, ring = four.ring, m = message) =>
    finish(verifyOrLink({ ring, message: m }, { ...proof, ...changed }));
  expect(check({})).toBeUndefined();
  expect(check({ scope: "t" })).toBe("proof-invalid");
  expect(check({}, four.ring, random(32))).toBe("proof-invalid");
  expect(check({}, open([...four.ring.keys()].reverse()))).toBe("proof-invalid");
  const other = signOrLink({ ...input(2), scope: "s" });
  expect(check({ keyImage: other.keyImage })).toBe("proof-invalid");
  expect(isLinked(proof, other)).toBe(false);
});

/** The same curve, writing down what it is asked: the name and the lengths, never the values. */
function traced(plain: Curve, trace: string[]): Curve {
  const entries = Object.entries(plain).map(([name, value]) => {
    if (typeof value !== "function") return [name, value];
    return [
      name,
      (...args: unknown[]) => {
        const lengths = args.map((arg) => (arg instanceof Uint8Array || Array.isArray(arg) ? arg.length : 0));
        trace.push(`${name} ${lengths.join(" ")}`);
        const result: unknown = (value as (...all: unknown[]) => unknown)(...args);
        return name === "openRing" ? tracedTable(result as object, trace) : result;
      },
    ];
  });
  return Object.fromEntries(entries) as Curve;
}

function tracedTable(table: object, trace: string[]): object {
  const { size, sums, sumAt } = table as NonNullable<ReturnType<Curve["openRing"]>>;
  return {
    size,
    sums: (a: Uint8Array, b: Uint8Array) => {
      trace.push("sums");
      return sums(a, b);
    },
    sumAt: (i: number, a: Uint8Array, b: Uint8Array) => {
      trace.push(`sumAt ${i}`);
      return sumAt(i, a, b);
    },
  };
}
