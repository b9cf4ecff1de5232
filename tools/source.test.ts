import { describe, expect, test } from "vitest";
import { codeOf, importsOf } from "./source.mjs";

const keep = (text: string): string => codeOf(text, { strings: "keep" });
const blank = (text: string): string => codeOf(text, { strings: "blank" });

describe("comments go, lines stay", () => {
  test.each([
    ["a // b\nc", "a     \nc"],
    ["a /* b\nc */ d", "a     \n     d"],
    ["'// no'", "'// no'"],
    ['"/* no */"', '"/* no */"'],
    ["`// no`", "`// no`"],
    ["/\\/\\* no/.test(x) // y", "/\\/\\* no/.test(x)     "],
    ["/[/*]/ // y", "/[/*]/     "],
    ["a / b // c", "a / b     "],
    ["f(`${g('`')}`) // c", "f(`${g('`')}`)     "],
    ["`${ { a: `}` } }` // c", "`${ { a: `}` } }`     "],
  ])("%j", (text, code) => expect(keep(text)).toBe(code));
});

test("what stands in strings and templates can be blanked, what stands between its braces is code", () => {
  expect(blank("f('Date', \"Date\", `Date ${Date} Date`)")).toBe("f('    ', \"    \", `      {Date}     `)");
});

test("every form of import is found, with its line, and no comment passes for one", () => {
  const text = [
    'import a from "./a.ts";',
    'import type { B } from "b/c";',
    'import "./side.ts";',
    'export { d } from "./d.ts";',
    'const e = await import("./e.ts");',
    '// import f from "./f.ts";',
  ].join("\n");
  expect(importsOf(text)).toEqual([
    { specifier: "./a.ts", line: 1 },
    { specifier: "b/c", line: 2 },
    { specifier: "./side.ts", line: 3 },
    { specifier: "./d.ts", line: 4 },
    { specifier: "./e.ts", line: 5 },
  ]);
});
