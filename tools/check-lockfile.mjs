/**
 * The lockfile says exactly what is installed and nothing about where it came from: every version exact, no download
 * address, and a checksum for every package. .npmrc keeps it so.
 *
 * Not covered by checksums: the binaries of Biome for other platforms than Linux, which are only named here.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readJson, workspaces } from "./project.mjs";
import { verdict } from "./verdict.mjs";

const SETTINGS = ["save-exact=true", "ignore-scripts=true", "omit-lockfile-registry-resolved=true"];
const ONLY_NAMED = /\/@biomejs\/cli-/;
const EXACT = /^\d+\.\d+\.\d+(?:-[\w.]+)?$/;

/** @param {string} root */
export function check(root) {
  const npmrc = existsSync(join(root, ".npmrc")) ? readFileSync(join(root, ".npmrc"), "utf8").split("\n") : [];
  const manifests = [{ folder: ".", manifest: readJson(join(root, "package.json")) }, ...workspaces(root)];
  /** @type {[string, Record<string, any>][]} */
  const entries = Object.entries(readJson(join(root, "package-lock.json")).packages);
  const fetched = entries.filter(([path, entry]) => path.includes("node_modules/") && !entry["link"]);
  const problems = [
    ...SETTINGS.filter((line) => !npmrc.includes(line)).map((line) => `.npmrc lacks ${line}`),
    ...manifests.flatMap(loose),
    ...fetched.filter(([, entry]) => entry["resolved"] !== undefined).map(([path]) => `${path} has a download address`),
    ...fetched
      .filter(([path, entry]) => entry["integrity"] === undefined && !ONLY_NAMED.test(path))
      .map(([path]) => `${path} has no checksum`),
  ];
  return verdict(
    `The lockfile fixes ${fetched.length} packages by version and checksum, without a download address.`,
    "The lockfile, .npmrc or a package.json leaves open what is installed.",
    problems,
  );
}

/** @param {{ folder: string, manifest: Record<string, any> }} of */
function loose({ folder, manifest }) {
  return ["dependencies", "devDependencies", "optionalDependencies"].flatMap((field) =>
    Object.entries(manifest[field] ?? {})
      .filter(([, version]) => !EXACT.test(version))
      .map(([name, version]) => `${folder}/package.json asks for ${name} ${version}, which is not one version`),
  );
}
