/**
 * Where things are: the root, its workspaces, its files, the programs that npm installed. Read by every tool.
 * It needs nothing but Node, so it also works before anything is installed.
 */
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = resolve(fileURLToPath(import.meta.url), "../..");

/** @type {Readonly<Record<string, string>>} */
const PROGRAMS = {
  biome: "@biomejs/biome/bin/biome",
  tsc: "typescript/bin/tsc",
  vitest: "vitest/vitest.mjs",
};

/**
 * Whether Node was started with this module, rather than another one importing it.
 * @param {string} url its import.meta.url
 */
export function isMain(url) {
  return process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(url);
}

/** @param {string} path */
export function readJson(path) {
  return JSON.parse(readFileSync(path, "utf8"));
}

/**
 * Every package of the repository, by the `workspaces` of its package.json.
 * @param {string} root
 * @returns {{ name: string, folder: string, manifest: Record<string, any> }[]}
 */
export function workspaces(root) {
  /** @type {string[]} */
  const patterns = readJson(join(root, "package.json")).workspaces ?? [];
  const folders = patterns.flatMap((pattern) => {
    if (!pattern.endsWith("/*")) return [pattern];
    const parent = pattern.slice(0, -2);
    return existsSync(join(root, parent)) ? readdirSync(join(root, parent)).map((name) => `${parent}/${name}`) : [];
  });
  return folders
    .filter((folder) => existsSync(join(root, folder, "package.json")))
    .map((folder) => {
      const manifest = readJson(join(root, folder, "package.json"));
      return { name: manifest.name, folder, manifest };
    });
}

const NOT_OURS = new Set(["node_modules", "node_modules.before", "dist", "coverage", ".git", ".vite"]);

/**
 * The files below a folder whose path ends like one of these, as paths from the root with forward slashes, sorted.
 * @param {string} root
 * @param {string} folder
 * @param {readonly string[]} [endings]
 * @returns {string[]}
 */
export function filesBelow(root, folder, endings = [""]) {
  const start = join(root, folder);
  if (!existsSync(start)) return [];
  /** @type {string[]} */
  const found = [];
  /** @param {string} at */
  const walk = (at) => {
    for (const entry of readdirSync(at, { withFileTypes: true })) {
      if (NOT_OURS.has(entry.name)) continue;
      const path = join(at, entry.name);
      if (entry.isDirectory()) walk(path);
      else if (endings.some((ending) => entry.name.endsWith(ending))) {
        found.push(relative(root, path).split(sep).join("/"));
      }
    }
  };
  walk(start);
  return found.sort();
}

/** @param {string} path */
export function isTest(path) {
  return path.endsWith(".test.ts") || /^packages\/[^/]+\/test\//.test(path);
}

/**
 * The TypeScript of a package that is shipped, without its tests.
 * @param {string} root
 * @param {string} folder
 */
export function sourcesOf(root, folder) {
  return filesBelow(root, `${folder}/src`, [".ts", ".tsx"]).filter((path) => !isTest(path));
}

/**
 * Everything that tests: the tests of every package, and the test kit, whose suites run inside them.
 * @param {string} root
 */
export function testsOf(root) {
  return filesBelow(root, "packages", [".ts", ".tsx"]).filter(
    (path) => isTest(path) || path.startsWith("packages/testkit/src/"),
  );
}

/**
 * Runs a program of node_modules in this folder and collects what it says.
 * @param {"biome" | "tsc" | "vitest"} program
 * @param {readonly string[]} args
 * @param {string} cwd
 * @returns {Promise<{ code: number, output: string }>}
 */
export function run(program, args, cwd) {
  return runNode([join(ROOT, "node_modules", PROGRAMS[program] ?? program), ...args], cwd);
}

/**
 * @param {readonly string[]} args
 * @param {string} cwd
 * @returns {Promise<{ code: number, output: string }>}
 */
export function runNode(args, cwd) {
  return new Promise((done) => {
    const child = spawn(process.execPath, args, { cwd, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => {
        output += text;
      });
    }
    child.on("error", (error) => done({ code: 1, output: error.message }));
    child.on("close", (code) => done({ code: code ?? 1, output }));
  });
}
