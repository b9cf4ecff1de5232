/**
 * npm run build: the kernel, where its package has one to generate, then TypeScript. Both do only what is stale: the
 * compiler keeps its own records, and of the kernel's sources a digest is kept in node_modules.
 *
 * The other commands take the kernel of a fresh clone as it was committed (a test of its package holds it to its
 * sources) and generate it only when it has changed since.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ensureInstalled } from "./install.mjs";
import { filesBelow, isMain, ROOT, run, runNode } from "./project.mjs";
import { site } from "./site.mjs";

const KERNEL = {
  build: "packages/curve/build/build.mjs",
  sources: ["packages/curve/build", "packages/curve/assembly"],
  result: "packages/curve/src/kernel.generated.ts",
  stamp: "node_modules/.cache/subrosa-kernel",
};

/**
 * @param {string} root
 * @param {{ trustFresh: boolean }} [options] whether the kernel of a fresh clone is taken as it is
 * @returns {Promise<string | undefined>} what went wrong
 */
export async function build(root, { trustFresh } = { trustFresh: true }) {
  if (existsSync(join(root, KERNEL.build))) {
    const problem = await buildKernel(root, trustFresh);
    if (problem !== undefined) return problem;
  }
  const types = await run("tsc", ["-b", "--pretty", "false"], root);
  return types.code === 0 ? undefined : types.output;
}

/**
 * @param {string} root
 * @param {boolean} trustFresh
 */
async function buildKernel(root, trustFresh) {
  const stamp = join(root, KERNEL.stamp);
  const known = existsSync(stamp) ? readFileSync(stamp, "utf8") : undefined;
  if (known === kernelDigest(root)) return undefined;
  if (known !== undefined || !trustFresh || !existsSync(join(root, KERNEL.result))) {
    const { code, output } = await runNode([join(root, KERNEL.build)], root);
    if (code !== 0) return output;
  }
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, kernelDigest(root));
  return undefined;
}

/**
 * Of everything that the kernel is made from, and of what was made.
 * @param {string} root
 */
export function kernelDigest(root) {
  const hash = createHash("sha256");
  for (const path of [...KERNEL.sources.flatMap((folder) => filesBelow(root, folder)), KERNEL.result]) {
    hash.update(`${path}\n`);
    if (existsSync(join(root, path))) hash.update(readFileSync(join(root, path)));
  }
  return hash.digest("hex");
}

if (isMain(import.meta.url)) {
  ensureInstalled(ROOT);
  const problem = await build(ROOT, { trustFresh: false });
  if (problem === undefined) {
    await site(ROOT);
    console.log("Built: the packages' dist folders are current.");
  } else {
    console.error(problem);
    process.exitCode = 1;
  }
}
