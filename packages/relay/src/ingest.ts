/**
 * The way of an event into the relay, in this order: what policy says without cryptography, the id, whether it is
 * there already, the signature (elsewhere, in batches), the store, the subscribers, OK.
 *
 * Spec: NIP-01. Size and shape were checked when the message was read. Batches are made from all connections in turns,
 * leave while the verifier has fewer than two, so that they grow with the load, and go on in the order in which they
 * were made: one connection's events never overtake each other, and one that brings many waits for itself.
 * Only an event whose proof is judged before it is stored goes a way of its own, so that nobody waits for it.
 * A private event that is there already is answered exactly as a new one, after the same work.
 */
import type { SchnorrItem } from "@subrosa/core/curve/curve";
import type { SignedEvent } from "@subrosa/core/nostr/event";
import { Entry, type Identified } from "./event/entry.ts";
import { isPrivateKind } from "./event/kind.ts";
import type { Policy, PolicyContext } from "./policy/policy.ts";
import type { ScriptContext } from "./policy/script.ts";
import { FairQueue, type Lane } from "./proofs/fair-queue.ts";
import { isUnavailable, type Outcome, type Store } from "./store/store.ts";

export interface SignatureVerifier {
  /** One answer for each item, in order. */
  verify(items: readonly SchnorrItem[]): Promise<readonly boolean[]>;
  [Symbol.dispose]?(): void;
}

export type Answer = (accepted: boolean, reason: string) => void;

export interface Sender {
  readonly context: PolicyContext;
  readonly lane: Lane;
  /** Called once for every event. */
  readonly answer: Answer;
  /** A signature did not hold. */
  readonly onForgery?: () => void;
}

/** PROOF-9, where an event with a proof is stored only when it holds. */
export interface ProofGate {
  guards(event: SignedEvent): boolean;
  /** The reason to refuse, or what to do once the event is stored. */
  judge(
    entry: Entry,
    lane: Lane,
  ): Promise<{ readonly refusal: string } | { readonly whenStored: (entry: Entry) => void }>;
}

/** The operator's own policy, asked when the signature holds (policy/script.ts). */
export interface LatePolicy {
  /** For each event the reason to refuse it, or undefined. */
  decide(
    questions: readonly { readonly event: SignedEvent; readonly context: ScriptContext }[],
  ): Promise<readonly (string | undefined)[]>;
}

export interface IngestOptions {
  readonly store: Store;
  readonly verifier: SignatureVerifier;
  readonly policy: Policy;
  readonly clock: () => number;
  /** New events, in the order of the store; ephemeral ones as they come. */
  readonly deliver: (entries: readonly Entry[]) => void;
  /** Where several processes are one relay: hands ephemeral events to the others. */
  readonly broadcast?: ((entries: readonly Entry[]) => Promise<void>) | undefined;
  /** An event could not be stored for a reason that is not its own. */
  readonly onFailure: (error: unknown) => void;
  readonly script?: LatePolicy;
  readonly gate?: ProofGate;
  readonly maxBatch?: number;
}

interface Submitted {
  readonly identified: Identified;
  readonly sender: Sender;
}

interface Admitted {
  readonly entry: Entry;
  readonly sender: Sender;
}

/** Twice what the kernel verifies as one. */
const DEFAULT_BATCH = 128;
/** One in work, one at hand. */
const MAX_VERIFYING = 2;

export class Ingest {
  readonly #options: IngestOptions;
  readonly #maxBatch: number;
  readonly #waiting = new FairQueue<Submitted>();
  #verifying = 0;
  #scheduled = false;
  #order: Promise<void> = Promise.resolve();
  #inFlight = 0;
  accepted = 0;
  refused = 0;

  constructor(options: IngestOptions) {
    this.#options = options;
    this.#maxBatch = options.maxBatch ?? DEFAULT_BATCH;
  }

  /** Events that are neither answered nor forgotten. */
  get inFlight(): number {
    return this.#inFlight + this.#waiting.size;
  }

  submit(event: SignedEvent, sender: Sender): void {
    const { policy, store } = this.#options;
    const refusal = policy(event, sender.context);
    if (refusal !== undefined) {
      this.#answer(sender, false, refusal);
      return;
    }
    const identified = Entry.identify(event);
    if (identified === undefined) {
      this.#answer(sender, false, "invalid: the id is not the hash of the event");
      return;
    }
    // Only for kinds that anybody may ask for: before the signature is checked, a forger could ask what is there. And
    // only where asking costs less than checking: a store elsewhere is asked once, when it is given the event.
    if (store.shared === undefined && !isPrivateKind(event.kind) && store.has(event.id) === true) {
      this.#answer(sender, true, DUPLICATE);
      return;
    }
    this.#waiting.push(sender.lane, { identified, sender });
    this.#schedule();
  }

  /** What comes in one turn of the event loop goes together. */
  #schedule(): void {
    if (this.#scheduled || this.#verifying >= MAX_VERIFYING) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      while (this.#waiting.size > 0 && this.#verifying < MAX_VERIFYING) this.#dispatch();
    });
  }

  /** Resolves when everything submitted so far is answered. */
  async settled(): Promise<void> {
    while (this.inFlight > 0) await new Promise(setImmediate);
  }

  #dispatch(): void {
    const batch: Submitted[] = [];
    while (batch.length < this.#maxBatch) {
      const next = this.#waiting.shift();
      if (next === undefined) break;
      batch.push(next);
    }
    this.#inFlight += batch.length;
    this.#verifying++;
    const verdicts = this.#options.verifier.verify(batch.map(({ identified }) => identified.signature));
    const verified = (): void => {
      this.#verifying--;
      if (this.#waiting.size > 0) this.#schedule();
    };
    verdicts.then(verified, verified);
    this.#order = this.#order.then(async () => {
      try {
        const entries = this.#verified(batch, await verdicts);
        this.#accept(this.#options.script === undefined ? entries : await this.#ask(entries, this.#options.script));
      } catch (error) {
        this.#fail(batch, error);
      }
    });
  }

  #verified(batch: readonly Submitted[], verdicts: readonly boolean[]): readonly Admitted[] {
    return batch.flatMap(({ identified, sender }, i) => {
      const entry = identified.admit(verdicts[i] === true);
      if (entry !== undefined) return { entry, sender };
      this.#inFlight--;
      sender.onForgery?.();
      this.#answer(sender, false, "invalid: the signature does not verify");
      return [];
    });
  }

  async #ask(admitted: readonly Admitted[], script: LatePolicy): Promise<readonly Admitted[]> {
    if (admitted.length === 0) return admitted;
    const questions = admitted.map(({ entry: { event }, sender: { context } }) => {
      const { now, keys, images, address, recent } = context;
      const rates = { recentFromKey: recent(event.pubkey), recentFromAddress: recent(address) };
      return { event, context: { now, keys: [...keys], isAnonymousMember: images.length > 0, address, ...rates } };
    });
    const refusals = await script.decide(questions);
    return admitted.filter(({ sender }, i) => {
      const refusal = refusals[i];
      if (refusal === undefined) return true;
      this.#inFlight--;
      this.#answer(sender, false, refusal);
      return false;
    });
  }

  #accept(admitted: readonly Admitted[]): void {
    const { gate } = this.#options;
    if (gate === undefined) {
      this.#keep(admitted);
      return;
    }
    const free = admitted.filter(({ entry }) => !gate.guards(entry.event));
    for (const { entry, sender } of admitted) if (gate.guards(entry.event)) void this.#judge(entry, sender, gate);
    this.#keep(free);
  }

  async #judge(entry: Entry, sender: Sender, gate: ProofGate): Promise<void> {
    const ruling = await gate.judge(entry, sender.lane);
    if ("refusal" in ruling) {
      this.#inFlight--;
      this.#answer(sender, false, ruling.refusal);
    } else {
      this.#keep([{ entry, sender }], ruling.whenStored);
    }
  }

  #keep(admitted: readonly Admitted[], whenStored?: (entry: Entry) => void): void {
    const ephemeral = admitted.filter(({ entry }) => entry.class === "ephemeral");
    if (ephemeral.length > 0) this.#passOn(ephemeral);
    const lasting = ephemeral.length === 0 ? admitted : admitted.filter(({ entry }) => entry.class !== "ephemeral");
    if (lasting.length === 0) return;
    const entries = lasting.map(({ entry }) => entry);
    this.#options.store.append(entries, this.#options.clock()).then(
      (outcomes) => {
        const fresh = this.#stored(lasting, outcomes);
        if (whenStored !== undefined) for (const entry of fresh) whenStored(entry);
      },
      (error: unknown) => {
        this.#inFlight -= entries.length;
        this.#options.onFailure(error);
        for (const { sender } of lasting) this.#answer(sender, false, notDone(error));
      },
    );
  }

  /** Nothing of an ephemeral event is kept: it has reached every process, or its sender is told that it has not. */
  #passOn(ephemeral: readonly Admitted[]): void {
    const { broadcast, deliver, onFailure } = this.#options;
    const entries = ephemeral.map(({ entry }) => entry);
    const settle = (accepted: boolean, reason: string): void => {
      this.#inFlight -= entries.length;
      for (const { sender } of ephemeral) this.#answer(sender, accepted, reason);
      if (accepted) deliver(entries);
    };
    if (broadcast === undefined) {
      settle(true, "");
      return;
    }
    broadcast(entries).then(
      () => settle(true, ""),
      (error: unknown) => {
        onFailure(error);
        settle(false, notDone(error));
      },
    );
  }

  #stored(admitted: readonly Admitted[], outcomes: readonly Outcome[]): readonly Entry[] {
    this.#inFlight -= admitted.length;
    const fresh: Entry[] = [];
    outcomes.forEach((outcome, i) => {
      const { entry, sender } = admitted[i]!;
      if (outcome.kind === "stored") fresh.push(entry);
      const [accepted, reason] = answerTo(outcome, entry);
      this.#answer(sender, accepted, reason);
    });
    if (fresh.length > 0) this.#options.deliver(fresh);
    return fresh;
  }

  #fail(batch: readonly Submitted[], error: unknown): void {
    this.#inFlight -= batch.length;
    this.#options.onFailure(error);
    for (const { sender } of batch) this.#answer(sender, false, "error: the signature could not be checked; try again");
  }

  #answer(sender: Sender, accepted: boolean, reason: string): void {
    if (accepted) this.accepted++;
    else this.refused++;
    sender.answer(accepted, reason);
  }
}

const DUPLICATE = "duplicate: this event is stored already";
const UNREACHABLE = "error: the database of this relay cannot be reached; try again later";
const NOT_STORED = "error: the event could not be stored; try again later";

function notDone(error: unknown): string {
  return isUnavailable(error) ? UNREACHABLE : NOT_STORED;
}

function answerTo(outcome: Outcome, { event }: Entry): readonly [accepted: boolean, reason: string] {
  switch (outcome.kind) {
    case "stored":
      return [true, ""];
    case "duplicate":
      return [true, isPrivateKind(event.kind) ? "" : DUPLICATE];
    case "superseded":
      return [false, "duplicate: a newer version of this event is stored"];
    case "deleted":
      return [false, "blocked: its author deleted this event"];
    case "vanished":
      return [false, "blocked: its author asked to be forgotten"];
    case "banned":
      return [false, "blocked: this event is not kept here"];
    case "expired":
      return [false, "invalid: the event has expired"];
    default:
      return outcome satisfies never;
  }
}
