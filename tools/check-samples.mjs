/**
 * Every ```ts block of the README and the docs is a program: it compiles against the sources as strictly as they do,
 * and runs to its end without an exception. A sample says what it expects with node:assert.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { filesBelow, ROOT, run, runNode } from "./project.mjs";
import { verdict } from "./verdict.mjs";

/** Inside node_modules, so that a sample finds packages as any program of ours does, and git does not see it. */
const SCRATCH = "node_modules/.cache/subrosa-samples";

/** @typedef {{ page: string, line: number, code: string, name: string }} Sample */

/** @param {string} root */
export async function check(root) {
  const pages = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md"].flatMap((name) =>
    filesBelow(root, ".", [name]).filter((path) => !path.includes("/") || path.startsWith("packages/")),
  );
  const samples = [...new Set([...pages, ...filesBelow(root, "docs", [".md"])])].flatMap((page) =>
    samplesIn(root, page),
  );
  const problems = samples.length === 0 ? [] : await tryAll(root, samples);
  return verdict(
    `All ${samples.length} samples of the README and the docs compile and run.`,
    "A sample in the README or the docs does not compile or does not run.",
    problems,
  );
}

/**
 * @param {string} root
 * @param {string} page
 * @returns {Sample[]}
 */
function samplesIn(root, page) {
  const text = readFileSync(join(root, page), "utf8");
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map((match, i) => ({
    page,
    line: text.slice(0, match.index).split("\n").length + 1,
    code: match[1] ?? "",
    name: `${page.replace(/[^A-Za-z0-9]+/g, "-")}-${i}`,
  }));
}

/**
 * @param {string} root
 * @param {readonly Sample[]} samples
 */
async function tryAll(root, samples) {
  const folder = join(root, SCRATCH);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const { name, code } of samples) writeFileSync(join(folder, `${name}.ts`), `${code}\nexport {};\n`);
  const config = {
    extends: join(root, "tsconfig.base.json"),
    compilerOptions: {
      composite: false,
      declaration: false,
      noEmit: true,
      types: ["node"],
      typeRoots: [join(ROOT, "node_modules/@types")],
    },
    files: samples.map(({ name }) => `${name}.ts`),
  };
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  const compiled = await run("tsc", ["-p", folder, "--pretty", "false"], root);
  const refused =
    compiled.code === 0
      ? []
      : compiled.output
          .trim()
          .split("\n")
          .map((line) => atPage(samples, line));
  const outcomes = await Promise.all(samples.map((sample) => runOne(folder, sample)));
  return [...refused, ...outcomes.flat()];
}

/**
 * The compiler's words with the place in the page in front.
 * @param {readonly Sample[]} samples
 * @param {string} line
 */
function atPage(samples, line) {
  const at = /([\w-]+)\.ts\((\d+),\d+\): (.*)$/.exec(line);
  const sample = samples.find(({ name }) => name === at?.[1]);
  return sample === undefined ? line : `${sample.page}:${sample.line + Number(at?.[2]) - 1} ${at?.[3]}`;
}

/**
 * @param {string} folder
 * @param {Sample} sample
 */
async function runOne(folder, { page, line, name }) {
  const { build } = await import("esbuild");
  const outfile = join(folder, `${name}.mjs`);
  const options = {
    bundle: true,
    format: /** @type {const} */ ("esm"),
    target: "node20.19",
    platform: /** @type {const} */ ("node"),
    // Not ES modules: they are run from where they are installed.
    external: ["ws", "lmdb"],
  };
  try {
    await build({
      ...options,
      entryPoints: [join(folder, `${name}.ts`)],
      conditions: ["subrosa-source"],
      outfile,
      logLevel: "silent",
    });
  } catch (error) {
    return [`${page}:${line} ${error instanceof Error ? error.message : error}`];
  }
  const { code, output } = await runNode([outfile], folder);
  return code === 0 ? [] : [`${page}:${line} ${output.trim()}`];
}
