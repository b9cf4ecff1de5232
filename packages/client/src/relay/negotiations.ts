/**
 * NIP-77's talks on one connection: each under an id of its own, ended with the connection.
 *
 * A relay that does not know the verb says so in a NOTICE that names nothing, so a notice before the first answer ends
 * the talks that have heard none.
 */
import type { ClientMessage } from "@subrosa/core/nostr/client-message";
import type { Filter } from "@subrosa/core/nostr/filter";
import type { SubscriptionId } from "@subrosa/core/nostr/frame";
import type { RelayMessage } from "@subrosa/core/nostr/relay-message";

export interface NegotiationSink {
  /** Lowercase hex. */
  said(message: string): void;
  /** Once, and not after it was closed from here. */
  ended(why: "lost" | "refused"): void;
}
export interface Negotiation {
  say(message: string): void;
  close(): void;
}

interface Talk {
  readonly sink: NegotiationSink;
  wasAnswered: boolean;
}

export class Negotiations {
  readonly #send: (message: ClientMessage) => void;
  readonly #talks = new Map<SubscriptionId, Talk>();

  constructor(send: (message: ClientMessage) => void) {
    this.#send = send;
  }

  open(subscription: SubscriptionId, filter: Filter, message: string, sink: NegotiationSink): Negotiation {
    this.#talks.set(subscription, { sink, wasAnswered: false });
    this.#send({ type: "NEG-OPEN", subscription, filter, message });
    return {
      say: (next) => {
        if (this.#talks.has(subscription)) this.#send({ type: "NEG-MSG", subscription, message: next });
      },
      close: () => {
        if (this.#talks.delete(subscription)) this.#send({ type: "NEG-CLOSE", subscription });
      },
    };
  }

  heard(message: Extract<RelayMessage, { type: "NEG-MSG" | "NEG-ERR" | "NOTICE" }>): void {
    if (message.type === "NOTICE") {
      for (const [id, { wasAnswered }] of [...this.#talks]) if (!wasAnswered) this.#end(id, "refused");
      return;
    }
    const talk = this.#talks.get(message.subscription);
    if (message.type === "NEG-ERR") this.#end(message.subscription, "refused");
    else if (talk !== undefined) {
      talk.wasAnswered = true;
      talk.sink.said(message.message);
    }
  }

  lost(): void {
    for (const id of [...this.#talks.keys()]) this.#end(id, "lost");
  }

  #end(id: SubscriptionId, why: "lost" | "refused"): void {
    const talk = this.#talks.get(id);
    this.#talks.delete(id);
    talk?.sink.ended(why);
  }
}
