/** Runs vectors/ring-signatures.json: SAG and bLSAG as compact strings. */
import { expect, test } from "vitest";
import { fromHex } from "../../src/bytes.ts";
import { signBlsag } from "../../src/ring/blsag.ts";
import { writeRingA } from "../../src/ring/ring-a.ts";
import { signSag } from "../../src/ring/sag.ts";
import { verifyRingSignature } from "../../src/ring/verify-ring-signature.ts";
import { Secret } from "../../src/secret.ts";
import { curve, open, shelf } from "../ring/ring-fixtures.ts";
import { makeRingSignatures } from "./ring-signature-vectors.ts";
import { vectorFile } from "./vector-file.ts";

const { file, made } = vectorFile("ring-signatures.json", makeRingSignatures);
const rings = shelf();

test("vectors/ring-signatures.json is what its code makes", () => expect(file).toEqual(made));

for (const { id, why, scheme, ring: keys, secret, message, fresh, flag, ringA } of file.sign) {
  test(`RING-8: sign #${id}: ${why}`, () => {
    const input = {
      ...{ ring: open(keys.map((key) => fromHex(key)!)), secret: Secret.from(fromHex(secret)!, curve) },
      ...{ message: fromHex(message)!, fresh: fromHex(fresh)! },
    };
    const flagged = flag === undefined ? {} : { flag: fromHex(flag)! };
    const signature = scheme === "sag" ? signSag({ ...input, dialect: "rs" }) : signBlsag({ ...input, ...flagged });
    expect(writeRingA(signature)).toBe(ringA);
  });
}

for (const { id, why, ring: keys, message, ringA, expect: expected } of file.verify) {
  test(`${expected.ok ? "accepts" : `refuses (${expected.reason})`} #${id}: ${why}`, () => {
    const opening = rings.open(keys);
    const verdict = opening.ok
      ? verifyRingSignature({ signature: ringA, ring: opening.ring, message: fromHex(message)! })
      : opening;
    if (expected.ok) expect(verdict).toMatchObject(expected);
    else expect(verdict).toEqual(expected);
  });
}
