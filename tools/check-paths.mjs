/**
 * What is committed speaks of no machine: no folder of whoever wrote it, no registry that his npm asks.
 */
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { filesBelow } from "./project.mjs";
import { verdict } from "./verdict.mjs";

const BINARY = /\.(?:png|jpg|ico|wasm|woff2)$/;
/** Folders where people and machines keep their work, followed by a name. Not after a letter: docs/home/x is ours. */
const FOLDERS = ["home", "Users", "root", "work", "tmp", "private", "var"].join("|");
const ABSOLUTE = new RegExp(`(?<![\\w.@~*\\])}/-])/(?:${FOLDERS})/[\\w.-]+`, "g");
const REGISTRY = new RegExp(["registry", "\\.npmjs\\.org|registry", "\\.yarnpkg\\.com"].join(""), "g");

/** @param {string} root */
export function check(root) {
  const own = [root, homedir()].filter((path) => path.length > 3);
  const files = filesBelow(root, ".").filter((path) => !BINARY.test(path));
  const problems = files.flatMap((path) => {
    const text = readFileSync(join(root, path), "utf8");
    const found = [
      ...own.filter((folder) => text.includes(`${folder}/`)),
      ...[...text.matchAll(ABSOLUTE), ...text.matchAll(REGISTRY), ...registries(text)].map((match) => match[0]),
    ];
    return [...new Set(found)].map((what) => `${path} mentions ${what}`);
  });
  return verdict(
    `None of ${files.length} files mentions a machine's folder or a package registry.`,
    "A file mentions a machine's folder or a package registry.",
    problems,
  );
}

/**
 * The registry that this npm asks, whatever it is.
 * @param {string} text
 */
function registries(text) {
  const url = process.env["npm_config_registry"];
  if (url === undefined || !URL.canParse(url)) return [];
  const { host } = new URL(url);
  return text.includes(host) ? [[host]] : [];
}
