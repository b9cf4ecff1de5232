/** The public vectors of the foreign dialects, all of them (docs/spec/rings.md §4). */
import { readFileSync } from "node:fs";
import { fastCurve as curve } from "@subrosa/testkit/curves";
import { describe, expect, test } from "vitest";
import { concat, fromHex, toHex, utf8 } from "../../src/bytes.ts";
import { sha256 } from "../../src/hash.ts";
import { blsagBase, isLinkableEvidence, verifyBlsag } from "../../src/ring/blsag.ts";
import { finish } from "../../src/ring/progress.ts";
import { Ring } from "../../src/ring/ring.ts";
import { readRingA, writeRingA } from "../../src/ring/ring-a.ts";
import { type SagDialect, verifySag } from "../../src/ring/sag.ts";
import { verifyRingSignature } from "../../src/ring/verify-ring-signature.ts";
import { Secret } from "../../src/secret.ts";

interface Signature {
  readonly c0: string;
  readonly s: readonly string[];
  readonly I?: string;
  readonly ringA?: string;
  readonly linkability_flag_utf8?: string;
  readonly Hp_signer?: string;
}

interface Vectors {
  readonly ring: readonly string[];
  readonly secret_keys: readonly string[];
  readonly signer_index: number;
  readonly message_utf8: string;
  readonly sag_ts: Signature;
  readonly sag_rs: Signature;
  readonly hash_to_point: readonly { readonly pubkey: string; readonly Hp: string }[];
  readonly blsag: Signature;
  readonly blsag_flag: Signature;
  readonly blsag_rotation_attack: { readonly rotated_ring_verifies: boolean };
  readonly size: { readonly n4_sag_ringA_chars: number };
}

const file = new URL("../../../../vectors/nostringer-vectors.json", import.meta.url);
const vectors = JSON.parse(readFileSync(file, "utf8")) as Vectors;
const message = utf8(vectors.message_utf8);
const ring = openRing(vectors.ring);

function openRing(keys: readonly string[]): Ring {
  const opening = Ring.open(
    keys.map((key) => fromHex(key)!),
    curve,
  );
  if (!opening.ok) throw new Error(opening.reason);
  return opening.ring;
}

function chain({ c0, s }: Signature): { readonly c0: Uint8Array; readonly s: Uint8Array } {
  return { c0: fromHex(c0)!, s: concat(...s.map((row) => fromHex(row)!)) };
}

function linked(signature: Signature) {
  const flag = signature.linkability_flag_utf8;
  return { ...chain(signature), keyImage: fromHex(signature.I!)!, ...(flag === undefined ? {} : { flag: utf8(flag) }) };
}

test("RING-2: every secret's key stands in the ring, the one with odd y too", () => {
  const keys = vectors.secret_keys.map((secret) => toHex(Secret.from(fromHex(secret)!, curve).pubkey));
  expect(keys).toEqual(vectors.ring);
});

describe("SAG", () => {
  const cases: readonly (readonly [SagDialect, Signature])[] = [
    ["rs", vectors.sag_rs],
    ["ts", vectors.sag_ts],
  ];
  for (const [dialect, signature] of cases) {
    const other: SagDialect = dialect === "rs" ? "ts" : "rs";

    test(`dialect ${dialect} verifies`, () => {
      expect(finish(verifySag({ ring, message, dialect }, chain(signature)))).toBeUndefined();
    });

    test(`dialect ${dialect} is refused as ${other}`, () => {
      expect(finish(verifySag({ ring, message, dialect: other }, chain(signature)))).toBe("ringsig-invalid");
    });

    test(`dialect ${dialect} is found out from the text alone`, () => {
      const text = writeRingA({ scheme: "sag", ...chain(signature) });
      expect(verifyRingSignature({ signature: text, ring, message })).toEqual({
        ok: true,
        scheme: "sag",
        dialect,
        n: 4,
      });
    });
  }
});

describe("Hp", () => {
  vectors.hash_to_point.forEach(({ Hp }, index) => {
    test(`of key ${index}`, () => expect(toHex(blsagBase(ring, index))).toBe(Hp));
  });

  test("of the signer under a flag", () => {
    const { Hp_signer: base, linkability_flag_utf8: flag } = vectors.blsag_flag;
    expect(toHex(blsagBase(ring, vectors.signer_index, utf8(flag!)))).toBe(base);
  });
});

describe("bLSAG", () => {
  for (const [name, signature] of [
    ["without flag", vectors.blsag],
    ["with flag", vectors.blsag_flag],
  ] as const) {
    test(`${name} verifies`, () => {
      expect(finish(verifyBlsag({ ring, message }, linked(signature)))).toBeUndefined();
    });

    test(`${name}: the image is the secret times the base of its key`, () => {
      const { signer_index: index, secret_keys: secrets } = vectors;
      const flag = linked(signature).flag;
      const secret = Secret.from(fromHex(secrets[index]!)!, curve);
      expect(toHex(curve.multiply(secret.expose(), blsagBase(ring, index, flag))!)).toBe(signature.I);
    });
  }

  test("P-06: it stays valid when the ring is rotated, so its image is no evidence then", () => {
    const { s } = chain(vectors.blsag_flag);
    const [first, ...rest] = vectors.ring;
    const rotated = openRing([...rest, first!]);
    // The chain through the rotated ring begins at c1, which any third party can compute.
    const c1 = secondChallenge();
    const signature = { ...linked(vectors.blsag_flag), c0: c1, s: concat(s.subarray(32), s.subarray(0, 32)) };
    expect(finish(verifyBlsag({ ring: rotated, message }, signature))).toBeUndefined();
    const expected = { ring, flag: utf8(vectors.blsag_flag.linkability_flag_utf8!) };
    const found = { scheme: "blsag", ...signature } as const;
    expect(isLinkableEvidence(found, rotated, expected)).toBe(false);
    expect(isLinkableEvidence({ scheme: "blsag", ...linked(vectors.blsag_flag) }, ring, expected)).toBe(true);
    expect(isLinkableEvidence({ scheme: "blsag", ...linked(vectors.blsag) }, ring, expected)).toBe(false);
  });

  function secondChallenge(): Uint8Array {
    const { c0, s, keyImage, flag } = linked(vectors.blsag_flag);
    const left = ring.sumAt(0, s.subarray(0, 32), c0)!;
    const right = curve.sumOfTwo(blsagBase(ring, 0, flag), s.subarray(0, 32), keyImage, c0)!;
    const hash = concat(utf8("NostringerBlsagChallenge"), message, left, right);
    return curve.scalarReduce(sha256(hash));
  }
});

describe("ringA", () => {
  for (const [name, signature] of [
    ["sag", { scheme: "sag", ...chain(vectors.sag_rs) }],
    ["blsag", { scheme: "blsag", ...linked(vectors.blsag) }],
    ["blsag with flag", { scheme: "blsag", ...linked(vectors.blsag_flag) }],
  ] as const) {
    const text = { sag: vectors.sag_rs, blsag: vectors.blsag, "blsag with flag": vectors.blsag_flag }[name].ringA!;

    test(`${name} is written byte for byte`, () => expect(writeRingA(signature)).toBe(text));
    test(`${name} is read`, () => expect(readRingA(text, 4)).toEqual({ ok: true, signature }));
    test(`${name} is verified from its text`, () => {
      expect(verifyRingSignature({ signature: text, ring, message })).toMatchObject({
        ok: true,
        scheme: signature.scheme,
      });
    });
  }

  test("a SAG of four has the length that was published", () => {
    expect(vectors.sag_rs.ringA).toHaveLength(vectors.size.n4_sag_ringA_chars);
  });
});
