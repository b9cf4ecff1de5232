/**
 * Core has no clock, no randomness, no network, no disk. The compiler sees to it: core is compiled here together with
 * a page of names that must not exist, each marked as an expected error, so the moment one becomes visible (through a
 * looser tsconfig, or the types of a dependency) its mark is what fails. `Date`, `Math.random` and promises belong
 * to the language itself and are looked for by name: a step that cannot wait cannot be interrupted.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run, sourcesOf } from "./project.mjs";
import { codeOf, lineAt } from "./source.mjs";
import { verdict } from "./verdict.mjs";

const CORE = "packages/core";
const ABSENT = [
  ["setTimeout", "setInterval", "queueMicrotask", "performance"],
  ["fetch", "WebSocket", "XMLHttpRequest", "navigator"],
  ["process", "Buffer", "require", "console"],
  ["crypto", "TextEncoder", "TextDecoder", "atob", "window", "document", "self"],
].flat();
const IN_THE_LANGUAGE =
  /\bDate\b|\bMath\s*(?:\.\s*random|\[)|\bglobalThis\b|\beval\b|\bnew\s+Function\b|\basync\b|\bawait\b|\bPromise\b/g;

/** @param {string} root */
export async function check(root) {
  const sources = sourcesOf(root, CORE);
  const problems = [...(await compile(root, sources)), ...sources.flatMap((path) => namesIn(root, path))];
  return verdict(
    `Core is pure: ${sources.length} files see no clock, randomness, network or disk, and wait for nothing.`,
    "Core reaches for the world outside.",
    problems,
  );
}

/**
 * @param {string} root
 * @param {readonly string[]} sources
 */
async function compile(root, sources) {
  const folder = mkdtempSync(join(tmpdir(), "subrosa-purity-"));
  try {
    const canary = join(folder, "canary.mts");
    const lines = ABSENT.map((name, i) => `// @ts-expect-error ${name}\nexport const v${i} = ${name};`);
    writeFileSync(canary, `${lines.join("\n")}\n`);
    const config = {
      extends: join(root, CORE, "tsconfig.json"),
      compilerOptions: { composite: false, declaration: false, noEmit: true, rootDir: "/", tsBuildInfoFile: null },
      files: [canary, ...sources.map((path) => join(root, path))],
      include: [],
    };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
    const { code, output } = await run("tsc", ["-p", folder, "--pretty", "false"], root);
    return code === 0
      ? []
      : output
          .trim()
          .split("\n")
          .map((line) => explain(line, lines));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {string} line of the compiler
 * @param {readonly string[]} lines of the canary
 */
function explain(line, lines) {
  const at = /canary\.mts\((\d+),/.exec(line);
  const name = at === null ? undefined : ABSENT[Math.floor((Number(at[1]) - 1) / (lines[0] ?? "").split("\n").length)];
  return name === undefined ? line : `${CORE} can see \`${name}\`: its tsconfig or a dependency's types let it in`;
}

/**
 * @param {string} root
 * @param {string} path
 */
function namesIn(root, path) {
  const code = codeOf(readFileSync(join(root, path), "utf8"), { strings: "blank" });
  return [...code.matchAll(IN_THE_LANGUAGE)].map((match) => `${path}:${lineAt(code, match.index)} uses ${match[0]}`);
}
