/** The program as tests start it: the relay's program is a bundle beside it. */
import { fileURLToPath } from "node:url";
import { runAsProcess } from "../../src/process.ts";

await runAsProcess({
  relay: () => fileURLToPath(new URL("./relay/program.js", import.meta.url)),
  work: new URL("./work-thread.js", import.meta.url),
});
