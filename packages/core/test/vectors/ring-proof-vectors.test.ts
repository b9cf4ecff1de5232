/** Runs vectors/ring-proofs.json: what is signed from fixed bytes, what verifies, and why the rest does not. */
import { expect, test } from "vitest";
import { fromHex, toHex, utf8 } from "../../src/bytes.ts";
import { finish } from "../../src/ring/progress.ts";
import { writeProof } from "../../src/ring/proof-json.ts";
import { signOr } from "../../src/ring/scheme-or.ts";
import { signOrLink } from "../../src/ring/scheme-or-link.ts";
import { verifyMany } from "../../src/ring/verify-many.ts";
import { Secret } from "../../src/secret.ts";
import { curve, open, shelf } from "../ring/ring-fixtures.ts";
import { makeRingProofs } from "./ring-proof-vectors.ts";
import { vectorFile } from "./vector-file.ts";

const { file, made } = vectorFile("ring-proofs.json", makeRingProofs);
const rings = shelf();

test("vectors/ring-proofs.json is what its code makes", () => expect(file).toEqual(made));

for (const { id, why, ring: keys, secret, message, fresh, scope, json } of file.sign) {
  test(`RING-8: sign #${id}: ${why}`, () => {
    const input = {
      ...{ ring: open(keys.map((key) => fromHex(key)!)), secret: Secret.from(fromHex(secret)!, curve) },
      ...{ message: fromHex(message)!, fresh: fromHex(fresh)! },
    };
    const proof = scope === undefined ? signOr(input) : signOrLink({ ...input, scope });
    expect(writeProof(proof)).toBe(toHex(utf8(json)));
  });
}

for (const { id, why, ring: keys, message, proof, scope, expect: expected } of file.verify) {
  test(`${expected.ok ? "accepts" : `refuses (${expected.reason})`} #${id}: ${why}`, () => {
    const item = { keys, message: fromHex(message)!, proof, ...(scope === undefined ? {} : { scope }) };
    const [verdict] = finish(verifyMany([item], rings));
    if (expected.ok) expect(verdict).toMatchObject(expected);
    else expect(verdict).toEqual(expected);
  });
}

test("there are at least 60 malformed classes, and every reason of a ring and a proof is among them", () => {
  const reasons = file.verify.flatMap(({ expect: { ok, ...rest } }) =>
    ok ? [] : [(rest as { reason: string }).reason],
  );
  expect(reasons.length).toBeGreaterThan(60);
  expect([...new Set(reasons)].sort()).toEqual(
    [
      ...["ring-size", "ring-key", "ring-duplicate"],
      ...["proof-size", "proof-encoding", "proof-json", "proof-alg", "proof-ring-size", "proof-scope"],
      ...["proof-scalar", "proof-point", "proof-invalid"],
    ].sort(),
  );
});
