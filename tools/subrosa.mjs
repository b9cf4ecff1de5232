/** npm run subrosa -- [command]: builds what is stale, then runs the command line with these arguments. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "./build.mjs";
import { ensureInstalled, giveUp } from "./install.mjs";
import { ROOT } from "./project.mjs";

ensureInstalled(ROOT);
const problem = await build(ROOT);
if (problem !== undefined) giveUp(`The build failed:\n${problem}`);
await import(pathToFileURL(join(ROOT, "packages/cli/dist/main.js")).href);
