/** A thread of the verifier's pool. */
import { randomFillSync } from "node:crypto";
import { parentPort } from "node:worker_threads";
import { serveNode } from "@subrosa/curve/pool-node";
import { PACKED_JOBS } from "./packed.ts";

if (parentPort !== null) serveNode(parentPort, (length) => randomFillSync(new Uint8Array(length)), PACKED_JOBS);
