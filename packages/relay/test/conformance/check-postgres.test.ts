/** The conformance suite against this relay on PostgreSQL, as check.test.ts has it for the embedded store. */
import { openCurve } from "@subrosa/curve/open-curve";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allCases } from "../../src/check/all-cases.ts";
import { runCase } from "../../src/check/run.ts";
import { openPostgresStore } from "../../src/store/postgres/postgres-store.ts";
import { verifierOf } from "../../src/verify/verifier.ts";
import { PATIENCE_MS, PostgresUnderTest, postgres, WITHOUT_POSTGRES } from "../postgres.ts";
import { RelayUnderTest } from "../relay-under-test.ts";

const curve = openCurve();
/** What no configuration of this test shows. */
const NOT_HERE = new Set(["self, where it is given, is a key in hex"]);

if (postgres === undefined) test.skip(WITHOUT_POSTGRES);

describe.runIf(postgres !== undefined)("the store on PostgreSQL", () => {
  let server: PostgresUnderTest;
  let it: RelayUnderTest;
  beforeAll(async () => {
    server = await PostgresUnderTest.start();
    const config = { contact: "mailto:rose@example.com", icon: "https://example.com/rose.png", pubkey: "1".repeat(64) };
    const store = await openPostgresStore({ connectionString: await server.database() });
    const clock = (): number => Math.floor(Date.now() / 1_000);
    it = await RelayUnderTest.open({ verifier: verifierOf(curve), clock, config, store });
  }, PATIENCE_MS);
  afterAll(async () => {
    await it[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  }, PATIENCE_MS);

  for (const one of allCases) {
    test.concurrent(`NIP-${one.nip}: ${one.title}`, { timeout: 60_000 }, async () => {
      const result = await runCase(one, it.relay.url, { curve, patience: 20_000 });
      if (NOT_HERE.has(one.title)) expect(result.verdict).toBe("skipped");
      else expect(result).toEqual({ verdict: "passed" });
    });
  }
});
