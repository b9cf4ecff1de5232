/** Format and lint: the rules of biome.json, warnings included. Run by itself (npm run format) it mends what it can. */
import { ensureInstalled } from "./install.mjs";
import { isMain, ROOT, run } from "./project.mjs";
import { verdict } from "./verdict.mjs";

/** @param {string} root */
export async function check(root) {
  const { code, output } = await run("biome", ["check", "--error-on-warnings", "--colors=off", "."], root);
  const problems = code === 0 ? [] : output.trim().split("\n");
  return verdict("Biome finds nothing to format or to lint.", "Biome asks for changes: npm run format.", problems);
}

if (isMain(import.meta.url)) {
  ensureInstalled(ROOT);
  const { code, output } = await run("biome", ["check", "--write", "--error-on-warnings", "."], ROOT);
  console.log(output.trim());
  process.exitCode = code;
}
