/**
 * A relay as a process that believes every signature: `trusting-relay.ts DIR`. What is tested is what it keeps, in DIR or
 * in the database that SUBROSA_DATABASE names.
 */
import { DEFAULT_CONFIG } from "../../src/config.ts";
import { openRelay } from "../../src/relay.ts";
import { openStore } from "../../src/store/open-store.ts";

const [dir = ""] = process.argv.slice(2);
const isShared = process.env["SUBROSA_DATABASE"] !== undefined;
const store = await openStore({ ...DEFAULT_CONFIG, data: dir, store: isShared ? "postgres" : "embedded" }, process.env);
const relay = await openRelay({
  config: { ...DEFAULT_CONFIG, port: 0, data: dir },
  store,
  verifier: { verify: async (items) => items.map(() => true) },
  log: {
    info() {},
    warn() {},
    error: (fields, message) => process.stderr.write(`${message} ${JSON.stringify(fields)}\n`),
  },
});
process.stdout.write(`listens on ${relay.url}\n`);
process.once("SIGTERM", () => void relay.close());
