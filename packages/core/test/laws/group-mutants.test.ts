import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
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
import { MUTANTS, type Mutant } from "../models/group-mutants.ts";
import type { Select } from "../models/group-players.ts";

const SOURCE = fileURLToPath(new URL("../../src/group/", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "mutants-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const seeds = Array.from({ length: 350 }, (_, i) => 800_000 + i);
const cases: readonly Case[] = [
  ...rivalCases(),
  ...invitedAnewCases(),
  ...newestInviteCases(),
  ...outsideCases(),
  ...casesFrom(seeds, 25),
];

/** Bundles the selection with one file patched; without a mutant, as it is. */
async function compile(mutant: Mutant | undefined, name: string): Promise<Select> {
  const patch = (path: string): string => {
    const text = readFileSync(path, "utf8");
    if (mutant === undefined || basename(path) !== mutant.file) return text;
    if (text.split(mutant.from).length !== 2) throw new Error(`the patch does not fit ${mutant.file}: ${mutant.from}`);
    return text.replace(mutant.from, () => mutant.to);
  };
  const plugin = {
    name: "mutate",
    setup: (b: import("esbuild").PluginBuild) => {
      b.onLoad({ filter: /src[\\/]group[\\/].*\.ts$/ }, ({ path }) => ({
        contents: patch(path),
        loader: "ts" as const,
      }));
    },
  };
  const { outputFiles } = await build({
    entryPoints: [join(SOURCE, "select.ts")],
    bundle: true,
    write: false,
    format: "esm",
    platform: "node",
    plugins: [plugin],
    logLevel: "silent",
  });
  const file = join(folder, `${name}.mjs`);
  writeFileSync(file, outputFiles[0]!.text);
  return ((await import(/* @vite-ignore */ pathToFileURL(file).href)) as { select: Select }).select;
}

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
  expect(differs(await compile(undefined, "unchanged"))).toBe(false);
});

test("there are at least 25 mutants, each of another rule", () => {
  expect(new Set(MUTANTS.map((mutant) => mutant.why)).size).toBeGreaterThanOrEqual(25);
});

MUTANTS.forEach((mutant, i) => {
  test(`killed: ${mutant.why}`, async () => {
    expect(differs(await compile(mutant, `mutant-${i}`))).toBe(true);
  });
});
