/**
 * Whoever verifies proofs for a session: in place, giving way between groups of keys, or in workers.
 *
 * Spec: docs/spec/member-proofs.md PROOF-8. A worker is sent the event as plain data and begins at its signature again:
 * that it was verified here is no fact there. Give proofs a pool of their own with small batches (`size: 1`), so that a
 * proof nobody looks at any more is taken back before it leaves, and signatures never wait behind one.
 */
import type { Curve } from "@subrosa/core/curve/curve";
import { type Nip97Verdict, verifyRingEventInSteps } from "@subrosa/core/nip97/verify";
import { plain, type SignedEvent, type VerifiedEvent } from "@subrosa/core/nostr/event";
import { type BallotVerdict, readBallotInSteps } from "@subrosa/core/poll/ballot";
import type { Poll } from "@subrosa/core/poll/poll";
import { type MemberVerdict, verifyMemberProofInSteps } from "@subrosa/core/proof/verify";
import { finish } from "@subrosa/core/ring/progress";
import { RingShelf } from "@subrosa/core/ring/ring-shelf";
import type { WorkerPool } from "@subrosa/curve/pool";
import { type JobKinds, SCHNORR_JOBS } from "@subrosa/curve/pool-serve";
import { type Clock, pause } from "../ports.ts";

/** Each rejects with the signal's reason where it is aborted first; a failure of the machine is no verdict. */
export interface Judge {
  member(event: VerifiedEvent, signal: AbortSignal): Promise<MemberVerdict>;
  ringSignature(event: VerifiedEvent, signal: AbortSignal): Promise<Nip97Verdict>;
  ballot(event: VerifiedEvent, poll: Poll, signal: AbortSignal): Promise<BallotVerdict>;
}

/** For a command line, and where workers cannot be. Gives way after every group of keys (`STEP` of core's ring/progress). */
export function judgeInPlace(curve: Curve, clock: Clock): Judge {
  const shelf = new RingShelf(curve);
  const run = async <T>(steps: Generator<unknown, T>, signal: AbortSignal): Promise<T> => {
    for (;;) {
      await pause(clock, 0, signal);
      signal.throwIfAborted();
      const step = steps.next();
      if (step.done) return step.value;
    }
  };
  return {
    member: (event, signal) => run(verifyMemberProofInSteps(event, shelf), signal),
    ringSignature: (event, signal) => run(verifyRingEventInSteps(event, shelf), signal),
    ballot: (event, poll, signal) => run(readBallotInSteps(event, poll, shelf), signal),
  };
}

const MEMBER = "judge-member";
const RING_SIGNATURE = "judge-ring-signature";
const BALLOT = "judge-ballot";

interface BallotJob {
  readonly event: SignedEvent;
  readonly poll: Poll;
}

/** The pool stays the caller's. Its workers serve `judgeJobs()`. */
export function judgeInPool(pool: WorkerPool): Judge {
  return {
    member: (event, signal) => pool.run<SignedEvent, MemberVerdict>(MEMBER, plain(event), signal),
    ringSignature: (event, signal) => pool.run<SignedEvent, Nip97Verdict>(RING_SIGNATURE, plain(event), signal),
    ballot: (event, poll, signal) => pool.run<BallotJob, BallotVerdict>(BALLOT, { event: plain(event), poll }, signal),
  };
}

/** What a worker's entry serves: `serveNode(parentPort, random, judgeJobs())` or `serveWeb(judgeJobs())`; signatures too. */
export function judgeJobs(): JobKinds {
  let shelf: RingShelf | undefined;
  const shelfOn = (curve: Curve): RingShelf => {
    shelf ??= new RingShelf(curve);
    return shelf;
  };
  return {
    ...SCHNORR_JOBS,
    [MEMBER]: (curve, jobs) => jobs.map((event) => finish(verifyMemberProofInSteps(event, shelfOn(curve)))),
    [RING_SIGNATURE]: (curve, jobs) => jobs.map((event) => finish(verifyRingEventInSteps(event, shelfOn(curve)))),
    [BALLOT]: (curve, jobs) =>
      (jobs as readonly BallotJob[]).map(({ event, poll }) => finish(readBallotInSteps(event, poll, shelfOn(curve)))),
  };
}
