/** No document points to a page that is not there, and no comment in the code does. */
import { existsSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { filesBelow } from "./project.mjs";
import { lineAt } from "./source.mjs";
import { verdict } from "./verdict.mjs";

const LINK = /\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#[^)]*)?\)/g;
const MENTION = /\bdocs\/[\w./-]+\.md\b/g;

/** @param {string} root */
export function check(root) {
  const pages = filesBelow(root, ".", [".md"]);
  const code = ["packages", "bench", "tools"].flatMap((folder) => filesBelow(root, folder, [".ts", ".tsx", ".mjs"]));
  const problems = [
    ...pages.flatMap((path) => dangling(root, path, LINK, (link) => posix.join(posix.dirname(path), link))),
    ...code
      .filter((path) => !path.startsWith("tools/checks.test."))
      .flatMap((path) => dangling(root, path, MENTION, (mention) => mention)),
  ];
  return verdict(
    `No link in ${pages.length} pages and no mention of a page in ${code.length} files leads nowhere.`,
    "A document or a comment points to a page that is not there.",
    problems,
  );
}

/**
 * @param {string} root
 * @param {string} path
 * @param {RegExp} pattern
 * @param {(found: string) => string} place
 */
function dangling(root, path, pattern, place) {
  const text = readFileSync(join(root, path), "utf8");
  return [...text.matchAll(pattern)]
    .map((match) => ({ found: match[1] ?? match[0], line: lineAt(text, match.index) }))
    .filter(({ found }) => !existsSync(join(root, place(found))))
    .map(({ found, line }) => `${path}:${line} points to ${found}`);
}
