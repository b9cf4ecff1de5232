/**
 * npm test [-- file…] [--long]: installs what is missing, runs every test, and ends with one line that people and
 * machines read: `N passed, N failed, N skipped`. --long turns on the big counts, for which tests read SUBROSA_LONG.
 *
 * A file that cannot be loaded and an error that no test caught count as failed: neither may hide in a green line.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureInstalled } from "./install.mjs";
import { ROOT } from "./project.mjs";

ensureInstalled(ROOT);
const args = process.argv.slice(2);
const long = args.includes("--long");
const folder = mkdtempSync(join(tmpdir(), "subrosa-test-"));
const counts = join(folder, "counts.json");

const vitest = [
  join(ROOT, "node_modules/vitest/vitest.mjs"),
  "run",
  // With CI=true or without a terminal, vitest itself prints plain lines, one for each file.
  "--reporter=default",
  `--reporter=${join(ROOT, "tools/count-reporter.mjs")}`,
  ...args.filter((arg) => arg !== "--long"),
];
const env = { ...process.env, SUBROSA_COUNTS: counts, ...(long ? { SUBROSA_LONG: "1" } : {}) };
const child = spawn(process.execPath, vitest, { cwd: ROOT, stdio: ["ignore", "inherit", "inherit"], env });
const code = await new Promise((done) => child.on("close", done));

const { passed, failed, skipped } = readCounts();
rmSync(folder, { recursive: true, force: true });
// A run that says "failed" without a failing test, such as one that found no test at all, still failed.
const failures = code === 0 ? failed : Math.max(failed, 1);
console.log(`${passed} passed, ${failures} failed, ${skipped} skipped`);
process.exitCode = failures === 0 ? 0 : 1;

/** @returns {{ passed: number, failed: number, skipped: number }} */
function readCounts() {
  try {
    return JSON.parse(readFileSync(counts, "utf8"));
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
}
