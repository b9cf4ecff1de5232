/**
 * The order in which proofs are judged, one after the other: who wants to come in, then events that wait to be stored,
 * then events that are stored and only want a label. Within the first two everybody in turn (fair-queue.ts).
 *
 * What waits is bounded; what finds no room is not judged, which is what "unverified" means.
 */
import type { SignedEvent } from "@subrosa/core/nostr/event";
import { FairQueue, type Lane } from "./fair-queue.ts";
import type { Judgement } from "./judge.ts";
import type { ProofJudge } from "./proof-judge.ts";

const MAX_WAITING = 10_000;

interface Waiting {
  readonly event: SignedEvent;
  readonly resolve: (judgement: Judgement | undefined) => void;
}

export type Urgency = "admission" | "storing" | "label";

/** Of events that are stored, nobody waits for the answer. */
const NOBODY: Lane = { address: "", connection: {} };

export class Court {
  readonly #judge: ProofJudge;
  readonly #onFailure: (error: unknown) => void;
  readonly #queues: Readonly<Record<Urgency, FairQueue<Waiting>>> = {
    admission: new FairQueue(),
    storing: new FairQueue(),
    label: new FairQueue(),
  };
  #atWork: Waiting | undefined;
  #isWorking = false;
  #closed = false;

  constructor(judge: ProofJudge, onFailure: (error: unknown) => void) {
    this.#judge = judge;
    this.#onFailure = onFailure;
  }

  get waiting(): number {
    const { admission, storing, label } = this.#queues;
    return admission.size + storing.size + label.size;
  }

  /** Undefined where there was no room, or no time before the relay stopped, or the judge failed. */
  judge(event: SignedEvent, urgency: Urgency, lane: Lane = NOBODY): Promise<Judgement | undefined> {
    const queue = this.#queues[urgency];
    if (this.#closed || queue.size >= MAX_WAITING) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      queue.push(lane, { event, resolve });
      if (!this.#isWorking) void this.#work();
    });
  }

  async #work(): Promise<void> {
    this.#isWorking = true;
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      const [urgency, waiting] = next;
      this.#atWork = waiting;
      const judgement = await this.#judgement(waiting.event, urgency);
      waiting.resolve(this.#closed ? undefined : judgement);
    }
    this.#atWork = undefined;
    this.#isWorking = false;
  }

  #next(): readonly [Urgency, Waiting] | undefined {
    for (const urgency of ["admission", "storing", "label"] as const) {
      const waiting = this.#queues[urgency].shift();
      if (waiting !== undefined) return [urgency, waiting];
    }
    return undefined;
  }

  async #judgement(event: SignedEvent, urgency: Urgency): Promise<Judgement | undefined> {
    try {
      return await this.#judge.judge(event, urgency === "admission" ? "admission" : "any");
    } catch (error) {
      if (!this.#closed) this.#onFailure(error);
      return undefined;
    }
  }

  /** Answers everybody that there is no judgement; what is being judged may end unheard. */
  close(): void {
    this.#closed = true;
    for (const queue of Object.values(this.#queues)) for (const { resolve } of queue.drain()) resolve(undefined);
    this.#atWork?.resolve(undefined);
    this.#judge[Symbol.dispose]?.();
  }
}
