/**
 * Core catches only what it names: a `catch` asks for one class of error and throws every other on, so a bug is never
 * taken for a stranger's bytes. A `catch` that takes everything stands only around a library that answers hostile
 * bytes by throwing, in the files listed here.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { sourcesOf } from "./project.mjs";
import { codeOf, lineAt } from "./source.mjs";
import { verdict } from "./verdict.mjs";

/** Files below packages/core/src, with the call that throws. */
const LIBRARY_DOORS = new Map([
  ["curve/noble.ts", "Point.fromBytes"],
  ["json.ts", "JSON.parse"],
  ["nostr/bech32.ts", "bech32.decode"],
  ["nostr/nip04.ts", "the cipher and base64"],
  ["nostr/nip44.ts", "base64.decode"],
  ["nostr/nip49.ts", "the cipher"],
  ["ring/proof-json.ts", "base64.decode"],
  ["ring/ring-a.ts", "base64urlnopad.decode"],
]);

/** @param {string} root */
export function check(root) {
  const problems = sourcesOf(root, "packages/core").flatMap((path) => {
    if (LIBRARY_DOORS.has(path.slice("packages/core/src/".length))) return [];
    const code = codeOf(readFileSync(join(root, path), "utf8"), { strings: "blank" });
    return catches(code)
      .filter(({ body }) => !(/\binstanceof\b/.test(body) && /\bthrow\b/.test(body)))
      .map(({ at }) => `${path}:${lineAt(code, at)} catches everything`);
  });
  return verdict(
    "Core catches only the errors it names.",
    "A catch in core takes everything: name the error and throw the others on.",
    problems,
  );
}

/**
 * Every catch clause, with its body.
 * @param {string} code without comments and strings
 */
function catches(code) {
  return [...code.matchAll(/\bcatch\s*(?:\([^)]*\)\s*)?\{/g)].map((match) => {
    let depth = 1;
    let end = match.index + match[0].length;
    for (; end < code.length && depth > 0; end++) {
      if (code[end] === "{") depth++;
      if (code[end] === "}") depth--;
    }
    return { at: match.index, body: code.slice(match.index + match[0].length, end) };
  });
}
