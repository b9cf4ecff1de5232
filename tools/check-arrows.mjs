/**
 * The arrows of ARCHITECTURE.md: what may import what, between packages and inside core, and no cycle anywhere.
 * A folder or package that has no place here fails until it is given one.
 */
import { readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { filesBelow, isTest, workspaces } from "./project.mjs";
import { importsOf } from "./source.mjs";
import { verdict } from "./verdict.mjs";

/** Between packages: left may import right. `node` says whether Node's own modules may be imported. */
/** @type {Readonly<Record<string, { may: readonly string[], node: boolean }>>} */
const PACKAGES = {
  core: { may: [], node: false },
  curve: { may: ["core"], node: false },
  client: { may: ["core", "curve"], node: false },
  relay: { may: ["core", "curve"], node: true },
  extension: { may: ["core", "curve"], node: false },
  cli: { may: ["client", "core", "curve"], node: true },
  web: { may: ["client", "core", "curve"], node: false },
  testkit: { may: ["core", "curve"], node: true },
  bench: { may: ["core", "curve", "client", "relay"], node: true },
};

/** What the tests of every package may import as well: the test kit, and the fast curve where the plain one is too slow. */
const IN_TESTS = ["testkit", "curve"];

/** Inside core: a folder may import itself, the files that lie directly in src (the base), and these. */
/** @type {Readonly<Record<string, readonly string[]>>} */
const CORE = {
  base: [],
  curve: [],
  ring: ["curve"],
  nostr: ["curve"],
  alias: ["curve", "nostr"],
  anonymous: ["curve", "nostr"],
  channel: ["curve", "nostr"],
  group: ["curve", "nostr", "anonymous"],
  proof: ["curve", "nostr", "ring"],
  nip97: ["curve", "nostr", "ring"],
  poll: ["curve", "nostr", "ring", "proof"],
};

/** @typedef {{ from: string, line: number, to: string }} Arrow */

/** @param {string} root */
export function check(root) {
  const packages = workspaces(root);
  const problems = [];
  /** @type {Arrow[]} */
  const arrows = [];
  for (const one of packages) {
    for (const path of filesBelow(root, one.folder, [".ts", ".tsx"])) {
      for (const { specifier, line } of importsOf(readFileSync(join(root, path), "utf8"))) {
        const to = target(packages, path, specifier);
        const wrong = judge(packages, one, path, specifier, to);
        if (wrong !== undefined) problems.push(`${path}:${line} imports ${specifier}: ${wrong}`);
        if (to !== undefined) arrows.push({ from: path, line, to });
      }
    }
  }
  problems.push(...cycles(arrows.filter(({ from }) => !isTest(from))));
  return verdict(
    `All ${arrows.length} imports between our files follow the arrows, without a cycle.`,
    "An import goes against the arrows.",
    problems,
  );
}

/**
 * The file of ours that an import means, or undefined where it leaves the repository.
 * @param {readonly { name: string, folder: string }[]} packages
 * @param {string} from
 * @param {string} specifier
 */
function target(packages, from, specifier) {
  if (specifier.startsWith(".")) return posix.normalize(`${posix.dirname(from)}/${specifier}`);
  const owner = packages.find(({ name }) => specifier.startsWith(`${name}/`));
  return owner && `${owner.folder}/src/${specifier.slice(owner.name.length + 1)}.ts`;
}

/**
 * @param {readonly { name: string, folder: string, manifest: Record<string, any> }[]} packages
 * @param {{ name: string, folder: string, manifest: Record<string, any> }} here
 * @param {string} path
 * @param {string} specifier
 * @param {string | undefined} to
 * @returns {string | undefined} what is wrong with it
 */
function judge(packages, here, path, specifier, to) {
  const name = posix.basename(here.folder);
  const rules = PACKAGES[name];
  if (rules === undefined) return `tools/check-arrows.mjs does not know the package ${name}`;
  if (to === undefined) return judgeOutside(here, rules.node || isTest(path), path, specifier);

  if (to.startsWith(`${here.folder}/`)) {
    if (!specifier.startsWith(".") && !isTest(path)) return "inside a package imports are relative";
    return name === "core" && !isTest(path) ? judgeCore(path, to) : undefined;
  }
  if (specifier.startsWith(".")) return "a package is imported by its name, not by a path";
  const owner = posix.basename(packages.find(({ folder }) => to.startsWith(`${folder}/`))?.folder ?? "");
  if (rules.may.includes(owner)) return undefined;
  if (isTest(path) && IN_TESTS.includes(owner)) return undefined;
  return `${name} does not depend on ${owner}`;
}

/**
 * @param {{ manifest: Record<string, any> }} here
 * @param {boolean} node
 * @param {string} path
 * @param {string} specifier
 */
function judgeOutside(here, node, path, specifier) {
  if (specifier.startsWith("node:")) return node ? undefined : "this package runs where Node's modules are not";
  const dependency = specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
  const declared = here.manifest["dependencies"]?.[dependency] !== undefined;
  const forDevelopment = here.manifest["devDependencies"]?.[dependency] !== undefined;
  if (declared || isTest(path) || (here.manifest["private"] === true && forDevelopment)) return undefined;
  return `${dependency} is not among the dependencies of this package`;
}

/**
 * @param {string} from
 * @param {string} to
 */
function judgeCore(from, to) {
  const [a, b] = [folderInCore(from), folderInCore(to)];
  const may = CORE[a];
  if (may === undefined) return `tools/check-arrows.mjs does not know the folder core/${a}`;
  // The base needs to name the port it works with (secret.ts takes a Curve): a type, not a way in.
  if (a === b || b === "base" || may.includes(b) || (a === "base" && b === "curve")) return undefined;
  return `core/${a} does not depend on core/${b}`;
}

/** @param {string} path */
function folderInCore(path) {
  const inside = path.slice("packages/core/src/".length);
  return inside.includes("/") ? (inside.split("/")[0] ?? "") : "base";
}

/**
 * @param {readonly Arrow[]} arrows
 * @returns {string[]} each cycle once
 */
function cycles(arrows) {
  /** @type {Map<string, string[]>} */
  const next = new Map();
  for (const { from, to } of arrows) next.set(from, [...(next.get(from) ?? []), to]);
  /** @type {Map<string, "open" | "done">} */
  const state = new Map();
  /** @type {string[]} */
  const found = [];
  /** @param {string} file @param {readonly string[]} path */
  const visit = (file, path) => {
    if (state.get(file) === "done") return;
    if (state.get(file) === "open") {
      found.push(`cycle: ${[...path.slice(path.indexOf(file)), file].join(" → ")}`);
      return;
    }
    state.set(file, "open");
    for (const to of next.get(file) ?? []) visit(to, [...path, file]);
    state.set(file, "done");
  };
  for (const file of next.keys()) visit(file, []);
  return found;
}
