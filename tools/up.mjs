/**
 * npm start: from a bare clone to something that runs, in one command. Installs what is missing, builds what is stale,
 * then serves what the packages of this version can serve.
 *
 * A package that can serve names a module in its package.json, `"subrosa": { "serve": "./dist/serve.js" }`, which
 * exports `serve(): Promise<string>`: it resolves to the sentence that says what listens where.
 */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "./build.mjs";
import { ensureInstalled, giveUp } from "./install.mjs";
import { isMain, ROOT, workspaces } from "./project.mjs";

/**
 * @param {string} root
 * @returns {string[]} the modules to start, as paths
 */
export function servers(root) {
  return workspaces(root).flatMap(({ folder, manifest }) =>
    manifest["subrosa"]?.serve === undefined ? [] : [join(root, folder, manifest["subrosa"].serve)],
  );
}

async function up() {
  const start = performance.now();
  ensureInstalled(ROOT);
  const problem = await build(ROOT);
  if (problem !== undefined) giveUp(`The build failed:\n${problem}`);
  const built = workspaces(ROOT).filter(({ manifest }) => manifest["private"] !== true);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(
    `Ready in ${seconds} s: ${built.map(({ name, manifest }) => `${name} ${manifest["version"]}`).join(", ")}.`,
  );

  const found = servers(ROOT);
  if (found.length === 0) {
    console.log("This version is a library: it has no relay and no page to serve yet. README.md shows how to use it.");
  }
  for (const path of found) {
    const { serve } = await import(pathToFileURL(path).href);
    console.log(await serve());
  }
}

if (isMain(import.meta.url)) await up();
