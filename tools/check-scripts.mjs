/**
 * Nothing that ships with our packages has an install script that must run: nobody should have to run a program
 * before having read it. The tools of development may have one; it is not run either.
 */
import { join, posix } from "node:path";
import { readJson, workspaces } from "./project.mjs";
import { verdict } from "./verdict.mjs";

/** Runtime packages that work without their install script, with why. */
/** @type {ReadonlyMap<string, string>} */
const WORKS_WITHOUT = new Map([
  [
    "node_modules/lmdb",
    "its compiled part comes as an optional package for each platform; the script only looks for it",
  ],
  ["node_modules/msgpackr-extract", "a faster reader of strings that lmdb can do without, packaged in the same way"],
]);

/** @typedef {Readonly<Record<string, Record<string, any>>>} Lock */

/** @param {string} root */
export function check(root) {
  /** @type {Lock} */
  const lock = readJson(join(root, "package-lock.json")).packages;
  const shipped = workspaces(root).filter(({ manifest }) => manifest["private"] !== true);
  /** @type {Set<string>} */
  const runtime = new Set();
  for (const { folder } of shipped) follow(lock, folder, runtime);
  const problems = [...runtime].filter((path) => lock[path]?.["hasInstallScript"] && !WORKS_WITHOUT.has(path));
  return verdict(
    `None of the ${runtime.size} packages that ours need at run time has an install script that must run.`,
    "A runtime dependency wants to run a script when it is installed.",
    problems,
  );
}

/**
 * Adds everything that the package at this path of the lockfile needs at run time.
 * @param {Lock} lock
 * @param {string} path
 * @param {Set<string>} runtime
 */
function follow(lock, path, runtime) {
  const { dependencies = {}, optionalDependencies = {} } = lock[path] ?? {};
  for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
    const found = resolve(lock, path, name);
    if (found === undefined || runtime.has(found)) continue;
    runtime.add(found);
    follow(lock, found, runtime);
  }
}

/**
 * As Node looks for a package: in the node_modules of this folder, then of each folder above it.
 * @param {Lock} lock
 * @param {string} from
 * @param {string} name
 */
function resolve(lock, from, name) {
  for (let folder = from; ; folder = posix.dirname(folder)) {
    const path = posix.join(folder === "." ? "" : folder, "node_modules", name);
    const entry = lock[path];
    if (entry !== undefined) return entry["link"] ? String(entry["resolved"]) : path;
    if (folder === ".") return undefined;
  }
}
