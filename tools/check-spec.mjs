/**
 * A rule that docs/spec lists as implemented is named by the source that implements it and by the title of a test that
 * proves it. Each page that defines rules (`**GROUP-14**`) says near its head which of them stand, in one line:
 * `Implemented: GROUP-1, GROUP-2` or `Implemented: none yet`.
 *
 * Run by itself it prints, for each page, which rules have both, one, or neither.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { filesBelow, isMain, ROOT, sourcesOf, testsOf, workspaces } from "./project.mjs";
import { codeOf } from "./source.mjs";
import { verdict } from "./verdict.mjs";

const RULE = /\*\*([A-Z][A-Z0-9]*-\d+[a-z]?)\*\*/g;
const MARK = /^Implemented: (.+)$/m;

/**
 * A page: the rules it defines and those it lists as implemented, or undefined where it lists none.
 * @typedef {{ path: string, rules: readonly string[], implemented: readonly string[] | undefined }} Page
 */

/** @param {string} root */
export function check(root) {
  const pages = pagesOf(root);
  const { inSource, inTitle } = namesOf(root);
  const problems = [...repeated(pages)];
  for (const { path, rules, implemented } of pages) {
    if (implemented === undefined) problems.push(`${path}: no line "Implemented: …" near its head`);
    for (const id of implemented ?? []) {
      if (!rules.includes(id)) problems.push(`${path}: ${id} is listed as implemented but not defined there`);
      else if (!inSource(id)) problems.push(`${path}: no source names ${id}`);
      else if (!inTitle(id)) problems.push(`${path}: no test title names ${id}`);
    }
  }
  const listed = pages.flatMap(({ implemented }) => implemented ?? []);
  const all = pages.flatMap(({ rules }) => rules);
  return verdict(
    `All ${listed.length} rules listed as implemented, of ${all.length}, are named by a source and by a test's title.`,
    "A rule is listed as implemented without a source or a test that names it.",
    problems,
  );
}

/** @param {string} root @returns {Page[]} */
function pagesOf(root) {
  return filesBelow(root, "docs/spec", [".md"]).flatMap((path) => {
    const text = read(root, path);
    const rules = [...text.matchAll(RULE)].map((match) => match[1] ?? "");
    const mark = MARK.exec(text)?.[1];
    const implemented = mark === "none yet" ? [] : mark?.split(/,\s*/);
    return rules.length === 0 ? [] : [{ path, rules, implemented }];
  });
}

/** @param {readonly Page[]} pages */
function repeated(pages) {
  const all = pages.flatMap(({ path, rules }) => rules.map((id) => ({ path, id })));
  return all.filter(({ id }, i) => all.findIndex((other) => other.id === id) < i).map(twice);
}

/** @param {{ path: string, id: string }} rule */
const twice = ({ path, id }) => `${path}: ${id} is also defined before`;

/** @param {string} root */
function namesOf(root) {
  const tests = new Set(testsOf(root));
  const sources = workspaces(root)
    .flatMap(({ folder }) => sourcesOf(root, folder))
    .filter((path) => !tests.has(path))
    .map((path) => read(root, path));
  const titles = [...tests].flatMap((path) => titlesOf(read(root, path)));
  return {
    inSource: (/** @type {string} */ id) => sources.some((text) => word(id).test(text)),
    inTitle: (/** @type {string} */ id) => titles.some((title) => word(id).test(title)),
  };
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

if (isMain(import.meta.url)) {
  const { inSource, inTitle } = namesOf(ROOT);
  for (const { path, rules } of pagesOf(ROOT)) {
    const both = rules.filter((id) => inSource(id) && inTitle(id));
    const lacking = rules.filter((id) => !both.includes(id));
    const why = (/** @type {string} */ id) => (inSource(id) ? "no title" : inTitle(id) ? "no source" : "neither");
    console.log(`${path}\n  both: ${both.join(", ") || "none"}`);
    console.log(`  not yet: ${lacking.map((id) => `${id} (${why(id)})`).join(", ") || "none"}`);
  }
}
