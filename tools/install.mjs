/**
 * Makes the first command of a fresh clone enough: right Node, dependencies as the lockfile has them, nothing else.
 * Nothing is downloaded while what stands in node_modules is what the lockfile asks for.
 *
 * It imports only what every Node knows, since it is also what tells an old Node's owner to get a newer one.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, renameSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";

const NODE = { major: 20, minor: 19 };
const AFTER_NPM = "node_modules/.package-lock.json";

/**
 * A sentence for people, without a stack.
 * @param {string} sentence
 */
export function giveUp(sentence) {
  console.error(sentence);
  process.exit(1);
}

/**
 * @param {string} version as process.versions.node has it
 * @returns {string | undefined} what to do about it
 */
export function nodeTooOld(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major > NODE.major || (major === NODE.major && minor >= NODE.minor)) return undefined;
  return `Subrosa needs Node ${NODE.major}.${NODE.minor} or newer, and this is Node ${version}: see https://nodejs.org.`;
}

/**
 * Whether node_modules is what the lockfile asks for, by the record that npm itself leaves there.
 * @param {string} root
 */
export function isInstalled(root) {
  if (!existsSync(join(root, AFTER_NPM))) return false;
  const wanted = packagesIn(join(root, "package-lock.json"));
  const present = packagesIn(join(root, AFTER_NPM));
  return Object.entries(wanted).every(([path, entry]) => {
    if (!path.startsWith("node_modules/") && !path.includes("/node_modules/")) return true;
    if (entry.link) return existsSync(join(root, path));
    const found = present[path];
    if (found === undefined) return entry.optional === true;
    return found.version === entry.version && existsSync(join(root, path, "package.json"));
  });
}

/**
 * @param {string} path
 * @returns {Record<string, { version?: string, link?: boolean, optional?: boolean }>}
 */
function packagesIn(path) {
  return JSON.parse(readFileSync(path, "utf8")).packages;
}

/**
 * Installs when something is missing. Returns only when the tools can run.
 * @param {string} root
 */
export function ensureInstalled(root) {
  const tooOld = nodeTooOld(process.versions.node);
  if (tooOld !== undefined) giveUp(tooOld);
  if (isInstalled(root)) return;
  // Two commands at once on a fresh clone: the second waits, then finds everything there.
  const lock = join(root, "node_modules.lock");
  takeTurns(lock);
  if (!isInstalled(root)) install(root);
  rmSync(lock, { force: true });
}

/** @param {string} root */
function install(root) {
  console.log("Installing what the lockfile asks for.");
  const modules = join(root, "node_modules");
  const before = join(root, "node_modules.before");
  const hadSome = existsSync(modules);
  // npm ci begins by deleting node_modules; without a network nothing would be left to work with.
  if (hadSome) {
    rmSync(before, { recursive: true, force: true });
    renameSync(modules, before);
  }
  const installed = npmCi(root);
  if (installed) {
    rmSync(before, { recursive: true, force: true });
    return;
  }
  if (!hadSome) giveUp("Could not install: is there a network? Everything needed is in package-lock.json.");
  rmSync(modules, { recursive: true, force: true });
  renameSync(before, modules);
  console.error("Could not install (no network?): going on with the older packages that are here.");
}

/**
 * Waits until no other living process holds this lock, then takes it, to be given back at the latest when this one ends.
 * @param {string} lock
 */
export function takeTurns(lock) {
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: "wx" });
      process.on("exit", () => {
        if (holderOf(lock) === process.pid) rmSync(lock, { force: true });
      });
      return;
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== "EEXIST") throw error;
    }
    if (!isAlive(holderOf(lock))) rmSync(lock, { force: true });
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  }
}

/** @param {string} lock */
function holderOf(lock) {
  try {
    return Number(readFileSync(lock, "utf8"));
  } catch {
    return 0;
  }
}

/** @param {number} pid 0 for nobody */
function isAlive(pid) {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** @param {string} root */
function npmCi(root) {
  // Development needs the development packages, whatever NODE_ENV or npm's omit say; and no install script runs.
  const args = [
    "ci",
    "--include=dev",
    "--include=optional",
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--loglevel=error",
  ];
  const cache = process.env["npm_config_cache"] ?? join(homedir(), ".npm");
  if (!canWrite(cache)) args.push(`--cache=${join(tmpdir(), "subrosa-npm-cache")}`);
  const runner = npmCommand();
  const result = spawnSync(runner.command, [...runner.args, ...args], {
    cwd: root,
    stdio: ["ignore", "ignore", "inherit"],
    shell: runner.shell,
  });
  if (result.error !== undefined) giveUp("Could not find npm, which comes with Node: see https://nodejs.org.");
  return result.status === 0;
}

/** npm says in the environment where it is when it runs us; else it is looked for as a person would. */
function npmCommand() {
  const path = process.env["npm_execpath"];
  if (path !== undefined && /npm-cli\.c?js$/.test(path) && existsSync(path)) {
    return { command: process.execPath, args: [path], shell: false };
  }
  const windows = process.platform === "win32";
  return { command: windows ? "npm.cmd" : "npm", args: [], shell: windows };
}

/** @param {string} folder a folder, or one that would have to be made */
function canWrite(folder) {
  let nearest = folder;
  while (!existsSync(nearest)) nearest = dirname(nearest);
  try {
    rmdirSync(mkdtempSync(join(nearest, "subrosa-")));
    return true;
  } catch {
    return false;
  }
}
