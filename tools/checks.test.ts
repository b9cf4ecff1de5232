import { describe, expect, test } from "vitest";
import { check as api } from "./check-api.mjs";
import { check as arrows } from "./check-arrows.mjs";
import { check as biome } from "./check-biome.mjs";
import { check as lines } from "./check-lines.mjs";
import { check as links } from "./check-links.mjs";
import { check as lockfileCheck } from "./check-lockfile.mjs";
import { check as names } from "./check-names.mjs";
import { check as paths } from "./check-paths.mjs";
import { check as purity } from "./check-purity.mjs";
import { check as samples } from "./check-samples.mjs";
import { check as scripts } from "./check-scripts.mjs";
import { check as sizes } from "./check-sizes.mjs";
import { check as spec } from "./check-spec.mjs";
import { check as tries } from "./check-try.mjs";
import { check as types } from "./check-types.mjs";
import { check as vectors } from "./check-vectors.mjs";
import { check as versions } from "./check-versions.mjs";
import { CORE_MANIFEST, type Files, LOCK, lockfile, withRepository } from "./fixture.ts";
import type { Verdict } from "./verdict.mjs";

type Check = (root: string) => Verdict | Promise<Verdict>;

const CHECKS: Readonly<Record<string, Check>> = {
  types,
  biome,
  arrows,
  purity,
  try: tries,
  lines,
  vectors,
  spec,
  samples,
  links,
  api,
  sizes,
  names,
  versions,
  scripts,
  lockfile: lockfileCheck,
  paths,
};

test("every check holds on a sound repository", () =>
  withRepository({}, async (root) => {
    const verdicts: Record<string, readonly string[]> = {};
    for (const [name, check] of Object.entries(CHECKS)) verdicts[name] = (await check(root)).details;
    expect(verdicts).toEqual(Object.fromEntries(Object.keys(CHECKS).map((name) => [name, []])));
  }));

/** Runs one check on the sound repository with one fault in it, and returns what it complains about. */
async function complaints(name: string, fault: Files): Promise<string> {
  return withRepository(fault, async (root) => {
    if (name === "api") await types(root);
    const { ok, details } = await CHECKS[name]!(root);
    expect(ok).toBe(false);
    return details.join("\n");
  });
}

const source = (body: string): string => `/** Seeded. */\n${body}\n`;
const inCore = (body: string): Files => ({ "packages/core/src/bad.ts": source(body) });
const withLock = (entries: object): Files => ({ "package-lock.json": lockfile({ ...LOCK, ...entries }) });
const locked = (more: object = {}): object => ({ version: "1.0.0", integrity: "sha512-x", ...more });

describe("a seeded fault is seen", () => {
  test.each<[name: string, what: string, fault: Files, said: RegExp]>([
    ["types", "a type error", inCore('export const n: number = "one";'), /TS2322/],
    ["types", "an unchecked index", inCore("export const f = (a: number[]): number => a[0];"), /TS2322/],
    ["biome", "a default export", inCore("export default 1;"), /noDefaultExport/],
    ["biome", "a promise nobody waits for", inCore("async function f() {}\nf();"), /noFloatingPromises/],
    ["biome", "a file not formatted", inCore("export const  a=1"), /format/],
    [
      "try",
      "a catch that takes everything",
      inCore("export function f() { try { g(); } catch { return 1; } }"),
      /bad\.ts:2/,
    ],
    ["lines", "a file too long", inCore("export {};\n".repeat(401)), /403 lines/],
    ["lines", "a file that does not say what it is", { "packages/core/src/bad.ts": "export {};\n" }, /does not begin/],
    ["lines", "a header too long", { "packages/core/src/bad.ts": `/**\n${" * so\n".repeat(13)} */\n` }, /13 lines/],
    ["vectors", "a vector nobody runs", { "vectors/lost.json": '{"spec":"a","source":"b"}' }, /lost\.json: no test/],
    ["vectors", "a vector without a source", { "vectors/ring.json": '{"spec":"a"}' }, /no `source`/],
    [
      "vectors",
      "a public one without licence",
      { "vectors/ring.json": '{"spec":"a","source":"https://x"}' },
      /licence/,
    ],
    ["spec", "a rule no source names", { "packages/core/src/ring/ring.ts": source("export {};") }, /no source names/],
    ["spec", "a rule no title names", { "packages/core/test/ring.test.ts": "// RING-1\n" }, /no test title names/],
    [
      "spec",
      "a rule that is not there",
      { "docs/spec/rings.md": "Implemented: RING-9\n\n**RING-1**\n" },
      /not defined/,
    ],
    ["spec", "a page that does not say", { "docs/spec/rings.md": "**RING-1**\n" }, /no line "Implemented/],
    ["spec", "a rule defined twice", { "docs/spec/x.md": "Implemented: none yet\n\n**RING-1**\n" }, /also defined/],
    [
      "samples",
      "a sample that does not compile",
      { "README.md": '```ts\nconst a: number = "";\n```\n' },
      /README\.md:2/,
    ],
    ["samples", "a sample that throws", { "docs/a.md": '\n```ts\nthrow new Error("no");\n```\n' }, /docs\/a\.md:3/],
    ["api", "a changed surface", { "packages/core/src/bytes.ts": source("export const first = 1;") }, /core\.txt:2/],
    ["api", "a new subpath", inCore("export const more = 1;"), /api\/core\.txt/],
    ["links", "a page that is not there", { "docs/a.md": "[b](b.md)" }, /docs\/a\.md:1 points to b\.md/],
    ["links", "a comment that points nowhere", inCore("// docs/spec/none.md\nexport {};"), /bad\.ts:2/],
    ["sizes", "a bundle over its bound", { "tools/sizes.json": '{"": 1000, "bytes": 10}' }, /core\/bytes/],
    [
      "sizes",
      "a guide that says something else",
      { "docs/guide/developers.md": "| x | `bytes`, `none` | 2.9, 0.1 |" },
      /:1 core\/bytes is 0\.[\s\S]*:1 names core\/none/,
    ],
    ["names", "a forbidden package", withLock({ "node_modules/lrs": locked() }), /^lrs$/],
    ["names", "one under another name", withLock({ "node_modules/x": locked({ name: "ringct-js" }) }), /ringct-js/],
    ["names", "one deep in the tree", withLock({ "node_modules/a/node_modules/borromean-js": locked() }), /borromean/],
    ["versions", "a second noble", withLock({ "node_modules/a/node_modules/@noble/hashes": locked() }), /1\.0\.0/],
    ["lockfile", "a download address", withLock({ "node_modules/a": locked({ resolved: "https://x" }) }), /address/],
    ["lockfile", "no checksum", withLock({ "node_modules/a": { version: "1.0.0" } }), /no checksum/],
    ["lockfile", "a loose .npmrc", { ".npmrc": "save-exact=true\n" }, /lacks ignore-scripts=true/],
    ["paths", "somebody's folder", { "docs/a.md": `see ${["", "home", "ada", "x"].join("/")}\n` }, /docs\/a\.md/],
    ["paths", "a registry", { "docs/a.md": ["registry", "npmjs", "org"].join(".") }, /registry/],
  ])("%s: %s", async (name, _what, fault, said) => {
    expect(await complaints(name, fault)).toMatch(said);
  });

  test.each([
    "setTimeout(() => {}, 1)",
    "fetch('')",
    "process.env",
    "crypto.getRandomValues",
    "console.log",
    "new TextEncoder()",
  ])("purity: %s", async (use) => {
    expect(await complaints("purity", inCore(`export const bad = () => ${use};`))).toMatch(
      /bad\.ts.*TS(2304|2584|2591|2552)/,
    );
  });

  test.each(["Date.now()", "new Date()", "Math.random()", "globalThis", "Promise.resolve()"])(
    "purity: %s",
    async (use) => {
      expect(await complaints("purity", inCore(`export const bad = () => ${use};`))).toMatch(/bad\.ts:2 uses/);
    },
  );

  test("purity: a tsconfig that lets the DOM in, though no file uses it yet", async () => {
    const tsconfig = { extends: "../../tsconfig.base.json", compilerOptions: { lib: ["ES2023", "DOM"] } };
    const fault = { "packages/core/tsconfig.json": JSON.stringify(tsconfig) };
    expect(await complaints("purity", fault)).toMatch(/can see `setTimeout`/);
  });

  test("scripts: a runtime dependency of a dependency that runs a script", async () => {
    const lock = withLock({
      "node_modules/@noble/hashes": locked({ dependencies: { native: "1.0.0" } }),
      "node_modules/native": locked({ hasInstallScript: true }),
    });
    expect(await complaints("scripts", lock)).toBe("node_modules/native");
  });

  test("lockfile: a range in a package.json", async () => {
    const manifest = { ...CORE_MANIFEST, dependencies: { "@noble/hashes": "^2.4.0" } };
    const fault = { "packages/core/package.json": JSON.stringify(manifest) };
    expect(await complaints("lockfile", fault)).toMatch(/\^2\.4\.0, which is not one version/);
  });
});

describe("an arrow against the design is seen", () => {
  const manifest = (name: string, more: object = {}): string =>
    JSON.stringify({ name: `@fixture/${name}`, private: true, ...more });

  test.each<[what: string, files: Files, said: RegExp]>([
    [
      "ring imports nostr",
      file("core/src/ring/a.ts", "../nostr/event.ts"),
      /core\/ring does not depend on core\/nostr/,
    ],
    [
      "nostr imports a group",
      file("core/src/nostr/a.ts", "../group/b.ts"),
      /core\/nostr does not depend on core\/group/,
    ],
    ["the base imports a folder", file("core/src/a.ts", "./ring/ring.ts"), /core\/base does not depend on core\/ring/],
    ["one protocol imports another", file("core/src/alias/a.ts", "../channel/b.ts"), /core\/alias/],
    ["a folder nobody placed", file("core/src/misc/a.ts", "../bytes.ts"), /does not know the folder core\/misc/],
    [
      "core imports another package",
      { ...file("core/src/a.ts", "@fixture/curve/b"), "packages/curve/package.json": manifest("curve") },
      /core does not depend on curve/,
    ],
    ["core imports Node", file("core/src/a.ts", "node:fs"), /Node's modules/],
    ["core imports what it did not declare", file("core/src/a.ts", "left-pad"), /left-pad is not among/],
    [
      "the relay imports the client",
      {
        ...file("relay/src/a.ts", "@fixture/client/b"),
        "packages/relay/package.json": manifest("relay"),
        "packages/client/package.json": manifest("client"),
      },
      /relay does not depend on client/,
    ],
    [
      "a path into another package",
      { ...file("curve/src/a.ts", "../../core/src/bytes.ts"), "packages/curve/package.json": manifest("curve") },
      /by its name/,
    ],
    ["a package by its own name", file("core/src/a.ts", "@fixture/core/bytes"), /relative/],
    [
      "a package nobody placed",
      { ...file("misc/src/a.ts", "./b.ts"), "packages/misc/package.json": manifest("misc") },
      /does not know the package misc/,
    ],
    [
      "a cycle, types included",
      {
        "packages/core/src/a.ts": source('import type { B } from "./b.ts";'),
        "packages/core/src/b.ts": source('export { a } from "./a.ts";'),
      },
      /cycle: .*a\.ts → .*b\.ts/,
    ],
  ])("%s", async (_what, files, said) => {
    expect(await complaints("arrows", files)).toMatch(said);
  });

  test("a test may import the test kit, a source may not", async () => {
    const kit = { "packages/testkit/package.json": manifest("testkit") };
    await withRepository({ ...kit, ...file("core/test/x.test.ts", "@fixture/testkit/b") }, async (root) => {
      expect((await arrows(root)).details).toEqual([]);
    });
    expect(await complaints("arrows", { ...kit, ...file("core/src/x.ts", "@fixture/testkit/b") })).toMatch(/testkit/);
  });
});

function file(path: string, imported: string): Files {
  return { [`packages/${path}`]: source(`import { b } from "${imported}";\nexport const a = b;`) };
}
