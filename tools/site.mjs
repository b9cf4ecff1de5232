/**
 * The web app as static files, built where its sources have changed since. A package that has one says so in its
 * package.json: `"subrosa": { "site": "./dist/site", "build": "./build.mjs" }`; the module exports `buildSite(folder)`.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { filesBelow, isTest, workspaces } from "./project.mjs";

const STAMP = "node_modules/.cache/subrosa-site";
/** Whatever ends up in the page. */
const SOURCES = ["packages/core/src", "packages/curve/src", "packages/client/src"];

/**
 * @param {string} root
 * @returns {Promise<string | undefined>} the folder with index.html in it; undefined where no package has a site
 */
export async function site(root) {
  const owner = workspaces(root).find(({ manifest }) => manifest["subrosa"]?.site !== undefined);
  if (owner === undefined) return undefined;
  const { site: place, build } = owner.manifest["subrosa"];
  const folder = join(root, owner.folder, place);
  const stamp = join(root, STAMP);
  const digest = digestOf(root, owner.folder);
  const known = existsSync(stamp) ? readFileSync(stamp, "utf8") : undefined;
  if (known === digest && existsSync(join(folder, "index.html"))) return folder;

  const { buildSite } = await import(pathToFileURL(join(root, owner.folder, build)).href);
  // Built beside and put in place at once: whoever serves the old one never sees half of the new one.
  const fresh = `${folder}.${process.pid}`;
  await buildSite(fresh);
  rmSync(folder, { recursive: true, force: true });
  renameSync(fresh, folder);
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, digest);
  return folder;
}

/**
 * @param {string} root
 * @param {string} folder
 */
function digestOf(root, folder) {
  const hash = createHash("sha256");
  const paths = [...SOURCES, folder].flatMap((each) => filesBelow(root, each)).filter((path) => !isTest(path));
  for (const path of [...paths, "package-lock.json"]) {
    hash.update(`${path}\n`).update(readFileSync(join(root, path)));
  }
  return hash.digest("hex");
}
