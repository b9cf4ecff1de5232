import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import {
  type Case,
  casesFrom,
  invitedAnewCases,
  newestInviteCases,
  outsideCases,
  rivalCases,
} from "../models/group-cases.ts";
import { summary } from "../models/group-history.ts";
import { MUTANTS } from "../models/group-mutants.ts";
import type { Select } from "../models/group-players.ts";
import { MutantMaker } from "../models/mutants.ts";

const SELECTION = fileURLToPath(new URL("../../src/group/select.ts", import.meta.url));
const maker = new MutantMaker<{ readonly select: Select }>(SELECTION, "group");
afterAll(() => maker[Symbol.dispose]());

const seeds = Array.from({ length: 350 }, (_, i) => 800_000 + i);
const cases: readonly Case[] = [
  ...rivalCases(),
  ...invitedAnewCases(),
  ...newestInviteCases(),
  ...outsideCases(),
  ...casesFrom(seeds, 25),
];

function differs(select: Select): boolean {
  return cases.some(({ facts, viewer, now, expected }) => {
    try {
      return JSON.stringify(summary(select(facts, viewer, now))) !== expected;
    } catch {
      return true;
    }
  });
}

test("the selection as it is survives the cases that kill its mutants", async () => {
  expect(differs((await maker.make()).select)).toBe(false);
});

test("there are at least 25 mutants, each of another rule", () => {
  expect(new Set(MUTANTS.map((mutant) => mutant.why)).size).toBeGreaterThanOrEqual(25);
});

MUTANTS.forEach((mutant) => {
  test(`killed: ${mutant.why}`, async () => {
    expect(differs((await maker.make(mutant)).select)).toBe(true);
  });
});
