/** The reports under api/ say what the packages really export. `npm run api` writes them anew. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { published, report, reportPath } from "./api.mjs";
import { build } from "./build.mjs";
import { ensureInstalled, giveUp } from "./install.mjs";
import { isMain, ROOT } from "./project.mjs";
import { verdict } from "./verdict.mjs";

/** @param {string} root, built */
export function check(root) {
  const packages = published(root);
  const problems = packages.flatMap((one) => {
    const path = join(root, reportPath(one.folder));
    const committed = existsSync(path) ? readFileSync(path, "utf8") : "";
    return firstDifference(reportPath(one.folder), committed, report(root, one));
  });
  return verdict(
    `The public surface of ${packages.length} packages is what api/ says.`,
    "The public surface has changed: read it, then npm run api.",
    problems,
  );
}

/**
 * @param {string} path
 * @param {string} committed
 * @param {string} current
 */
function firstDifference(path, committed, current) {
  if (committed === current) return [];
  const [old, now] = [committed.split("\n"), current.split("\n")];
  const at = now.findIndex((line, i) => line !== old[i]);
  const line = at < 0 ? now.length : at;
  return [`${path}:${line + 1} says ${old[line] ?? "nothing"}, and it is ${now[line] ?? "nothing"}`];
}

if (isMain(import.meta.url)) {
  ensureInstalled(ROOT);
  const problem = await build(ROOT);
  if (problem !== undefined) giveUp(`The build failed:\n${problem}`);
  mkdirSync(join(ROOT, "api"), { recursive: true });
  for (const one of published(ROOT)) writeFileSync(join(ROOT, reportPath(one.folder)), report(ROOT, one));
  console.log(
    `Written: ${published(ROOT)
      .map(({ folder }) => reportPath(folder))
      .join(", ")}.`,
  );
}
