/** Every package builds, and every test and tool has the types it claims. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { run } from "./project.mjs";
import { verdict } from "./verdict.mjs";

/** @param {string} root */
export async function check(root) {
  const builds = [["-b"], ["-p", "tsconfig.test.json"]].filter(
    ([, config]) => config === undefined || existsSync(join(root, config)),
  );
  // One after the other: the tests' types are read from what the build has just checked.
  const problems = [];
  for (const args of builds) {
    const { code, output } = await run("tsc", [...args, "--pretty", "false"], root);
    if (code !== 0) problems.push(...output.trim().split("\n"));
  }
  return verdict("Every package, test and tool compiles.", "The compiler refuses something.", problems);
}
