/**
 * What a page pays for one subpath of core: bundled alone with everything it needs, minified, gzip, and bounded by the
 * longest prefix that tools/sizes.json names. Printed with every run, so that growth is seen before it is a problem. What
 * the guide says of a subpath is true to within 1 kB.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { isMain, ROOT, readJson, sourcesOf } from "./project.mjs";
import { verdict } from "./verdict.mjs";

const CORE = "packages/core";
const GUIDE = "docs/guide/developers.md";

/** @param {string} root */
export async function check(root) {
  /** @type {Record<string, number>} */
  const bounds = readJson(join(root, "tools/sizes.json"));
  const sizes = await measure(root);
  const problems = sizes.flatMap(({ subpath, size }) => {
    const bound = boundOf(bounds, subpath);
    return size > bound ? [`core/${subpath} is ${kB(size)}, ${kB(bound)} allowed`] : [];
  });
  const sizeOf = new Map(sizes.map(({ subpath, size }) => [subpath, size]));
  for (const { line, subpath, said } of stated(root)) {
    const size = sizeOf.get(subpath);
    if (size === undefined) problems.push(`${GUIDE}:${line} names core/${subpath}, which does not exist`);
    else if (!(Math.abs(size - said) < 1000)) problems.push(`${GUIDE}:${line} core/${subpath} is ${kB(size)}`);
  }
  const largest = sizes.reduce((most, one) => (one.size > most.size ? one : most), { subpath: "", size: 0 });
  const { ok, sentence, details } = verdict(
    `Every one of ${sizes.length} subpaths of core is within its bound, the largest core/${largest.subpath} with ${kB(largest.size)} gzip.`,
    "A subpath of core has outgrown its bound in tools/sizes.json, or is not what the guide says.",
    problems,
  );
  return { ok, sentence, details, notes: table(sizes) };
}

/**
 * The guide's table: `subpaths` in a row's second column, as many sizes in kB in its third.
 * @param {string} root
 */
function stated(root) {
  const path = join(root, GUIDE);
  if (!existsSync(path)) return [];
  return readFileSync(path, "utf8")
    .split("\n")
    .flatMap((text, i) => {
      const [, subpaths, sizes] = /^\|[^|]*\|([^|]*)\| ([\d.,; ]+) \|$/.exec(text) ?? [];
      const numbers = sizes?.split(/[,;] /) ?? [];
      const named = [...(subpaths ?? "").matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? "");
      if (sizes === undefined) return [];
      return named.map((subpath, at) => ({ line: i + 1, subpath, said: Number(numbers[at]) * 1000 }));
    });
}

/**
 * One line for each folder of core.
 * @param {readonly { subpath: string, size: number }[]} sizes
 */
function table(sizes) {
  /** @type {Map<string, string[]>} */
  const folders = new Map();
  for (const { subpath, size } of sizes) {
    const at = subpath.lastIndexOf("/");
    const folder = at < 0 ? "core" : `core/${subpath.slice(0, at)}`;
    folders.set(folder, [...(folders.get(folder) ?? []), `${subpath.slice(at + 1)} ${(size / 1000).toFixed(1)}`]);
  }
  return [...folders].map(([folder, files]) => `${folder} (kB): ${files.join(", ")}`);
}

/** @param {string} root */
async function measure(root) {
  const { build } = await import("esbuild");
  const sources = sourcesOf(root, CORE);
  const sizes = [];
  for (const path of sources) {
    const { outputFiles } = await build({
      entryPoints: [join(root, path)],
      bundle: true,
      minify: true,
      format: "esm",
      platform: "browser",
      conditions: ["subrosa-source"],
      write: false,
      logLevel: "silent",
    });
    const subpath = path.slice(`${CORE}/src/`.length).replace(/\.ts$/, "");
    sizes.push({ subpath, size: gzipSync(outputFiles[0]?.contents ?? "", { level: 9 }).length });
  }
  return sizes;
}

/**
 * @param {Record<string, number>} bounds
 * @param {string} subpath
 */
function boundOf(bounds, subpath) {
  const prefixes = Object.keys(bounds).filter((prefix) =>
    prefix === "" || prefix.endsWith("/") ? subpath.startsWith(prefix) : subpath === prefix,
  );
  const longest = prefixes.reduce((most, prefix) => (prefix.length > most.length ? prefix : most), "");
  return bounds[longest] ?? 0;
}

/** @param {number} bytes */
const kB = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;

if (isMain(import.meta.url)) {
  const { sentence, notes } = await check(ROOT);
  console.log([...notes, sentence].join("\n"));
}
