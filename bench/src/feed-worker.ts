/** The thread behind `feed-1000`: every job is an event, every answer whether its proof holds; rings stay open. */
import { randomFillSync } from "node:crypto";
import { parentPort } from "node:worker_threads";
import { verifyFeed } from "@subrosa/core/proof/verify-many";
import { finish } from "@subrosa/core/ring/progress";
import { RingShelf } from "@subrosa/core/ring/ring-shelf";
import { serveNode } from "@subrosa/curve/pool-node";
import type { JobKinds } from "@subrosa/curve/pool-serve";
import { MEMBER_PROOF } from "./feed.ts";

let shelf: RingShelf | undefined;
const kinds: JobKinds = {
  [MEMBER_PROOF]: (curve, events) => {
    shelf ??= new RingShelf(curve);
    return finish(verifyFeed(events, shelf)).map(({ ok }) => ok);
  },
};
if (parentPort !== null) serveNode(parentPort, (length) => randomFillSync(new Uint8Array(length)), kinds);
