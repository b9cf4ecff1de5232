/** A rule that no test would miss is not tested: each mutant lacks one rule of the channels, and is found out. */
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { MUTANTS } from "../models/channel-mutants.ts";
import { MutantMaker } from "../models/mutants.ts";

const PROBE = fileURLToPath(new URL("../models/channel-probe.ts", import.meta.url));
const maker = new MutantMaker<typeof import("../models/channel-probe.ts")>(PROBE, "channel");
afterAll(() => maker[Symbol.dispose]());

const HISTORIES = 60;

test("the channels as they are keep every rule that kills a mutant", { timeout: 0 }, async () => {
  expect((await maker.make()).fault(HISTORIES)).toBeUndefined();
});

test("there are at least 60 mutants, each of another rule", () => {
  expect(new Set(MUTANTS.map((mutant) => mutant.why)).size).toBeGreaterThanOrEqual(60);
});

MUTANTS.forEach((mutant) => {
  test(`killed: ${mutant.why}`, { timeout: 0 }, async () => {
    expect((await maker.make(mutant)).fault(HISTORIES)).toBeDefined();
  });
});
