/** The thread that judges proofs. It takes what the others leave: proofs may be late, events may not. */
import { randomFillSync } from "node:crypto";
import { readlinkSync } from "node:fs";
import { constants, setPriority } from "node:os";
import { parentPort } from "node:worker_threads";
import { serveNode } from "@subrosa/curve/pool-node";
import { judgeJobs } from "./judge-job.ts";

/** Linux gives threads priorities of their own, by a number that stands at the end of this link. */
function giveWay(): void {
  try {
    const thread = Number(readlinkSync("/proc/thread-self").split("/").at(-1));
    setPriority(thread, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // Another system: then it shares as all threads do.
  }
}

if (parentPort !== null) {
  giveWay();
  serveNode(parentPort, (length) => randomFillSync(new Uint8Array(length)), judgeJobs());
}
