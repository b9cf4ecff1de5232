/**
 * Three names from the drafts never come in. `lrs` is not secp256k1 and its linkability is broken; `ringct-js` and
 * `borromean-js` do not exist, so whoever registers them first would be trusted.
 *
 * Spec: docs/spec/rings.md §4
 */
import { join } from "node:path";
import { readJson, workspaces } from "./project.mjs";
import { verdict } from "./verdict.mjs";

const FORBIDDEN = ["lrs", "ringct-js", "borromean-js"];

/** @param {string} root */
export function check(root) {
  /** @type {[string, Record<string, any>][]} */
  const locked = Object.entries(readJson(join(root, "package-lock.json")).packages);
  const inLock = locked.flatMap(([path, entry]) => [
    // An alias installs under another name and keeps the true one in `name`.
    path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length),
    entry["name"],
    ...asked(entry),
  ]);
  const manifests = [readJson(join(root, "package.json")), ...workspaces(root).map(({ manifest }) => manifest)];
  const present = new Set([...inLock, ...manifests.flatMap(asked)]);
  return verdict(
    `${FORBIDDEN.join(", ")} are nowhere in the lockfile.`,
    "A package that must never come in has come in.",
    FORBIDDEN.filter((name) => present.has(name)),
  );
}

/** @param {Record<string, any>} manifest */
function asked(manifest) {
  const fields = ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"];
  return fields.flatMap((field) =>
    Object.entries(manifest[field] ?? {}).flatMap(([name, version]) => [name, /^npm:(@?[^@]+)/.exec(version)?.[1]]),
  );
}
