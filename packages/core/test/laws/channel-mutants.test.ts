/** A rule that no test would miss is not tested: each mutant lacks one rule of the channels, and is found out. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build, type PluginBuild } from "esbuild";
import { afterAll, expect, test } from "vitest";
import { MUTANTS } from "../models/channel-mutants.ts";
import type { Mutant } from "../models/group-mutants.ts";

const PROBE = fileURLToPath(new URL("../models/channel-probe.ts", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "mutants-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const HISTORIES = 60;

/** Bundles the probe with one file patched; without a mutant, as it is. */
async function compile(mutant: Mutant | undefined, name: string): Promise<(histories: number) => string | undefined> {
  const patch = (path: string): string => {
    const text = readFileSync(path, "utf8");
    if (mutant === undefined || basename(path) !== mutant.file) return text;
    if (text.split(mutant.from).length !== 2) throw new Error(`the patch does not fit ${mutant.file}: ${mutant.from}`);
    return text.replace(mutant.from, () => mutant.to);
  };
  const plugin = {
    name: "mutate",
    setup: (b: PluginBuild) => {
      b.onLoad({ filter: /src[\\/]channel[\\/].*\.ts$/ }, ({ path }) => ({
        contents: patch(path),
        loader: "ts" as const,
      }));
    },
  };
  const { outputFiles } = await build({
    entryPoints: [PROBE],
    bundle: true,
    write: false,
    format: "esm",
    platform: "node",
    target: "node20",
    conditions: ["subrosa-source"],
    plugins: [plugin],
    logLevel: "silent",
  });
  const file = join(folder, `${name}.mjs`);
  writeFileSync(file, outputFiles[0]!.text);
  return ((await import(/* @vite-ignore */ pathToFileURL(file).href)) as typeof import("../models/channel-probe.ts"))
    .fault;
}

test("the channels as they are keep every rule that kills a mutant", { timeout: 0 }, async () => {
  expect((await compile(undefined, "unchanged"))(HISTORIES)).toBeUndefined();
});

test("there are at least 60 mutants, each of another rule", () => {
  expect(new Set(MUTANTS.map((mutant) => mutant.why)).size).toBeGreaterThanOrEqual(60);
});

MUTANTS.forEach((mutant, i) => {
  test(`killed: ${mutant.why}`, { timeout: 0 }, async () => {
    expect((await compile(mutant, `mutant-${i}`))(HISTORIES)).toBeDefined();
  });
});
