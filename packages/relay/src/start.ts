/** From a configuration to a running relay: store, verifier, log, socket. The caller owns what it gets and closes it. */
import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import type { Curve } from "@subrosa/core/curve/curve";
import { openCurve } from "@subrosa/curve/open-curve";
import pino from "pino";
import { Admission } from "./admission/admission.ts";
import type { Config } from "./config.ts";
import { Rulebook } from "./management/rulebook.ts";
import { BlobStore } from "./media/blob-store.ts";
import { PolicyScript } from "./policy/script.ts";
import { PoolJudge } from "./proofs/pool-judge.ts";
import { RelayKey } from "./proofs/relay-key.ts";
import { type Log, openRelay, type Relay } from "./relay.ts";
import { openStore } from "./store/open-store.ts";
import type { Store } from "./store/store.ts";
import { PoolVerifier } from "./verify/pool-verifier.ts";

export const VERSION = "0.1.0";

/** Structured, to standard error, without content and without addresses. */
export function processLog(level: "info" | "warn" = "info"): Log {
  return pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ fd: 2, sync: false }),
  );
}

/** Where threads begin, beside this file as it was built. */
const VERIFIER = new URL("./verify/worker.js", import.meta.url);
const JUDGE = new URL("./proofs/worker.js", import.meta.url);
const SCRIPT = new URL("./policy/script-worker.js", import.meta.url);

export async function startRelay(config: Config, log: Log): Promise<Relay> {
  const store = await openStore(config, process.env);
  const curve = openCurve();
  // One core is left for everything else.
  const verifier = new PoolVerifier(curve, Math.max(1, availableParallelism() - 1), VERIFIER);
  let judge: PoolJudge | undefined;
  let script: PolicyScript | undefined;
  try {
    const admission = Admission.configured(config, curve);
    if (config.proofs !== "off" || admission !== undefined) judge = new PoolJudge(JUDGE);
    if (config.policy !== undefined) {
      script = await PolicyScript.open({
        path: resolve(config.policy),
        worker: SCRIPT,
        timeoutMs: config.policyTimeoutMs,
        onFault: (fault) => log.error({ fault }, "the operator's policy failed, and the event was refused"),
      });
    }
    const key = config.proofs === "off" ? undefined : await openKey(config, store, curve);
    const proofs = key && judge && { key, judge };
    const anonymous = admission && judge && { admission, judge };
    const media = config.media === "off" ? undefined : { curve, blobs: BlobStore.open(join(config.data, "media")) };
    const management = { curve, rulebook: await Rulebook.open(store) };
    return await openRelay({
      config,
      store,
      log,
      management,
      ...(media && { media }),
      verifier,
      version: VERSION,
      ...(proofs && { proofs }),
      ...(anonymous && { anonymous }),
      ...(script && { script }),
    });
  } catch (error) {
    verifier[Symbol.dispose]();
    judge?.[Symbol.dispose]();
    script?.[Symbol.dispose]();
    await store.close();
    throw error;
  }
}

/** Processes that share a store share its key as well: it stands there, or in a file of one's own. */
async function openKey(config: Config, store: Store, curve: Curve): Promise<RelayKey> {
  const file = join(config.data, "relay.key");
  return store.shared === undefined ? RelayKey.open(file, curve) : RelayKey.share(store, file, curve);
}
