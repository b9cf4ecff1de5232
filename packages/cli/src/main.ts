#!/usr/bin/env node
/** subrosa: the program of this package. */
import { fileURLToPath } from "node:url";
import { runAsProcess } from "./process.ts";

await runAsProcess({
  relay: () => fileURLToPath(import.meta.resolve("@subrosa/relay/cli")),
  work: new URL("./work-thread.js", import.meta.url),
});
