/** Proof of work in threads beside this one, with a word on how far it is; called off by the signal. */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { Rumor, UnsignedEvent } from "@subrosa/core/nostr/event";
import type { Tools } from "./command.ts";
import type { WorkOrder, WorkWord } from "./work-thread.ts";

export interface Worked {
  readonly event: Rumor;
  readonly tried: number;
}

export async function work(
  template: UnsignedEvent,
  target: number,
  { host, screen, signal }: Tools,
  threads = Math.max(1, availableParallelism() - 1),
): Promise<Worked> {
  signal.throwIfAborted();
  const workers: Worker[] = [];
  let [tried, best] = [0, 0];
  let abort = (): void => undefined;
  try {
    return await new Promise<Worked>((resolve, reject) => {
      abort = () => reject(signal.reason);
      signal.addEventListener("abort", abort);
      for (let turn = 0; turn < threads; turn++) {
        const workerData: WorkOrder = { template, target, turn, threads };
        const worker = new Worker(host.programs.work, { workerData });
        workers.push(worker);
        worker.on("error", reject);
        worker.on("message", (word: WorkWord) => {
          if (word.kind === "found") return resolve({ event: word.event.event, tried });
          tried += word.count;
          best = Math.max(best, word.best);
          screen.progress(
            `${tried.toLocaleString("en")} tried of some ${(2 ** target).toLocaleString("en")}; best ${best} of ${target} bits`,
          );
        });
      }
    });
  } finally {
    signal.removeEventListener("abort", abort);
    await Promise.all(workers.map((worker) => worker.terminate()));
    screen.endProgress();
  }
}
