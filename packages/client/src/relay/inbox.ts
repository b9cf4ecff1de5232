/**
 * What came from one relay and waits for its signatures to be checked, many at once, in the order in which it came.
 *
 * Nothing is handed on before it is verified, and EOSE never overtakes the events before it. What waits is bounded in
 * number and size: the owner is told when a relay sends faster than we verify, and what waited is dropped.
 */
import type { SchnorrItem } from "@subrosa/core/curve/curve";
import { type EventFault, VerifiedEvent } from "@subrosa/core/nostr/event";
import type { SubscriptionId } from "@subrosa/core/nostr/frame";
import type { RelayMessage } from "@subrosa/core/nostr/relay-message";

/** In the order of the items: a `VerifierPool`, or a curve in place. */
export type Verify = (items: readonly SchnorrItem[], signal: AbortSignal) => Promise<readonly boolean[]>;

/** Messages whose order among each other matters. */
export type Ordered = Extract<RelayMessage, { type: "EVENT" | "EOSE" | "CLOSED" }>;
export type Delivery =
  | { readonly type: "EVENT"; readonly subscription: SubscriptionId; readonly event: VerifiedEvent }
  | { readonly type: "refused"; readonly subscription: SubscriptionId; readonly reason: EventFault }
  | Exclude<Ordered, { type: "EVENT" }>;

export interface InboxOptions {
  readonly verify: Verify;
  readonly deliver: (delivery: Delivery) => void;
  /** A relay that sends too much, or a verifier that failed: what waited is gone. */
  readonly overrun: (cause: unknown) => void;
  readonly maxMessages: number;
  /** UTF-16 units of the frames. */
  readonly maxSize: number;
}

const BATCH = 64;

export class Inbox implements Disposable {
  readonly #options: InboxOptions;
  readonly #abort = new AbortController();
  #waiting: { readonly message: Ordered; readonly size: number }[] = [];
  #size = 0;
  #isPumping = false;

  constructor(options: InboxOptions) {
    this.#options = options;
  }

  push(message: Ordered, size: number): void {
    if (this.#abort.signal.aborted) return;
    const { maxMessages, maxSize } = this.#options;
    if (this.#waiting.length >= maxMessages || this.#size + size > maxSize) {
      this.#fail(new Error("the relay sends faster than this device verifies"));
      return;
    }
    this.#waiting.push({ message, size });
    this.#size += size;
    if (!this.#isPumping) void this.#pump();
  }

  [Symbol.dispose](): void {
    this.#waiting = [];
    this.#size = 0;
    this.#abort.abort();
  }

  #fail(cause: unknown): void {
    this[Symbol.dispose]();
    this.#options.overrun(cause);
  }

  async #pump(): Promise<void> {
    this.#isPumping = true;
    // The frames of one turn of the event loop are verified together.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, BATCH);
      const deliveries = await this.#verified(batch.map(({ message }) => message));
      if (this.#abort.signal.aborted) break;
      this.#size -= batch.reduce((sum, { size }) => sum + size, 0);
      for (const delivery of deliveries) this.#options.deliver(delivery);
    }
    this.#isPumping = false;
  }

  async #verified(messages: readonly Ordered[]): Promise<readonly Delivery[]> {
    const events = messages.flatMap((message) => (message.type === "EVENT" ? [message.event] : []));
    const pending = VerifiedEvent.prepare(events);
    let valid: readonly boolean[];
    try {
      valid = pending.items.length === 0 ? [] : await this.#options.verify(pending.items, this.#abort.signal);
    } catch (cause) {
      // A worker that died is no verdict about anybody's event.
      if (!this.#abort.signal.aborted) this.#fail(cause);
      return [];
    }
    const verdicts = pending.finish(valid)[Symbol.iterator]();
    return messages.map((message): Delivery => {
      if (message.type !== "EVENT") return message;
      const verdict = verdicts.next().value!;
      const { subscription } = message;
      return verdict.ok
        ? { type: "EVENT", subscription, event: verdict.event }
        : { type: "refused", subscription, reason: verdict.reason };
    });
  }
}
