/** The conformance suite against this relay, over a real socket and with real signatures. Nothing may be skipped. */
import { openCurve } from "@subrosa/curve/open-curve";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allCases } from "../../src/check/all-cases.ts";
import { claimedNips, runCase } from "../../src/check/run.ts";
import { verifierOf } from "../../src/verify/verifier.ts";
import { RelayUnderTest } from "../relay-under-test.ts";

const curve = openCurve();
let it: RelayUnderTest;
beforeAll(async () => {
  const config = { contact: "mailto:rose@example.com", icon: "https://example.com/rose.png", pubkey: "1".repeat(64) };
  const clock = (): number => Math.floor(Date.now() / 1_000);
  it = await RelayUnderTest.open({ verifier: verifierOf(curve), clock, config });
});
afterAll(() => it[Symbol.asyncDispose]());

/** What no configuration of this test shows. */
const NOT_HERE = new Set(["self, where it is given, is a key in hex"]);

describe("the embedded store", () => {
  for (const one of allCases) {
    test.concurrent(`NIP-${one.nip}: ${one.title}`, { timeout: 60_000 }, async () => {
      const result = await runCase(one, it.relay.url, { curve, patience: 20_000 });
      if (NOT_HERE.has(one.title)) expect(result.verdict).toBe("skipped");
      else expect(result).toEqual({ verdict: "passed" });
    });
  }
});

test("at least 300 cases, each with a name of its own, of every NIP that the relay claims and that can be seen from outside", async () => {
  expect(allCases.length).toBeGreaterThanOrEqual(300);
  expect(new Set(allCases.map(({ nip, title }) => `${nip} ${title}`)).size).toBe(allCases.length);
  const covered = new Set(allCases.map(({ nip }) => nip));
  // NIP-4 and NIP-17 are NIP-59's rules for their kinds; NIP-13 needs a relay that asks for work.
  for (const nip of (await claimedNips(it.relay.url)) ?? []) expect([...covered, 4, 13, 17]).toContain(nip);
});
