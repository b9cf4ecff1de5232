/**
 * The packages as whoever installs them gets them: packed, judged by publint and attw, installed from their tarballs in a
 * bare project, imported, run, and bundled for a browser. Where a newer Node can be had from the package cache or the
 * registry, on that one too.
 */
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { build as bundle } from "esbuild";
import { publint } from "publint";
import { afterAll, beforeAll, expect, test } from "vitest";
import { published } from "./api.mjs";
import { build } from "./build.mjs";
import { ROOT } from "./project.mjs";

const run = promisify(execFile);
const NPM = ["--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"];
/** Of each package, what is looked at and imported; the first one in a bare project too. */
const SUBPATHS: Readonly<Record<string, readonly string[]>> = {
  "@subrosa/core": ["nostr/event", "ring/ring", "group/group"],
  "@subrosa/curve": ["open-curve", "kernel"],
  "@subrosa/client": ["session/session", "store/lmdb-store", "relay/network"],
  "@subrosa/relay": ["config", "relay"],
  "@subrosa/cli": ["program"],
};
const packages = published(ROOT);

let folder: string;
let bare: string;
const tarballs = new Map<string, string>();
beforeAll(async () => {
  expect(await build(ROOT)).toBeUndefined();
  folder = mkdtempSync(join(tmpdir(), "subrosa-packages-"));
  for (const { name, folder: at } of packages) {
    const { stdout } = await run("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder], {
      cwd: join(ROOT, at),
      maxBuffer: 1 << 26,
    });
    const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
    tarballs.set(name, join(folder, filename));
  }
  bare = join(folder, "bare");
  mkdirSync(bare);
  writeFileSync(join(bare, "package.json"), JSON.stringify({ name: "bare", private: true, type: "module" }));
  await run("npm", ["install", ...NPM, ...tarballs.values()], { cwd: bare });
}, 600_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("every public package is known here", () => {
  expect(Object.keys(SUBPATHS).sort()).toEqual(packages.map(({ name }) => name).sort());
});

test("publint finds nothing in what is packed", async () => {
  for (const [name, path] of tarballs) {
    const bytes = readFileSync(path);
    const tarball = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
    const { messages } = await publint({ pack: { tarball }, strict: true });
    expect(messages, name).toEqual([]);
  }
}, 300_000);

test("the types are right for whoever imports them (attw); the packages are ES modules alone", async () => {
  for (const [name, path] of tarballs) {
    const subject = createPackageFromTarballData(new Uint8Array(readFileSync(path)));
    const all = process.env["SUBROSA_LONG"] === undefined ? SUBPATHS[name]! : subpathsOf(name);
    const { types, ...result } = await checkPackage(subject, { entrypoints: all.map((each) => `./${each}`) });
    expect(types, name).not.toBe(false);
    const problems = "problems" in result ? result.problems : [];
    const ours = problems.filter((problem) => !("resolutionKind" in problem && isOld(problem.resolutionKind)));
    expect(ours, name).toEqual([]);
  }
}, 600_000);

/** Ways of resolving that know no `exports`, or ask with `require`. */
function isOld(kind: string): boolean {
  return kind === "node10" || kind === "node16-cjs";
}

function subpathsOf(name: string): string[] {
  const dist = join(bare, "node_modules", name, "dist");
  const files = readdirSync(dist, { recursive: true, encoding: "utf8" });
  return files.filter((file) => file.endsWith(".d.ts")).map((file) => file.slice(0, -".d.ts".length));
}

const PROGRAM = Object.entries(SUBPATHS)
  .flatMap(([name, subpaths]) => subpaths.map((subpath) => `await import("${name}/${subpath}");`))
  .join("\n");

async function importAll(node: string): Promise<string> {
  writeFileSync(join(bare, "all.mjs"), `${PROGRAM}\nconsole.log(process.version);\n`);
  const { stdout } = await run(node, [join(bare, "all.mjs")], { cwd: bare });
  const { stdout: version } = await run(node, [join(bare, "node_modules/@subrosa/cli/dist/main.js"), "--version"]);
  expect(version.trim()).toBe("0.1.0");
  const { stdout: help } = await run(node, [join(bare, "node_modules/@subrosa/relay/dist/cli.js"), "--help"]);
  expect(help).toMatch(/subrosa-relay/);
  return stdout.trim();
}

test("installed from their tarballs in a bare project they are imported and run on this Node", async () => {
  expect(await importAll(process.execPath)).toBe(process.version);
  expect(existsSync(join(bare, "node_modules/.bin/subrosa"))).toBe(true);
}, 300_000);

test("and on a newer Node", async (context) => {
  const platform = `${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;
  const at = join(ROOT, "node_modules/.cache/subrosa-node");
  const node = join(at, `node_modules/node-${platform}/bin/node`);
  if (!existsSync(node)) {
    mkdirSync(at, { recursive: true });
    writeFileSync(join(at, "package.json"), JSON.stringify({ name: "newer-node", private: true }));
    // npm's own package of Node for this platform: no script runs.
    const install = run("npm", ["install", ...NPM, `node-${platform}@24`], { cwd: at, timeout: 240_000 });
    const failed = await install.then(() => false).catch(() => true);
    if (failed || !existsSync(node)) return context.skip(`no newer Node for ${platform} can be had here`);
  }
  expect(Number((await importAll(node)).slice(1).split(".")[0])).toBeGreaterThanOrEqual(22);
}, 600_000);

test("a bundler for the browser takes core and client from their tarballs, with nothing of Node in the bundle", async () => {
  const entry = join(bare, "page.mjs");
  writeFileSync(
    entry,
    `import { openSession } from "@subrosa/client/session/session";
import { idbShelf } from "@subrosa/client/store/idb-shelf";
import { connectWeb } from "@subrosa/client/relay/connect";
import { openCurve } from "@subrosa/curve/open-curve";
globalThis.page = { openSession, idbShelf, connectWeb, openCurve };`,
  );
  const { outputFiles, warnings } = await bundle({
    ...{ entryPoints: [entry], bundle: true, write: false, format: "esm", platform: "browser", minify: true },
    logLevel: "silent",
  });
  expect(warnings).toEqual([]);
  const text = outputFiles[0]!.text;
  expect(text.length).toBeGreaterThan(100_000);
  expect(text).not.toMatch(/from"node:|require\("(fs|net|node:)/);
  expect(text).not.toContain("lmdb");
});
