/**
 * A thread of the verifier's pool. Its kernel keeps no tables of keys: a batch gains next to nothing from them (42 µs
 * a signature instead of 45), and strangers who come with more keys than there are tables would have one built for
 * nearly every signature, which takes six times as long as verifying it.
 */
import { randomFillSync } from "node:crypto";
import { parentPort } from "node:worker_threads";
import { openCurve } from "@subrosa/curve/open-curve";
import { serveNode } from "@subrosa/curve/pool-node";
import { PACKED_JOBS } from "./packed.ts";

const random = (length: number): Uint8Array => randomFillSync(new Uint8Array(length));
if (parentPort !== null) serveNode(parentPort, random, PACKED_JOBS, openCurve({ tables: 0 }));
