/**
 * A rule that docs/spec marks as implemented is named by the source that implements it and by the title of a test that
 * proves it. Each page that defines rules (`**GROUP-14**`) says near its head which of them stand, in one line:
 * `Implemented: GROUP-1, GROUP-2` or `Implemented: none yet`.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { filesBelow, isTest, sourcesOf, workspaces } from "./project.mjs";
import { codeOf } from "./source.mjs";
import { verdict } from "./verdict.mjs";

const RULE = /\*\*([A-Z][A-Z0-9]*-\d+[a-z]?)\*\*/g;
const MARK = /^Implemented: (.+)$/m;

/** @param {string} root */
export function check(root) {
  const packages = workspaces(root);
  const sources = packages.flatMap(({ folder }) => sourcesOf(root, folder)).map((path) => read(root, path));
  const tests = packages.flatMap(({ folder }) => filesBelow(root, folder, [".ts"]).filter(isTest));
  const titles = tests.flatMap((path) => titlesOf(read(root, path)));
  const inSource = (/** @type {string} */ id) => sources.some((text) => word(id).test(text));
  const inTitle = (/** @type {string} */ id) => titles.some((title) => word(id).test(title));

  /** @type {Map<string, string>} */
  const definedIn = new Map();
  const problems = [];
  let marked = 0;
  let ready = 0;
  for (const page of filesBelow(root, "docs/spec", [".md"])) {
    const text = read(root, page);
    const rules = [...text.matchAll(RULE)].map((match) => match[1] ?? "");
    if (rules.length === 0) continue;
    for (const id of rules) {
      if (definedIn.has(id)) problems.push(`${page}: ${id} is also defined in ${definedIn.get(id)}`);
      definedIn.set(id, page);
    }
    const mark = MARK.exec(text)?.[1];
    if (mark === undefined) problems.push(`${page}: no line "Implemented: …" near its head`);
    const implemented = mark === undefined || mark === "none yet" ? [] : mark.split(/,\s*/);
    marked += implemented.length;
    ready += rules.filter((id) => !implemented.includes(id) && inSource(id) && inTitle(id)).length;
    for (const id of implemented) {
      if (!rules.includes(id)) problems.push(`${page}: ${id} is marked as implemented but not defined there`);
      else if (!inSource(id)) problems.push(`${page}: no source names ${id}`);
      else if (!inTitle(id)) problems.push(`${page}: no test title names ${id}`);
    }
  }
  const more = ready === 0 ? "" : ` (${ready} more have both and are not marked)`;
  return verdict(
    `All ${marked} rules marked as implemented are named by a source and by a test's title${more}.`,
    "A rule is marked as implemented without a source or a test that names it.",
    problems,
  );
}

/** @param {string} root @param {string} path */
const read = (root, path) => readFileSync(join(root, path), "utf8");

/** @param {string} id */
const word = (id) => new RegExp(`(?<![A-Za-z0-9-])${id}(?![A-Za-z0-9-])`);

/**
 * The first argument of every call of test, it or describe, `test.each(…)("title")` included.
 * @param {string} text
 */
function titlesOf(text) {
  const code = codeOf(text, { strings: "keep" });
  const calls = /(?:\b(?:test|it|describe)(?:\.\w+)*|\))\s*\(\s*(["'`])((?:\\.|(?!\1)[^\\])*)\1/g;
  return [...code.matchAll(calls)].map((match) => match[2] ?? "");
}
