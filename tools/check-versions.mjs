/** One version of each noble package in the tree: two would be two audits, two sets of tables and two bundles. */
import { join } from "node:path";
import { readJson } from "./project.mjs";
import { verdict } from "./verdict.mjs";

const SINGLE = /(?:^|\/)node_modules\/(@noble\/[^/]+|@scure\/base)$/;

/** @param {string} root */
export function check(root) {
  /** @type {Map<string, string[]>} */
  const copies = new Map();
  for (const [path, entry] of Object.entries(readJson(join(root, "package-lock.json")).packages)) {
    const name = SINGLE.exec(path)?.[1];
    if (name !== undefined) copies.set(name, [...(copies.get(name) ?? []), `${path} ${entry.version}`]);
  }
  return verdict(
    `One copy each of ${[...copies.keys()].join(", ")}.`,
    "A noble package is in the tree more than once: see `overrides` in package.json.",
    [...copies.values()].filter((paths) => paths.length > 1).map((paths) => paths.join(", ")),
  );
}
