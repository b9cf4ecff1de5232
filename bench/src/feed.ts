/** A feed of members' posts, and the pool that verifies it beside the thread that shows it. */
import { getRandomValues } from "node:crypto";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { toHex } from "@subrosa/core/bytes";
import type { Curve } from "@subrosa/core/curve/curve";
import { plain } from "@subrosa/core/nostr/event";
import { signAsGroupMember } from "@subrosa/core/proof/sign";
import { Secret } from "@subrosa/core/secret";
import { WorkerPool } from "@subrosa/curve/pool";
import { nodeWorker } from "@subrosa/curve/pool-node";

export const MEMBER_PROOF = "member-proof";
const NOW = 1_700_000_000;
export const random = (length: number): Uint8Array => getRandomValues(new Uint8Array(length));

export interface Known {
  readonly keys: readonly Uint8Array[];
  readonly secret: Secret;
}

/** A ring of random keys and one member's secret. */
export function draw(size: number, curve: Curve): Known {
  const secrets = Array.from({ length: size }, () => Secret.from(random(32), curve));
  return { keys: secrets.map((secret) => secret.pubkey), secret: secrets[size >> 1]! };
}

/** 1,000 events over 10 rings of 50. A hundred are distinct: without a cache a repetition costs as much as a first. */
export function feed(curve: Curve): readonly unknown[] {
  const distinct = Array.from({ length: 10 }, () => draw(50, curve)).flatMap(({ keys, secret }) =>
    Array.from({ length: 10 }, (_, i) => {
      const template = { kind: 1, created_at: NOW + i, content: `No. ${i}`, tags: [], keys: keys.map(toHex) };
      const draws = { secret, oneTimeSecret: random(32), fresh: random(32), aux: random(32) };
      return plain(signAsGroupMember(template, draws, curve));
    }),
  );
  return Array.from({ length: 10 }, () => distinct).flat();
}

/** A thread for every core; whoever opens it disposes of it. */
export function openFeedPool(): WorkerPool {
  return new WorkerPool({
    workers: availableParallelism(),
    openWorker: () => nodeWorker(new Worker(new URL("./feed-worker.js", import.meta.url))),
    after: (milliseconds, run) => {
      const timer = setTimeout(run, milliseconds);
      return () => clearTimeout(timer);
    },
    size: 16,
  });
}
