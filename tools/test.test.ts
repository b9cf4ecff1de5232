import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ROOT, runNode } from "./project.mjs";

/** Inside node_modules, so that the little projects find vitest and no test run of ours finds them. */
const FOLDER = join(ROOT, "node_modules/.cache/subrosa-test-of-test");

describe("npm test ends with what was counted", () => {
  beforeAll(() => mkdirSync(FOLDER, { recursive: true }));
  afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

  test.each<[name: string, files: Record<string, string>, line: string, code: number]>([
    [
      "passing and skipped",
      { a: "test('a', () => {}); test.skip('b', () => {}); test.todo('c')" },
      "1 passed, 0 failed, 2 skipped",
      0,
    ],
    ["failing", { a: "test('a', () => {}); test('b', () => { throw 1 })" }, "1 passed, 1 failed, 0 skipped", 1],
    [
      "a file that cannot be loaded",
      { a: "test('a', () => {})", b: "import './none.js'" },
      "1 passed, 1 failed, 0 skipped",
      1,
    ],
    [
      "an error that no test caught",
      { a: "test('a', () => { Promise.reject(new Error('x')) })" },
      "1 passed, 1 failed, 0 skipped",
      1,
    ],
    ["no test at all", {}, "0 passed, 1 failed, 0 skipped", 1],
  ])("%s", async (name, files, line, code) => {
    const root = join(FOLDER, name.replaceAll(" ", "-"));
    mkdirSync(root, { recursive: true });
    for (const [file, body] of Object.entries(files)) {
      writeFileSync(join(root, `${file}.test.mjs`), `import { test } from "vitest";\n${body};\n`);
    }
    writeFileSync(
      join(root, "vitest.config.mjs"),
      'export default { test: { exclude: [], include: ["*.test.mjs"] } };\n',
    );
    const result = await runNode([join(ROOT, "tools/test.mjs"), `--root=${root}`], ROOT);
    expect(result.output.trimEnd().split("\n").at(-1)).toBe(line);
    expect(result.code).toBe(code);
  });
});
