/**
 * node packages/extension/build.mjs [folder]: the extension for Chromium and Firefox, each as a folder to load and a zip
 * to hand in, the same bytes from the same sources. Five programs, each one file: a content script can import nothing,
 * and a worker that is one file has no order of loading to get wrong.
 */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { icon } from "./icon.mjs";
import { manifest } from "./manifest.mjs";
import { zip } from "./zip.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const PROGRAMS = ["page", "content", "background", "prompt", "options"];
/** @type {readonly import("./manifest.mjs").Browser[]} */
const BROWSERS = ["chromium", "firefox"];

/**
 * @param {string} target where the folders and zips go
 */
export async function buildExtension(target) {
  const { version } = JSON.parse(readFileSync(join(HERE, "package.json"), "utf8"));
  const programs = join(target, "programs");
  rmSync(programs, { recursive: true, force: true });
  for (const name of PROGRAMS) {
    await build({
      root: HERE,
      configFile: false,
      logLevel: "error",
      resolve: { conditions: ["subrosa-source", "module", "browser", "production"] },
      build: {
        outDir: programs,
        emptyOutDir: false,
        target: "es2022",
        minify: false,
        // Names of source files above their parts would be told from the folder in which the build was started.
        rolldownOptions: { experimental: { attachDebugInfo: "none" } },
        lib: {
          entry: join(HERE, "src", `${name}.ts`),
          formats: ["iife"],
          name: "subrosa",
          fileName: () => `${name}.js`,
        },
      },
    });
  }
  for (const browser of BROWSERS) {
    const folder = join(target, browser);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    cpSync(programs, folder, { recursive: true });
    cpSync(join(HERE, "static"), folder, { recursive: true });
    for (const size of [48, 128]) writeFileSync(join(folder, `icon-${size}.png`), icon(size));
    writeFileSync(join(folder, "manifest.json"), `${JSON.stringify(manifest(browser, version), undefined, 2)}\n`);
    writeFileSync(join(target, `subrosa-${version}-${browser}.zip`), zip(filesOf(folder)));
  }
  rmSync(programs, { recursive: true });
}

/** @param {string} folder */
function filesOf(folder) {
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile());
  return new Map(
    entries.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [relative(folder, path).split(sep).join("/"), readFileSync(path)];
    }),
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const target = process.argv[2] ?? join(HERE, "dist");
  await buildExtension(target);
  process.stdout.write(`Built for ${BROWSERS.join(" and ")} in ${relative(process.cwd(), target)}.\n`);
}
