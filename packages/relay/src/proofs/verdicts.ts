/**
 * PROOF-9: the court's judgement on an event that is stored goes into the index, so that searches find it, to those who
 * listen for it, and, for member proofs, out as a label under the relay's own key. It is asked for after the event was
 * stored (`consider`), or before, and then an event whose proof does not hold is not stored (`gate`).
 */
import type { EventId } from "@subrosa/core/bytes";
import { writeRelayVerdict } from "@subrosa/core/proof/relay-verdict";
import { Entry } from "../event/entry.ts";
import type { ProofGate } from "../ingest.ts";
import type { Store } from "../store/store.ts";
import type { Court } from "./court.ts";
import { hasProof, type Judgement, NO_BADGE } from "./judge.ts";
import type { RelayKey } from "./relay-key.ts";

export interface VerdictInputs {
  readonly store: Store;
  readonly court: Court;
  readonly key: RelayKey;
  readonly clock: () => number;
  /** An event of which a verdict is known now. */
  readonly deliverVerified: (entry: Entry, ring: string) => void;
  /** A label that was stored. */
  readonly deliver: (entries: readonly Entry[]) => void;
  readonly onFailure: (error: unknown) => void;
}

export class Verdicts {
  readonly #inputs: VerdictInputs;

  constructor(inputs: VerdictInputs) {
    this.#inputs = inputs;
  }

  /** Sets to work on what was just stored; answers nobody and holds nobody up. */
  consider(entries: readonly Entry[]): void {
    for (const entry of entries) {
      if (hasProof(entry.event)) this.#judge(entry).catch(this.#inputs.onFailure);
    }
  }

  readonly gate: ProofGate = {
    guards: hasProof,
    judge: async (entry, lane) => {
      const judgement = await this.#inputs.court.judge(entry.event, "storing", lane);
      if (judgement === undefined) return { refusal: "error: the proof could not be judged now; try again later" };
      if (!judgement.ok && judgement.reason !== NO_BADGE) {
        return { refusal: `invalid: the proof does not hold (${judgement.reason})` };
      }
      return { whenStored: (stored) => void this.#settle(stored, judgement).catch(this.#inputs.onFailure) };
    },
  };

  async #judge(entry: Entry): Promise<void> {
    const judgement = await this.#inputs.court.judge(entry.event, "label");
    if (judgement !== undefined) await this.#settle(entry, judgement);
  }

  async #settle(entry: Entry, judgement: Judgement): Promise<void> {
    const { store, deliverVerified } = this.#inputs;
    if (judgement.ok) {
      const isThere = await store.setVerdict(entry.event.id, judgement.ring);
      if (isThere) deliverVerified(entry, judgement.ring);
    }
    if (judgement.kind === "member-proof") await this.#label(entry.event.id, judgement);
  }

  async #label(event: EventId, judgement: Judgement): Promise<void> {
    const { key, store, clock, deliver } = this.#inputs;
    const label = judgement.ok ? "verified" : "invalid";
    const entry = Entry.identify(key.sign(writeRelayVerdict({ event, label }, clock())))?.admit(true);
    if (entry === undefined) return;
    const [outcome] = await store.append([entry], clock());
    if (outcome?.kind === "stored") deliver([entry]);
  }
}
