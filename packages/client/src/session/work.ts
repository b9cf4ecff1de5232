/**
 * Proof of work for a post, in ranges, so that it can be watched, given up, and done beside this thread.
 *
 * Spec: NIP-13; docs/spec/member-proofs.md PROOF-12 (the counter is in the proof), NIP97-5 (the nonce tag). The target
 * is committed to before; mining never touches what was signed by the ring.
 */
import { UsageError } from "@subrosa/core/errors";
import type { Rumor, UnsignedEvent } from "@subrosa/core/nostr/event";
import { type Mined, mine } from "@subrosa/core/nostr/nip13";
import { type MinedProof, mineProof } from "@subrosa/core/proof/pow";
import type { WorkerPool } from "@subrosa/curve/pool";
import type { JobKinds } from "@subrosa/curve/pool-serve";
import { type Clock, pause } from "../ports.ts";

export interface MiningJob {
  /** "nonce": the template without its nonce tag. "proof": a proved event with its target. */
  readonly field: "nonce" | "proof";
  readonly event: UnsignedEvent;
  readonly target: number;
  readonly from: number;
  readonly count: number;
}
export interface MiningResult {
  readonly done: boolean;
  readonly event?: Rumor;
  readonly best: number;
  readonly next: number;
}
export type Miner = (job: MiningJob, signal: AbortSignal) => Promise<MiningResult>;

const MINE = "mine";
/** Hashes: some milliseconds in place, and not too many messages to a worker. */
const RANGE_IN_PLACE = 2_000;
const RANGE_IN_POOL = 50_000;

export function minerInPlace(clock: Clock): Miner {
  return async (job, signal) => {
    await pause(clock, 0, signal);
    signal.throwIfAborted();
    return runMining({ ...job, count: Math.min(job.count, RANGE_IN_PLACE) });
  };
}

/** Its workers serve `miningJobs`. */
export function minerInPool(pool: WorkerPool): Miner {
  return (job, signal) => pool.run<MiningJob, MiningResult>(MINE, job, signal);
}

export const miningJobs: JobKinds = Object.freeze({
  [MINE]: (_curve: unknown, jobs: readonly unknown[]) => (jobs as readonly MiningJob[]).map(runMining),
});

function runMining({ field, event, target, from, count }: MiningJob): MiningResult {
  const mined: Mined | MinedProof =
    field === "nonce" ? mine(event, target, { from, count }) : mineProof(event as Rumor, { from, count });
  const { done, best, next } = mined;
  return { done, best, next, ...("event" in mined ? { event: mined.event } : {}) };
}

export interface WorkOptions {
  readonly miner: Miner;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: { readonly tried: number; readonly best: number }) => void;
}

/** Rejects with the signal's reason where it is aborted: what was mined until then is nothing worth. */
export async function work(
  job: Pick<MiningJob, "field" | "event" | "target">,
  { miner, signal = new AbortController().signal, onProgress }: WorkOptions,
): Promise<Rumor> {
  if (!Number.isInteger(job.target) || job.target < 1 || job.target > 64) {
    throw new UsageError("usage/range", "ask for 1 to 64 bits of work; 20 take seconds, 28 many minutes");
  }
  let [from, best] = [0, 0];
  for (;;) {
    signal.throwIfAborted();
    const mined = await miner({ ...job, from, count: RANGE_IN_POOL }, signal);
    best = Math.max(best, mined.best);
    from = mined.next;
    onProgress?.({ tried: from, best });
    if (mined.done && mined.event !== undefined) return mined.event;
  }
}
