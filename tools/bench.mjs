/** npm run bench -- [area…] [--json] [--quick]: builds, then hands over to bench/src/main.ts. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { build } from "./build.mjs";
import { ensureInstalled, giveUp } from "./install.mjs";
import { ROOT } from "./project.mjs";

ensureInstalled(ROOT);
const problem = await build(ROOT);
if (problem !== undefined) giveUp(`The build failed:\n${problem}`);
const args = [join(ROOT, "bench/dist/main.js"), ...process.argv.slice(2)];
process.exitCode = spawnSync(process.execPath, args, { stdio: "inherit" }).status ?? 1;
