/**
 * npm run build: the kernel, where its package has one to generate, then TypeScript. Both do only what is stale.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { ensureInstalled } from "./install.mjs";
import { isMain, ROOT, run, runNode } from "./project.mjs";

const KERNEL = "packages/curve/build/build.mjs";

/**
 * @param {string} root
 * @returns {Promise<string | undefined>} what went wrong
 */
export async function build(root) {
  if (existsSync(join(root, KERNEL))) {
    const kernel = await runNode([join(root, KERNEL)], root);
    if (kernel.code !== 0) return kernel.output;
  }
  const types = await run("tsc", ["-b", "--pretty", "false"], root);
  return types.code === 0 ? undefined : types.output;
}

if (isMain(import.meta.url)) {
  ensureInstalled(ROOT);
  const problem = await build(ROOT);
  if (problem === undefined) console.log("Built: the packages' dist folders are current.");
  else {
    console.error(problem);
    process.exitCode = 1;
  }
}
