/**
 * Each side is asked about the other's signatures: ours by the dumb verifier, the dumb signer's by ours. 2,000 per
 * algorithm, half of them each way; the sizes are mostly small and
 * reach 128.
 */
import { describe, expect, test } from "vitest";
import type { Blsag } from "../../src/ring/blsag.ts";
import { signBlsag, verifyBlsag } from "../../src/ring/blsag.ts";
import { finish } from "../../src/ring/progress.ts";
import { signSag, verifySag } from "../../src/ring/sag.ts";
import { signOr, verifyOr } from "../../src/ring/scheme-or.ts";
import { signOrLink, verifyOrLink } from "../../src/ring/scheme-or-link.ts";
import { long, type Members, members, seeded, seededNumbers } from "./ring-fixtures.ts";
import * as dumb from "./ring-oracle.ts";

const SEED = "oracle-1";
const COUNT = 2000;
/** Long: every size from 2 to 128, each way. */
const LARGE = long ? Array.from({ length: 254 }, (_, i) => 2 + Math.floor(i / 2)) : [3, 128, 64, 4, 5, 33, 17, 8];

const rings = new Map<number, Members>();
function ringOf(n: number): Members {
  const known = rings.get(n) ?? members(n, SEED);
  rings.set(n, known);
  return known;
}

interface Case {
  readonly n: number;
  readonly index: number;
  readonly message: Uint8Array;
  readonly fresh: Uint8Array;
  readonly draw: dumb.Draw;
  readonly oursFirst: boolean;
}

/** Large rings first, then pairs and threes, which exercise the same lines at a fraction of the price. */
function* cases(name: string): Generator<Case> {
  const [random, below] = [seeded(`${SEED}/${name}`), seededNumbers(`${SEED}/${name}/n`)];
  for (let i = 0; i < COUNT; i++) {
    const n = LARGE[i] ?? (below(16) === 0 ? 3 : 2);
    const message = random(32);
    const draw = dumb.drawFrom(`${SEED}/${name}/${i}`);
    yield { n, index: below(n), message, fresh: random(32), draw, oursFirst: i % 2 === 0 };
  }
}

const buffers = ({ ring }: Members): Buffer[] => ring.keys().map((key) => Buffer.from(key));
const signerOf = ({ secrets }: Members, index: number) => ({
  index,
  d: dumb.toScalars(secrets[index]!.expose())[0]!,
});

/** The dialect that we only read: fewer of them. */
const FEW = 200;

/** Runs all cases and names the first that either side refuses. */
function agree(name: string, check: (one: Case, ring: Members) => boolean, count = COUNT): void {
  let i = 0;
  for (const one of cases(name)) {
    if (i === count) break;
    if (!check(one, ringOf(one.n))) expect.unreachable(`${name} case ${i} of seed ${SEED}, n = ${one.n}`);
    i++;
  }
  expect(i).toBe(count);
}

describe(`the dumb verifier and ours agree on ${COUNT} signatures`, { timeout: 900_000 }, () => {
  test("or", () => {
    agree("or", ({ index, message, fresh, draw, oursFirst }, all) => {
      const { ring, secrets } = all;
      if (oursFirst) {
        const { c, r } = signOr({ ring, message, secret: secrets[index]!, fresh });
        return dumb.verifyPairs(buffers(all), message, { c: dumb.toScalars(c), r: dumb.toScalars(r) });
      }
      const { c, r } = dumb.signPairs(buffers(all), message, signerOf(all, index), draw);
      return finish(verifyOr({ ring, message }, { alg: "or", c: dumb.toFlat(c), r: dumb.toFlat(r) })) === undefined;
    });
  });

  test("or-link", () => {
    agree("or-link", ({ index, message, fresh, draw, oursFirst, n }, all) => {
      const { ring, secrets } = all;
      const scope = `scope ${n} ü`;
      if (oursFirst) {
        const { c, r, keyImage } = signOrLink({ ring, message, secret: secrets[index]!, fresh, scope });
        const proof = { c: dumb.toScalars(c), r: dumb.toScalars(r), keyImage: Buffer.from(keyImage) };
        return dumb.verifyPairs(buffers(all), message, proof, scope);
      }
      const proof = dumb.signPairs(buffers(all), message, signerOf(all, index), draw, scope);
      const [c, r, keyImage] = [dumb.toFlat(proof.c), dumb.toFlat(proof.r), Uint8Array.from(proof.keyImage!)];
      return finish(verifyOrLink({ ring, message }, { alg: "or-link", c, r, keyImage, scope })) === undefined;
    });
  });

  for (const dialect of ["rs", "ts"] as const) {
    test(`SAG in dialect ${dialect}`, () => {
      agree(
        `sag-${dialect}`,
        ({ index, message, fresh, draw, oursFirst }, all) => {
          const { ring, secrets } = all;
          if (oursFirst) {
            const { c0, s } = signSag({ ring, message, secret: secrets[index]!, fresh, dialect });
            const signature = { c0: dumb.toScalars(c0)[0]!, s: dumb.toScalars(s) };
            return dumb.verifyChain(buffers(all), message, signature, { kind: dialect });
          }
          const { c0, s } = dumb.signChain(buffers(all), message, signerOf(all, index), draw, { kind: dialect });
          const chain = { c0: dumb.toFlat([c0]), s: dumb.toFlat(s) };
          return finish(verifySag({ ring, message, dialect }, chain)) === undefined;
        },
        dialect === "ts" ? FEW : COUNT,
      );
    });
  }

  test("bLSAG, every second one with a flag", () => {
    let count = 0;
    agree("blsag", ({ index, message, fresh, draw, oursFirst }, all) => {
      const { ring, secrets } = all;
      const flagged = count++ % 4 < 2 ? {} : { flag: Uint8Array.of(1, 2, 3) };
      if (oursFirst) {
        const { c0, s, keyImage } = signBlsag({ ring, message, secret: secrets[index]!, fresh, ...flagged });
        const signature = { c0: dumb.toScalars(c0)[0]!, s: dumb.toScalars(s), keyImage: Buffer.from(keyImage) };
        return dumb.verifyChain(buffers(all), message, signature, { kind: "blsag", ...flagged });
      }
      const signature = dumb.signChain(buffers(all), message, signerOf(all, index), draw, {
        kind: "blsag",
        ...flagged,
      });
      const ours: Blsag = {
        ...{ scheme: "blsag", c0: dumb.toFlat([signature.c0]), s: dumb.toFlat(signature.s) },
        ...{ keyImage: Uint8Array.from(signature.keyImage!), ...flagged },
      };
      return finish(verifyBlsag({ ring, message }, ours)) === undefined;
    });
  });
});
