/** What a proof must not tell: who signed, also to whoever gets the key or breaks the random source later. */
import { describe, expect, test } from "vitest";
import { toHex, utf8 } from "../../src/bytes.ts";
import { signBlsag } from "../../src/ring/blsag.ts";
import { signSag } from "../../src/ring/sag.ts";
import { signOr } from "../../src/ring/scheme-or.ts";
import { signOrLink } from "../../src/ring/scheme-or-link.ts";
import { long, members, open, seeded, seededNumbers } from "./ring-fixtures.ts";
import { toScalars } from "./ring-oracle.ts";

const q = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const SIGNATURES = long ? 100_000 : 10_000;
/** χ² at p = 0.01, by degrees of freedom. */
const CRITICAL: Readonly<Record<number, number>> = { 2: 9.21, 4: 13.28, 6: 16.81, 8: 20.09 };

describe(`chi-square over ${SIGNATURES} signatures by every member of a ring`, { timeout: 3_600_000 }, () => {
  /** What an observer might look at: from the flat numbers of a proof to one of a few classes. */
  const statistics: readonly (readonly [
    name: string,
    classes: number,
    of: (c: Uint8Array, r: Uint8Array) => number,
  ])[] = [
    ["the index of the smallest c", 3, (c) => extreme(c, (a, b) => a < b)],
    ["the index of the largest r", 3, (_, r) => extreme(r, (a, b) => a > b)],
    ["the index of the smallest sum of c and r", 3, (c, r) => extreme(sums(c, r), (a, b) => a < b)],
    ["the index with the smallest last byte of r", 3, (_, r) => extreme(lastBytes(r), (a, b) => a < b)],
    ["how many c are odd", 4, (c) => [0, 1, 2].filter((i) => (c[32 * i + 31]! & 1) === 1).length],
  ];

  test("or, and the chain of a SAG: nothing depends on the signer (seed chi-1)", () => {
    const { ring, secrets } = members(3, "chi-1");
    const [random, below] = [seeded("chi-1"), seededNumbers("chi-1")];
    const tables = statistics.map(([, classes]) => [0, 1, 2].map(() => new Array<number>(classes).fill(0)));
    const chain = [0, 1, 2].map(() => [0, 0, 0]);
    for (let i = 0; i < SIGNATURES; i++) {
      const signer = below(3);
      const input = { ring, message: random(32), secret: secrets[signer]!, fresh: random(32) };
      if (i % 10 === 0) chain[signer]![extreme(signSag({ ...input, dialect: "rs" }).s, (a, b) => a < b)]!++;
      else {
        const { c, r } = signOr(input);
        for (const [t, [, , of]] of statistics.entries()) tables[t]![signer]![of(c, r)]!++;
      }
    }
    for (const [t, [name]] of statistics.entries()) expectIndependent(tables[t]!, name);
    expectIndependent(chain, "the index of the smallest s of a SAG");
  });

  test("the test sees a signer who gives himself away", () => {
    const below = seededNumbers("chi-2");
    const table = [0, 1, 2].map(() => [0, 0, 0]);
    for (let i = 0; i < 3000; i++) {
      const signer = below(3);
      table[signer]![below(5) === 0 ? signer : below(3)]!++;
    }
    expect(chiSquare(table).value).toBeGreaterThan(CRITICAL[4]!);
  });
});

describe("RING-8: a stuck random source", () => {
  const stuck = new Uint8Array(32);
  const random = seeded("stuck");
  const { ring, secrets } = members(3, "stuck");
  const secret = secrets[1]!;
  const [d] = toScalars(secret.expose());
  const messages = Array.from({ length: 4 }, () => random(32));
  const larger = open([...ring.keys(), members(2, "strangers").secrets[0]!.pubkey]);

  interface Row {
    readonly c: bigint;
    readonly r: bigint;
  }

  /** Every row of every proof, as the equation k = r + c·d that holds for the signer's. */
  function rows(): readonly Row[] {
    const pairs = messages.flatMap((message) => {
      const input = { ring, message, secret, fresh: stuck };
      return [
        signOr(input),
        signOr({ ...input, ring: larger }),
        signOrLink({ ...input, scope: "a" }),
        signOrLink({ ...input, scope: "b" }),
      ];
    });
    return pairs.flatMap(({ c, r }) => toScalars(c).map((value, i) => ({ c: value, r: toScalars(r)[i]! })));
  }

  test("two proofs under one nonce would give the key: no two of all these rows do", () => {
    const found = rows();
    for (const [i, a] of found.entries()) {
      for (const b of found.slice(i + 1)) {
        if (a.c === b.c) continue;
        const candidate = ((((a.r - b.r) * invert(b.c - a.c)) % q) + q) % q;
        expect(candidate === d || q - candidate === d, `rows from row ${i}`).toBe(false);
      }
    }
  });

  test("the extraction works where a nonce is used twice, so the test above means something", () => {
    const [k, c1, c2] = toScalars(random(96)).map((value) => value % q);
    const [r1, r2] = [k! - c1! * d!, k! - c2! * d!];
    expect(((((r1 - r2) * invert(c2! - c1!)) % q) + q) % q).toBe(d);
  });

  test("the same with SAG and bLSAG, whose flags count as much as their messages", () => {
    const message = messages[0]!;
    const input = { ring, message, secret, fresh: stuck };
    const nonces = new Set<bigint>();
    const signatures = [
      signSag({ ...input, dialect: "rs" }),
      signSag({ ...input, dialect: "ts" }),
      signSag({ ...input, dialect: "rs", message: messages[1]! }),
      signBlsag(input),
      signBlsag({ ...input, flag: utf8("a") }),
      signBlsag({ ...input, flag: utf8("b") }),
      signBlsag({ ...input, flag: utf8("a"), message: messages[1]! }),
    ];
    // The decoys come from the same seed as the nonce: were a seed used twice, they would be equal.
    for (const { s } of signatures) for (const i of [0, 2]) nonces.add(toScalars(s)[i]!);
    expect(nonces.size).toBe(2 * signatures.length);
  });

  test("whoever gets the key later, without the fresh bytes, cannot make the decoys again", () => {
    const input = { ring, message: messages[0]!, secret };
    const one = signOr({ ...input, fresh: random(32) });
    const again = signOr({ ...input, fresh: random(32) });
    const values = [one, again].flatMap(({ c, r }) => [...toScalars(c), ...toScalars(r)]);
    expect(new Set(values).size).toBe(values.length);
  });
});

describe("linking", () => {
  const { ring, secrets } = members(4, "linking");
  const random = seeded("linking");
  const image = (index: number, scope: string, over = ring): string =>
    toHex(signOrLink({ ring: over, message: random(32), secret: secrets[index]!, fresh: random(32), scope }).keyImage);

  test("same key and scope, another message and other randomness: the same image", () => {
    for (const index of [0, 1, 2, 3]) expect(image(index, "a")).toBe(image(index, "a"));
  });

  test("P-04: another key or another scope: another image, and two linked posts show nothing equal across scopes", () => {
    const images = [0, 1, 2, 3].flatMap((index) => ["a", "b", "a:b"].map((scope) => image(index, scope)));
    expect(new Set(images).size).toBe(images.length);
  });

  test("P-04: an unlinkable proof is no easier to attribute with every key in hand than by a guess", () => {
    const below = seededNumbers("P-04");
    let hits = 0;
    const trials = 200;
    for (let i = 0; i < trials; i++) {
      const signer = below(4);
      const { c, r } = signOr({ ring, message: random(32), secret: secrets[signer]!, fresh: random(32) });
      // With d_i in hand every row has a k_i = r_i + c_i·d_i that fits: the best one can do is to prefer one of them.
      const nonces = secrets.map(
        (secret, j) => (toScalars(r)[j]! + toScalars(c)[j]! * toScalars(secret.expose())[0]!) % q,
      );
      const guess = nonces.indexOf([...nonces].sort((a, b) => (a < b ? -1 : 1))[0]!);
      if (guess === signer) hits++;
    }
    expect(Math.abs(hits / trials - 0.25)).toBeLessThan(3 * Math.sqrt(0.1875 / trials));
  });
});

function extreme(flat: Uint8Array, isBefore: (a: bigint, b: bigint) => boolean): number {
  const values = toScalars(flat);
  return values.reduce((best, value, i) => (isBefore(value, values[best]!) ? i : best), 0);
}

function sums(c: Uint8Array, r: Uint8Array): Uint8Array {
  return c.map((byte, i) => (i % 32 === 0 ? (byte + r[i]!) & 0xff : byte));
}

function lastBytes(flat: Uint8Array): Uint8Array {
  return flat.map((_, i) => flat[i - (i % 32) + 31 - (i % 32)]!);
}

function chiSquare(table: readonly (readonly number[])[]): { readonly value: number; readonly freedom: number } {
  const rowSums = table.map((row) => row.reduce((a, b) => a + b, 0));
  const columnSums = table[0]!.map((_, j) => table.reduce((sum, row) => sum + row[j]!, 0));
  const total = rowSums.reduce((a, b) => a + b, 0);
  let value = 0;
  for (const [i, row] of table.entries()) {
    for (const [j, seen] of row.entries()) {
      const expected = (rowSums[i]! * columnSums[j]!) / total;
      value += (seen - expected) ** 2 / expected;
    }
  }
  return { value, freedom: (table.length - 1) * (columnSums.length - 1) };
}

function expectIndependent(table: readonly (readonly number[])[], name: string): void {
  const { value, freedom } = chiSquare(table);
  expect(value, `${name}: ${JSON.stringify(table)}`).toBeLessThan(CRITICAL[freedom]!);
}

function invert(value: bigint): bigint {
  let [result, base] = [1n, ((value % q) + q) % q];
  for (let e = q - 2n; e > 0n; e >>= 1n) {
    if (e & 1n) result = (result * base) % q;
    base = (base * base) % q;
  }
  return result;
}
