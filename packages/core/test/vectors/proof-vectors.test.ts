/** Runs vectors/proof-events.json: commitments, and whole events with their verdicts. */
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { toHex } from "../../src/bytes.ts";
import { commitment } from "../../src/proof/commitment.ts";
import { MEMBER_SENTENCES } from "../../src/proof/reasons.ts";
import { verifyMemberProof } from "../../src/proof/verify.ts";
import { shelf } from "../ring/ring-fixtures.ts";
import { makeProofs } from "./proof-vectors.ts";
import { vectorFile } from "./vector-file.ts";

const { file, made } = vectorFile("proof-events.json", makeProofs);
const rings = shelf();

test("vectors/proof-events.json is what its code makes", () => expect(file).toEqual(made));

describe("PROOF-1: the commitment", () => {
  for (const { id, why, event, text, sha256 } of file.commitments) {
    test(`#${id}: ${why}`, () => {
      expect(createHash("sha256").update(text).digest("hex")).toBe(sha256);
      expect(toHex(commitment(event))).toBe(sha256);
    });
  }
});

for (const { id, why, event, expect: expected } of file.events) {
  test(`PROOF-3: ${expected.ok ? "accepts" : `refuses (${expected.reason})`} #${id}: ${why}`, () => {
    const verdict = verifyMemberProof(event, rings);
    if (expected.ok) expect(verdict).toMatchObject({ ok: true });
    else expect(verdict).toEqual(expected);
  });
}

test("every reason but a wrong point has a case here; that one stands among the ring's", () => {
  const reasons = new Set(file.events.flatMap(({ expect: { reason } }) => (reason === undefined ? [] : [reason])));
  const missing = Object.keys(MEMBER_SENTENCES).filter((reason) => !reasons.has(reason));
  expect(missing).toEqual(["proof-point"]);
});
