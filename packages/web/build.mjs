/**
 * node packages/web/build.mjs [folder]: the app as static files for any server. Scripts carry a digest in their names;
 * the service worker is one file that knows all the others, so that the app opens without a network.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import solid from "vite-plugin-solid";

const HERE = dirname(fileURLToPath(import.meta.url));
/** Compiled views take what they need of Solid from here: its templates pass through Trusted Types. */
const RUNTIME = "subrosa:dom";

/** @type {import("vite").InlineConfig} */
const COMMON = {
  root: HERE,
  base: "./",
  configFile: false,
  logLevel: "error",
  resolve: {
    conditions: ["subrosa-source", "module", "browser", "production"],
    alias: { [RUNTIME]: join(HERE, "src/frame/dom.ts") },
  },
};

/**
 * @param {string} folder
 */
export async function buildSite(folder) {
  // What is built is what is served, also where the environment is a test's: without this, it would be a build for development.
  process.env["NODE_ENV"] = "production";
  mkdirSync(folder, { recursive: true });
  await build({
    ...COMMON,
    plugins: [solid({ solid: { moduleName: RUNTIME } })],
    worker: { format: "es" },
    build: {
      outDir: folder,
      emptyOutDir: true,
      target: "es2022",
      modulePreload: { polyfill: false },
      assetsInlineLimit: 0,
      chunkSizeWarningLimit: 400,
    },
  });
  const files = filesIn(folder);
  await build({
    ...COMMON,
    publicDir: false,
    define: { SUBROSA_FILES: JSON.stringify(files), SUBROSA_VERSION: JSON.stringify(digestOf(folder, files)) },
    build: {
      outDir: folder,
      emptyOutDir: false,
      target: "es2022",
      lib: {
        entry: join(HERE, "src/service-worker.ts"),
        formats: ["iife"],
        name: "subrosa",
        fileName: () => "service-worker.js",
      },
    },
  });
}

/** @param {string} folder */
function filesIn(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/"))
    .sort();
}

/**
 * @param {string} folder
 * @param {readonly string[]} files
 */
function digestOf(folder, files) {
  const hash = createHash("sha256");
  for (const path of files) hash.update(`${path}\n`).update(readFileSync(join(folder, path)));
  return hash.digest("hex").slice(0, 16);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const target = process.argv[2] ?? join(HERE, "dist/site");
  await buildSite(target);
  process.stdout.write(`Built in ${relative(process.cwd(), target)}.\n`);
}
