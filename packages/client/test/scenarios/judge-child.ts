/** A thread of the pool in judge.test.ts. */
import { parentPort } from "node:worker_threads";
import { serveNode } from "@subrosa/curve/pool-node";
import { systemRandom } from "../../src/ports.ts";
import { judgeJobs } from "../../src/session/judge.ts";

if (parentPort !== null) serveNode(parentPort, systemRandom, judgeJobs());
