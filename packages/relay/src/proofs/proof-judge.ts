/** Who judges proofs: a port, since it is done in a thread of its own, or in steps where there is none. */
import type { SignedEvent } from "@subrosa/core/nostr/event";
import type { RingShelf } from "@subrosa/core/ring/ring-shelf";
import { type Judgement, judge } from "./judge.ts";

export interface ProofJudge {
  /** One at a time. */
  judge(event: SignedEvent, what: "any" | "admission"): Promise<Judgement>;
  [Symbol.dispose]?(): void;
}

/**
 * In this thread: after each group of keys the event loop goes round, and then it waits as long as it worked, so that
 * proofs take half of the thread at most and delay nobody by more than one group.
 */
export function stepwiseJudge(shelf: RingShelf): ProofJudge {
  return {
    judge: async (event) => {
      const steps = judge(event, shelf);
      for (;;) {
        const start = performance.now();
        const step = steps.next();
        if (step.done) return step.value;
        const worked = performance.now() - start;
        await new Promise((done) => setTimeout(done, worked));
      }
    },
  };
}
