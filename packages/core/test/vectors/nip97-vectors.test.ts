/** Runs vectors/nip97-events.json: ring-signature events at every level, and why the rest is refused. */
import { expect, test } from "vitest";
import { NIP97_SENTENCES } from "../../src/nip97/reasons.ts";
import { verifyRingEvent } from "../../src/nip97/verify.ts";
import { shelf } from "../ring/ring-fixtures.ts";
import { makeNip97 } from "./nip97-vectors.ts";
import { vectorFile } from "./vector-file.ts";

const { file, made } = vectorFile("nip97-events.json", makeNip97);
const rings = shelf();

test("vectors/nip97-events.json is what its code makes", () => expect(file).toEqual(made));

for (const { id, why, event, nested = false, expect: expected } of file.events) {
  const title = expected.ok ? "accepts" : `refuses (${expected.reason})`;
  test(`NIP97-0: ${title} #${id}: ${why}`, () => {
    expect(verifyRingEvent(event, rings, { nested })).toEqual(expected);
  });
}

test("every reason has a case here, but a wrong number or point, which stand among the ring's", () => {
  const reasons = new Set<string>(file.events.flatMap(({ expect: verdict }) => (verdict.ok ? [] : [verdict.reason])));
  const missing = Object.keys(NIP97_SENTENCES).filter((reason) => !reasons.has(reason));
  expect(missing).toEqual(["ringsig-scalar", "ringsig-point"]);
});
