/**
 * What the broker needs of the world. The worker gives it the browser's; tests give it a world that can be stopped in
 * the middle.
 */
import type { Curve, RandomSource } from "@subrosa/core/curve/curve";
import type { Answered } from "./queue.ts";
import type { ToPrompt } from "./wire.ts";

/** Text by name. `session` lives in memory as long as the browser and is never written to disk; `local` is on disk. */
export interface TextStore {
  read(name: string): Promise<string | undefined>;
  write(name: string, text: string): Promise<void>;
}

/** Unlocked keys, for as long as they are unlocked, so that a worker that slept need not ask again. */
export interface KeyCache {
  put(pubkey: string, bytes: Uint8Array): Promise<void>;
  /** A copy that the caller wipes. */
  take(pubkey: string): Promise<Uint8Array | undefined>;
  remove(pubkey: string): Promise<void>;
}

export interface Ports {
  readonly local: TextStore;
  readonly session: TextStore;
  readonly keys: KeyCache;
  readonly curve: Curve;
  readonly random: RandomSource;
  now(): number;
  showPrompt(id: string): void;
  hidePrompt(id: string): void;
  toPrompt(message: ToPrompt): void;
  /** False where the page is not listening now; the answer is kept until it asks again. */
  deliver(answered: Answered): boolean;
  accountChanged(origin: string): void;
  wakeAt(time: number | undefined): void;
}
