/**
 * No orphan vectors: every file in /vectors is run by some test, says which rule it is about (`spec`) and who produced
 * its numbers (`source`); what was published elsewhere also says under which licence.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { filesBelow, readJson, testsOf } from "./project.mjs";
import { verdict } from "./verdict.mjs";

/** @param {string} root */
export function check(root) {
  const tests = testsOf(root).map((path) => readFileSync(join(root, path), "utf8"));
  const files = filesBelow(root, "vectors").filter((path) => path !== "vectors/README.md");
  const problems = files.flatMap((path) => {
    const wrong = provenance(root, path);
    const name = path.slice("vectors/".length).replace(/\.json$/, "");
    if (!tests.some((text) => names(text, name))) wrong.push("no test names it");
    return wrong.map((what) => `${path}: ${what}`);
  });
  return verdict(
    `All ${files.length} vector files are run by a test and say where their numbers come from.`,
    "A vector file is orphaned or has no provenance.",
    problems,
  );
}

/**
 * @param {string} root
 * @param {string} path
 */
function provenance(root, path) {
  if (!path.endsWith(".json")) return ["vectors are JSON"];
  const content = readJson(join(root, path));
  const wrong = ["spec", "source"]
    .filter((field) => typeof content[field] !== "string" || content[field] === "")
    .map((field) => `has no \`${field}\``);
  if (/https?:/.test(content.source ?? "") && typeof content.licence !== "string") wrong.push("has no `licence`");
  return wrong;
}

/**
 * @param {string} text
 * @param {string} name `nip44` for vectors/nip44.json
 */
function names(text, name) {
  return ['"', "'", "`"].some((quote) =>
    [`${name}${quote}`, `${name}.json${quote}`].some((end) =>
      [`${quote}${end}`, `/vectors/${end}`].some((written) => text.includes(written)),
    ),
  );
}
