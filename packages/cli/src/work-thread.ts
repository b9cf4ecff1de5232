/** The thread in which proof of work is looked for: told what to mine, it says how far it is, and in the end what it found. */
import { parentPort, workerData } from "node:worker_threads";
import type { UnsignedEvent } from "@subrosa/core/nostr/event";
import { mine } from "@subrosa/core/nostr/nip13";

export interface WorkOrder {
  readonly template: UnsignedEvent;
  readonly target: number;
  /** This thread takes every range whose number leaves `turn` when divided by `threads`. */
  readonly turn: number;
  readonly threads: number;
}
export type WorkWord =
  | { readonly kind: "tried"; readonly count: number; readonly best: number }
  | { readonly kind: "found"; readonly event: ReturnType<typeof mine> & { readonly done: true } };

const RANGE = 20_000;

if (parentPort !== null) {
  const { template, target, turn, threads } = workerData as WorkOrder;
  for (let range = turn; ; range += threads) {
    const mined = mine(template, target, { from: range * RANGE, count: RANGE });
    if (mined.done) {
      parentPort.postMessage({ kind: "found", event: mined } satisfies WorkWord);
      break;
    }
    parentPort.postMessage({ kind: "tried", count: RANGE, best: mined.best } satisfies WorkWord);
  }
}
