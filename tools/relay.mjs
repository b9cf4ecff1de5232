/** npm run relay -- [flags]: builds what is stale, then runs the relay alone with these flags. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "./build.mjs";
import { ensureInstalled, giveUp } from "./install.mjs";
import { ROOT } from "./project.mjs";

ensureInstalled(ROOT);
const problem = await build(ROOT);
if (problem !== undefined) giveUp(`The build failed:\n${problem}`);
await import(pathToFileURL(join(ROOT, "packages/relay/dist/cli.js")).href);
