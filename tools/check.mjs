/**
 * npm run check [-- name…]: everything that keeps the repository as its documents say it is. Each check is a small
 * module with one sentence; this runs them and prints it. Types come first, because the others read what they build.
 */
import { ensureInstalled } from "./install.mjs";
import { ROOT } from "./project.mjs";

ensureInstalled(ROOT);

/** @type {Readonly<Record<string, () => Promise<{ check: (root: string) => unknown }>>>} */
const CHECKS = {
  types: () => import("./check-types.mjs"),
  biome: () => import("./check-biome.mjs"),
  arrows: () => import("./check-arrows.mjs"),
  purity: () => import("./check-purity.mjs"),
  try: () => import("./check-try.mjs"),
  lines: () => import("./check-lines.mjs"),
  vectors: () => import("./check-vectors.mjs"),
  spec: () => import("./check-spec.mjs"),
  samples: () => import("./check-samples.mjs"),
  links: () => import("./check-links.mjs"),
  api: () => import("./check-api.mjs"),
  sizes: () => import("./check-sizes.mjs"),
  names: () => import("./check-names.mjs"),
  versions: () => import("./check-versions.mjs"),
  scripts: () => import("./check-scripts.mjs"),
  lockfile: () => import("./check-lockfile.mjs"),
  paths: () => import("./check-paths.mjs"),
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !Object.hasOwn(CHECKS, name));
if (unknown.length > 0) {
  console.error(`There is no check called ${unknown.join(", ")}. There are: ${Object.keys(CHECKS).join(", ")}.`);
  process.exitCode = 2;
} else {
  const wanted = asked.length > 0 ? asked : Object.keys(CHECKS);
  const failed = await runAll(wanted);
  console.log(failed === 0 ? `All ${wanted.length} checks hold.` : `${failed} of ${wanted.length} checks fail.`);
  process.exitCode = failed === 0 ? 0 : 1;
}

/**
 * @param {readonly string[]} names
 * @returns {Promise<number>} how many failed
 */
async function runAll(names) {
  let failed = 0;
  /** @param {string} name */
  const report = async (name) => {
    if (!(await runOne(name))) failed++;
  };
  if (names.includes("types")) await report("types");
  await Promise.all(names.filter((name) => name !== "types").map(report));
  return failed;
}

/** @param {string} name */
async function runOne(name) {
  const { ok, sentence, details, notes = [] } = await verdictOf(name);
  const lines = [
    `${ok ? "ok  " : "FAIL"} ${name}: ${sentence}`,
    ...[...details, ...notes].map((line) => `       ${line}`),
  ];
  console.log(lines.join("\n"));
  return ok;
}

/**
 * A check that throws has failed, and the others still run.
 * @param {string} name
 * @returns {Promise<import("./verdict.mjs").Verdict>}
 */
async function verdictOf(name) {
  try {
    const module = await CHECKS[name]?.();
    return /** @type {import("./verdict.mjs").Verdict} */ (await module?.check(ROOT));
  } catch (error) {
    const details = error instanceof Error ? error.message.split("\n") : [];
    return { ok: false, sentence: "The check could not be carried out.", details };
  }
}
