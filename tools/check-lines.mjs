/**
 * A file is short enough to be read at once: 400 lines, 600 where mathematics is and in tests, whose tables of cases
 * nobody reads at once; generated code aside. And it begins by saying what it is, in at most 12 lines.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { filesBelow, isTest } from "./project.mjs";
import { verdict } from "./verdict.mjs";

const LIMIT = 400;
const LONG = 600;
const MATHEMATICS = ["packages/curve/", "packages/core/src/curve/", "packages/core/src/ring/"];
const HEADER = 12;

/** @param {string} root */
export function check(root) {
  const files = ["packages", "bench", "tools"]
    .flatMap((folder) => filesBelow(root, folder, [".ts", ".tsx", ".mjs", ".css"]))
    .filter((path) => !path.includes(".generated."));
  const problems = files.flatMap((path) => {
    const text = readFileSync(join(root, path), "utf8");
    const lines = text.split("\n").length - 1;
    const mayBeLong = isTest(path) || MATHEMATICS.some((folder) => path.startsWith(folder));
    const limit = mayBeLong ? LONG : LIMIT;
    const wrong = lines > limit ? [`${path}: ${lines} lines, ${limit} allowed`] : [];
    return [...wrong, ...header(path, text)];
  });
  return verdict(
    `All ${files.length} files are short enough to read and say what they are.`,
    "A file is too long, or does not begin by saying what it is.",
    problems,
  );
}

/**
 * @param {string} path
 * @param {string} text
 */
function header(path, text) {
  if (/\.test\.ts$|\.css$/.test(path)) return [];
  const comment = /^(?:#!.*\n)?\/\*\*[\s\S]*?\*\//.exec(text)?.[0];
  if (comment === undefined) return [`${path}: does not begin with a comment that says what it is`];
  const said = comment.split("\n").filter((line) => /[^\s/*]/.test(line)).length;
  return said > HEADER ? [`${path}: its header has ${said} lines of text, ${HEADER} allowed`] : [];
}
