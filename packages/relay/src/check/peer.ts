/**
 * A connection of the conformance suite to the relay it looks at: every wait has a bound, and what the relay did
 * instead of what was expected ends in a sentence.
 */
import type { SignedEvent } from "@subrosa/core/nostr/event";
import type { Filter } from "@subrosa/core/nostr/filter";
import { type RawData, WebSocket } from "ws";
import { demand, Fault } from "./fault.ts";
import type { Person } from "./person.ts";

export type Received = readonly [verb: string, ...rest: unknown[]];

export interface Answer {
  readonly accepted: boolean;
  readonly reason: string;
}

/** Filters as they are written, right or wrong. */
export type AnyFilter = Readonly<Record<string, unknown>> | Filter;

export class Peer implements AsyncDisposable {
  readonly url: string;
  readonly received: Received[] = [];
  readonly #ws: WebSocket;
  readonly #patience: number;
  #closed = false;
  #wake: (() => void)[] = [];
  #names = 0;

  private constructor(url: string, ws: WebSocket, patience: number) {
    this.url = url;
    this.#ws = ws;
    this.#patience = patience;
    ws.on("message", (data: RawData) => this.#receive(data.toString()));
    ws.on("close", () => {
      this.#closed = true;
      this.#changed();
    });
    ws.on("error", () => ws.terminate());
  }

  /** `patience`: how long to wait for an answer, in milliseconds. */
  static async connect(url: string, patience: number): Promise<Peer> {
    const ws = new WebSocket(url, { handshakeTimeout: patience });
    const peer = new Peer(url, ws, patience);
    await new Promise<void>((resolve, reject) => {
      ws.once("open", resolve);
      ws.once("close", () => reject(new Fault("the relay does not take a connection")));
    });
    return peer;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  #receive(text: string): void {
    const value: unknown = JSON.parse(text);
    if (Array.isArray(value) && typeof value[0] === "string") this.received.push(value as unknown as Received);
    this.#changed();
  }

  #changed(): void {
    const waiting = this.#wake;
    this.#wake = [];
    for (const wake of waiting) wake();
  }

  send(...message: readonly unknown[]): void {
    this.sendText(JSON.stringify(message));
  }

  sendText(text: string | Buffer): void {
    this.#ws.send(text);
  }

  /** The first message from `from` on for which this holds. */
  async wait(what: string, holds: (message: Received) => boolean, from = 0): Promise<Received> {
    const end = performance.now() + this.#patience;
    for (;;) {
      const found = this.received.find((message, i) => i >= from && holds(message));
      if (found !== undefined) return found;
      const left = end - performance.now();
      if (left <= 0) throw new Fault(`no ${what} within ${this.#patience} ms`);
      if (this.#closed) throw new Fault(`the relay closed the connection instead of sending ${what}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#wake.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  async publish(event: object & { readonly id: unknown }, verb = "EVENT"): Promise<Answer> {
    const from = this.received.length;
    this.send(verb, event);
    const ok = await this.wait(`OK for ${verb}`, ([name, id]) => name === "OK" && id === event.id, from);
    demand(typeof ok[2] === "boolean" && typeof ok[3] === "string", "an OK message is [OK, id, boolean, text]");
    return { accepted: ok[2], reason: ok[3] };
  }

  /** Publishes what the relay has to take. */
  async accept(...events: readonly SignedEvent[]): Promise<void> {
    for (const event of events) {
      const { accepted, reason } = await this.publish(event);
      demand(accepted, `the relay refused an event that is right: ${reason}`);
    }
  }

  /** Publishes what the relay must not take. */
  async refuse(event: object & { readonly id: unknown }): Promise<string> {
    const { accepted, reason } = await this.publish(event);
    demand(!accepted, "the relay took an event that is wrong");
    return reason;
  }

  newName(): string {
    return `check-${this.#names++}`;
  }

  /** Ids of stored events, in order. The subscription is closed afterwards. */
  async find(...filters: readonly AnyFilter[]): Promise<string[]> {
    const { name, stored } = await this.subscribe(...filters);
    this.send("CLOSE", name);
    return stored.map(({ id }) => id);
  }

  async subscribe(
    ...filters: readonly AnyFilter[]
  ): Promise<{ readonly name: string; readonly stored: SignedEvent[] }> {
    const name = this.newName();
    const from = this.received.length;
    this.send("REQ", name, ...filters);
    const end = await this.wait("EOSE", ([verb, id]) => (verb === "EOSE" || verb === "CLOSED") && id === name, from);
    demand(end[0] === "EOSE", `the relay closed the subscription: ${String(end[2])}`);
    return { name, stored: this.eventsOf(name) };
  }

  eventsOf(name: string): SignedEvent[] {
    return this.received.flatMap(([verb, id, event]) =>
      verb === "EVENT" && id === name ? [event as SignedEvent] : [],
    );
  }

  /** The reason of the CLOSED that answers this question. */
  async closedBecause(verb: "REQ" | "COUNT", ...rest: readonly unknown[]): Promise<string> {
    const name = this.newName();
    const from = this.received.length;
    this.send(verb, name, ...rest);
    const answered = new Set(["CLOSED", "EOSE", "COUNT"]);
    const end = await this.wait("CLOSED", ([verb, id]) => answered.has(verb) && id === name, from);
    demand(end[0] === "CLOSED", `the relay answered a ${verb} that it should refuse`);
    return String(end[2]);
  }

  async count(...filters: readonly AnyFilter[]): Promise<number> {
    const name = this.newName();
    this.send("COUNT", name, ...filters);
    const answer = await this.wait("COUNT", ([verb, id]) => (verb === "COUNT" || verb === "CLOSED") && id === name);
    demand(answer[0] === "COUNT", `the relay refused to count: ${String(answer[2])}`);
    const { count } = answer[2] as { readonly count?: unknown };
    demand(typeof count === "number" && Number.isInteger(count), "a count is a whole number");
    return count;
  }

  async challenge(): Promise<string> {
    const [, challenge] = await this.wait("AUTH challenge", ([verb]) => verb === "AUTH");
    demand(typeof challenge === "string" && challenge.length > 0, "a challenge is a text");
    return challenge;
  }

  async authenticate(person: Person): Promise<void> {
    const event = person.sign({
      kind: 22_242,
      tags: [
        ["relay", this.url],
        ["challenge", await this.challenge()],
      ],
    });
    const { accepted, reason } = await this.publish(event, "AUTH");
    demand(accepted, `the relay did not take the answer to its challenge: ${reason}`);
  }

  /** Everything sent so far was worked on. */
  async settle(): Promise<void> {
    await this.find({ ids: ["0".repeat(63).concat("1")], limit: 1 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    const gone = new Promise((resolve) => this.#ws.once("close", resolve));
    this.#ws.terminate();
    await gone;
  }
}
