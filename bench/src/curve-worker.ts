/** A worker of the pool that curve.ts measures. */
import { randomBytes } from "node:crypto";
import { parentPort } from "node:worker_threads";
import { serveNode } from "@subrosa/curve/pool-node";

if (parentPort === null) throw new Error("this file is the entry of a worker thread");
serveNode(parentPort, (length) => new Uint8Array(randomBytes(length)));
