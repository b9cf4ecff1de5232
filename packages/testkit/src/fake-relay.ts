/**
 * A relay in this process, over real sockets, that misbehaves on request: it drops connections, repeats, withholds, cuts
 * pages, asks for keys, says nothing, or sends what the test hands it. It records every frame it got, by connection.
 *
 * For tests of clients. It keeps every event it is given in memory, replaces and forgets nothing, and its own reading
 * is core's strict one: a client whose frames it cannot read is told so in `unreadable`.
 */
import type { AddressInfo } from "node:net";
import type { PubkeyHex } from "@subrosa/core/bytes";
import { nobleCurve } from "@subrosa/core/curve/noble";
import { type ClientMessage, clientMessageDecoder } from "@subrosa/core/nostr/client-message";
import { type SignedEvent, VerifiedEvent } from "@subrosa/core/nostr/event";
import type { Filter } from "@subrosa/core/nostr/filter";
import { matches } from "@subrosa/core/nostr/filter-match";
import { FrameError, type SubscriptionId } from "@subrosa/core/nostr/frame";
import { checkAuth } from "@subrosa/core/nostr/nip42";
import { encodeRelayMessage, type RelayMessage } from "@subrosa/core/nostr/relay-message";
import { type WebSocket, WebSocketServer } from "ws";

/** All may be changed while it runs; absent means that it behaves. */
export interface Misbehaviour {
  /** Events in one answer, whatever was asked for. */
  cut?: number;
  /** Every event is sent so many times. */
  repeat?: number;
  /** The connection is dropped after so many events that it sent. */
  dropAfter?: number;
  /** These are stored and never served. */
  withhold?: (event: SignedEvent) => boolean;
  /** The reason of a refusal, for events that are refused. */
  refuse?: (event: SignedEvent) => string | undefined;
  /** Reading asks for a key first, writing too. */
  requireAuth?: "read" | "both";
  /** These are never answered. */
  mute?: readonly ("OK" | "EOSE")[];
  /** No connection stands longer than its handshake. */
  hangUp?: boolean;
}

export interface FakeConnection {
  readonly number: number;
  /** What the client said, in order. */
  readonly said: readonly ClientMessage[];
  /** The keys that it authenticated as. */
  readonly keys: ReadonlySet<PubkeyHex>;
}

interface Guest {
  readonly number: number;
  readonly said: ClientMessage[];
  readonly keys: Set<PubkeyHex>;
  readonly socket: WebSocket;
  readonly challenge: string;
  readonly open: Map<SubscriptionId, readonly Filter[]>;
  sent: number;
}

const decode = clientMessageDecoder();

export class FakeRelay implements AsyncDisposable {
  readonly events: SignedEvent[] = [];
  readonly unreadable: string[] = [];
  readonly url: string;
  misbehaviour: Misbehaviour = {};
  readonly #server: WebSocketServer;
  readonly #guests: Guest[] = [];
  /** What NIP-42 is checked against. */
  readonly #now: () => number;

  private constructor(server: WebSocketServer, now: () => number) {
    this.#server = server;
    this.#now = now;
    this.url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on("connection", (socket) => this.#welcome(socket));
  }

  static async open(now: () => number = () => Math.floor(Date.now() / 1000)): Promise<FakeRelay> {
    const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
    await new Promise<void>((resolve) => server.once("listening", resolve));
    return new FakeRelay(server, now);
  }

  /** Every connection that there ever was. */
  get connections(): readonly FakeConnection[] {
    return this.#guests;
  }

  /** Stores and serves it, as if somebody had published it. */
  add(event: SignedEvent): void {
    if (this.events.some(({ id }) => id === event.id)) return;
    this.events.push(event);
    for (const guest of this.#guests) {
      for (const [subscription, filters] of guest.open) {
        if (filters.some((filter) => matches(filter, event))) this.#serve(guest, subscription, event);
      }
    }
  }

  dropAll(): void {
    for (const { socket } of this.#guests) socket.terminate();
  }

  /** Sends any text to every client. */
  say(text: string): void {
    for (const { socket } of this.#guests) socket.send(text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.dropAll();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #welcome(socket: WebSocket): void {
    const number = this.#guests.length;
    const challenge = `challenge-${number}`;
    const guest: Guest = { number, said: [], keys: new Set(), socket, challenge, open: new Map(), sent: 0 };
    this.#guests.push(guest);
    if (this.misbehaviour.hangUp === true) {
      socket.terminate();
      return;
    }
    if (this.misbehaviour.requireAuth !== undefined) this.#send(guest, { type: "AUTH", challenge });
    socket.on("message", (data) => this.#heard(guest, String(data)));
    socket.on("close", () => guest.open.clear());
  }

  #heard(guest: Guest, text: string): void {
    let message: ClientMessage;
    try {
      message = decode(text);
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      this.unreadable.push(`${error.message}: ${text.slice(0, 200)}`);
      return;
    }
    guest.said.push(message);
    switch (message.type) {
      case "REQ":
        this.#asked(guest, message.subscription, message.filters);
        return;
      case "CLOSE":
        guest.open.delete(message.subscription);
        return;
      case "EVENT":
        this.#given(guest, message.event);
        return;
      case "AUTH":
        this.#authenticated(guest, message.event);
        return;
      case "COUNT":
      case "NEG-OPEN":
      case "NEG-MSG":
      case "NEG-CLOSE":
        this.#send(guest, { type: "NOTICE", text: "unsupported: not here" });
        return;
      default:
        message satisfies never;
    }
  }

  #asked(guest: Guest, subscription: SubscriptionId, filters: readonly Filter[]): void {
    if (this.misbehaviour.requireAuth !== undefined && guest.keys.size === 0) {
      this.#send(guest, { type: "CLOSED", subscription, reason: "auth-required: show your key" });
      return;
    }
    guest.open.set(subscription, filters);
    const newestFirst = this.events.toSorted((a, b) => b.created_at - a.created_at || (a.id < b.id ? -1 : 1));
    const found = new Set<SignedEvent>();
    for (const filter of filters) {
      const most = Math.min(
        filter.limit ?? Number.POSITIVE_INFINITY,
        this.misbehaviour.cut ?? Number.POSITIVE_INFINITY,
      );
      for (const event of newestFirst.filter((each) => matches(filter, each)).slice(0, most)) found.add(event);
    }
    for (const event of found) this.#serve(guest, subscription, event);
    if (!this.#isMute("EOSE")) this.#send(guest, { type: "EOSE", subscription });
  }

  #serve(guest: Guest, subscription: SubscriptionId, event: SignedEvent): void {
    const { withhold, repeat = 1, dropAfter } = this.misbehaviour;
    if (withhold?.(event) === true) return;
    for (let time = 0; time < repeat; time++) {
      this.#send(guest, { type: "EVENT", subscription, event });
      guest.sent++;
    }
    if (dropAfter !== undefined && guest.sent >= dropAfter) guest.socket.close();
  }

  #given(guest: Guest, event: SignedEvent): void {
    const { id } = event;
    const answer = (accepted: boolean, reason: string): void => {
      if (!this.#isMute("OK")) this.#send(guest, { type: "OK", id, accepted, reason });
    };
    if (this.misbehaviour.requireAuth === "both" && guest.keys.size === 0) {
      answer(false, "auth-required: show your key");
      return;
    }
    const reason = this.misbehaviour.refuse?.(event);
    if (reason !== undefined) {
      answer(false, reason);
      return;
    }
    const isKnown = this.events.some((known) => known.id === id);
    this.add(event);
    answer(true, isKnown ? "duplicate: known" : "");
  }

  #authenticated(guest: Guest, event: SignedEvent): void {
    const verdict = VerifiedEvent.check(event, nobleCurve);
    const expected = { relays: [this.url], challenge: guest.challenge, now: this.#now() };
    const isGood = verdict.ok && checkAuth(verdict.event, expected).ok;
    if (isGood) guest.keys.add(event.pubkey);
    const reason = isGood ? "" : "invalid: not an answer";
    this.#send(guest, { type: "OK", id: event.id, accepted: isGood, reason });
  }

  #isMute(answer: "OK" | "EOSE"): boolean {
    return this.misbehaviour.mute?.includes(answer) === true;
  }

  #send(guest: Guest, message: RelayMessage): void {
    guest.socket.send(encodeRelayMessage(message));
  }
}
