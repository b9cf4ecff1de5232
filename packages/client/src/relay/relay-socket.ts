/**
 * One connection to one relay, as one identity: kept up, answered, and never believed.
 *
 * Spec: NIP-01, NIP-42. Lost, it is opened again after a growing, jittered delay. It authenticates only where the relay
 * asks for it, only with the signer it was given, and without one it never does. Publications wait for a connection
 * and are sent again on the next one until their OK or their deadline; queries end with their connection, and
 * subscription.ts begins them anew. Whatever is ignored is told with a reason; nothing here throws for a relay's bytes.
 */
import type { EventId } from "@subrosa/core/bytes";
import { toHex } from "@subrosa/core/bytes";
import { UsageError } from "@subrosa/core/errors";
import { type ClientMessage, encodeClientMessage } from "@subrosa/core/nostr/client-message";
import type { EventTemplate, VerifiedEvent } from "@subrosa/core/nostr/event";
import type { Filter } from "@subrosa/core/nostr/filter";
import { compileFilters } from "@subrosa/core/nostr/filter-match";
import { FrameError, type SubscriptionId } from "@subrosa/core/nostr/frame";
import { authTemplate } from "@subrosa/core/nostr/nip42";
import { parseReason } from "@subrosa/core/nostr/reason";
import { type RelayMessage, relayMessageDecoder } from "@subrosa/core/nostr/relay-message";
import { type RelayUrl, relayUrl } from "@subrosa/core/nostr/relay-url";
import { type Backoff, backoffDelay } from "../ports.ts";
import type { WebSocketLike } from "./connect.ts";
import { type Delivery, Inbox } from "./inbox.ts";
import { type Negotiation, type NegotiationSink, Negotiations } from "./negotiations.ts";
import type { Connection, Publication, Query } from "./relay-connection.ts";
import {
  DEFAULT_RELAY_LIMITS,
  type IgnoredReason,
  type PublishResult,
  type QuerySink,
  type RelayLimits,
  type RelayOptions,
} from "./relay-options.ts";

const BACKOFF: Backoff = Object.freeze({ first: 1_000, longest: 300_000 });
const decode = relayMessageDecoder();

/** Begins to connect at once. */
export function openRelay(options: RelayOptions): RelaySocket {
  const url = relayUrl(options.url);
  if (url === undefined) throw new UsageError("usage/template", "give the relay's ws:// or wss:// URL");
  return RelaySocket.start(options, url);
}

export class RelaySocket implements Disposable {
  readonly url: RelayUrl;
  readonly #options: RelayOptions;
  readonly #limits: RelayLimits;
  readonly #queries = new Map<SubscriptionId, Query>();
  readonly #publications = new Map<EventId, Publication[]>();
  readonly #answers = new Map<EventId, (accepted: boolean) => void>();
  readonly #connectWatchers = new Set<() => void>();
  readonly #unreachableWatchers = new Set<() => void>();
  readonly #negotiations = new Negotiations((message) => this.#send(message));
  #connection: Connection | undefined;
  #heard: number | undefined;
  #attempt = 0;
  #isUnreachable = false;
  #callOff: () => void = () => undefined;
  #isClosed = false;

  private constructor(options: RelayOptions, url: RelayUrl) {
    this.#options = options;
    this.#limits = { ...DEFAULT_RELAY_LIMITS, ...options.limits };
    this.url = url;
  }

  /** @internal */
  static start(options: RelayOptions, url: RelayUrl): RelaySocket {
    const relay = new RelaySocket(options, url);
    relay.#open();
    return relay;
  }

  get isConnected(): boolean {
    return this.#connection?.isOpen === true;
  }

  /** When the relay last said something, on this connection or an earlier one, in seconds. */
  get heard(): number | undefined {
    return this.#heard;
  }

  /** Called whenever a connection stands, at once where it does. */
  whenConnected(watcher: () => void): () => void {
    this.#connectWatchers.add(watcher);
    if (this.isConnected) watcher();
    return () => void this.#connectWatchers.delete(watcher);
  }

  /** Called whenever a connection did not come about, at once where the last one did not; it is tried again all the same. */
  whenUnreachable(watcher: () => void): () => void {
    this.#unreachableWatchers.add(watcher);
    if (this.#isUnreachable) watcher();
    return () => void this.#unreachableWatchers.delete(watcher);
  }

  /** Resolves with what the relay said, or that it did not. Rejects only where too many events wait already. */
  publish(event: VerifiedEvent): Promise<PublishResult> {
    const { url: relay } = this;
    if (this.#isClosed) return Promise.resolve({ relay, outcome: "closed" });
    if (this.#publications.size >= this.#limits.maxPublications) {
      return Promise.reject(new UsageError("usage/state", "too many events wait for this relay's answer; await some"));
    }
    return new Promise((resolve) => {
      const callOff = this.#options.clock.after(this.#limits.publishTimeout, () => {
        this.#settle(event.id, publication, { relay, outcome: publication.wasSent ? "unanswered" : "unreachable" });
      });
      const publication: Publication = { event, resolve, callOff, wasSent: false, hasAuthenticated: false };
      this.#publications.set(event.id, [...(this.#publications.get(event.id) ?? []), publication]);
      this.#sendPublication(publication);
    });
  }

  /** For this connection only. Answers with how to close it; the sink hears nothing afterwards. */
  query(filters: readonly Filter[], sink: QuerySink): () => void {
    if (!this.isConnected) throw new UsageError("usage/state", "ask when the relay is connected");
    if (this.#queries.size >= this.#limits.maxQueries) {
      // As the relay's own refusal would come: later, and through the sink.
      queueMicrotask(() => sink.ended({ kind: "refused", reason: "error: too many subscriptions are open here" }));
      return () => undefined;
    }
    // Random, so that two sockets cannot be told to be one client by how it counts.
    const id = toHex(this.#options.random(8)) as SubscriptionId;
    this.#queries.set(id, { filters, matches: compileFilters(filters), sink, hasAuthenticated: false });
    this.#send({ type: "REQ", subscription: id, filters });
    return () => {
      if (this.#queries.delete(id)) this.#send({ type: "CLOSE", subscription: id });
    };
  }

  /** NIP-77, for this connection only. */
  negotiate(filter: Filter, message: string, sink: NegotiationSink): Negotiation {
    if (!this.isConnected) throw new UsageError("usage/state", "ask when the relay is connected");
    return this.#negotiations.open(toHex(this.#options.random(8)) as SubscriptionId, filter, message, sink);
  }

  [Symbol.dispose](): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#callOff();
    this.#lose(this.#connection, "lost");
    for (const [id, waiting] of [...this.#publications]) {
      for (const publication of waiting) this.#settle(id, publication, { relay: this.url, outcome: "closed" });
    }
    this.#connectWatchers.clear();
    this.#unreachableWatchers.clear();
  }

  #open(): void {
    if (this.#isClosed) return;
    let socket: WebSocketLike;
    try {
      socket = this.#options.connect(this.url);
    } catch {
      // The host's class throws for an address that it will not connect to, a plain one from a secure page.
      this.#tellUnreachable();
      this.#retry();
      return;
    }
    const inbox = new Inbox({
      verify: this.#options.verify,
      deliver: (delivery) => this.#deliver(delivery),
      overrun: () => this.#drop(connection, "overrun"),
      maxMessages: this.#limits.maxWaiting,
      maxSize: this.#limits.maxWaitingSize,
    });
    const connection: Connection = { socket, inbox, isOpen: false, heard: this.#options.clock.now() };
    this.#connection = connection;
    this.#callOff = this.#options.clock.after(this.#limits.connectTimeout, () => this.#drop(connection));
    socket.addEventListener("open", () => this.#opened(connection));
    socket.addEventListener("message", ({ data }) => this.#received(connection, data));
    socket.addEventListener("error", () => this.#drop(connection));
    socket.addEventListener("close", () => this.#drop(connection));
  }

  #opened(connection: Connection): void {
    if (connection !== this.#connection) return;
    this.#callOff();
    connection.isOpen = true;
    this.#isUnreachable = false;
    connection.heard = this.#options.clock.now();
    this.#listenForSilence(connection, false);
    for (const waiting of [...this.#publications.values()]) for (const each of waiting) this.#sendPublication(each);
    for (const watcher of [...this.#connectWatchers]) watcher();
  }

  /** Gives this connection up and plans the next. */
  #drop(connection: Connection, kind: "lost" | "overrun" = "lost"): void {
    if (connection !== this.#connection) return;
    this.#callOff();
    this.#lose(connection, kind);
    if (this.#isClosed) return;
    if (!connection.isOpen) this.#tellUnreachable();
    this.#retry();
  }

  #tellUnreachable(): void {
    this.#isUnreachable = true;
    for (const watcher of [...this.#unreachableWatchers]) watcher();
  }

  #lose(connection: Connection | undefined, kind: "lost" | "overrun"): void {
    this.#connection = undefined;
    connection?.inbox[Symbol.dispose]();
    connection?.socket.close();
    const queries = [...this.#queries.values()];
    this.#queries.clear();
    for (const answer of [...this.#answers.values()]) answer(false);
    this.#negotiations.lost();
    for (const { sink } of queries) sink.ended({ kind });
  }

  #retry(): void {
    const delay = backoffDelay(this.#options.backoff ?? BACKOFF, this.#attempt++, this.#options.random);
    this.#callOff = this.#options.clock.after(delay, () => this.#open());
  }

  /** A connection that died without a word looks like a quiet relay: ask for nothing, and an answer must come. */
  #listenForSilence(connection: Connection, wasAsked: boolean): void {
    const before = connection.heard;
    this.#callOff = this.#options.clock.after(this.#limits.silence, () => {
      const isSilent = connection.heard + this.#limits.silence / 1_000 <= this.#options.clock.now();
      if (isSilent && wasAsked && connection.heard === before) {
        this.#drop(connection);
        return;
      }
      if (isSilent) {
        const id = toHex(this.#options.random(8)) as SubscriptionId;
        this.#send({ type: "REQ", subscription: id, filters: [{ limit: 0, ids: [] }] });
        this.#send({ type: "CLOSE", subscription: id });
      }
      this.#listenForSilence(connection, isSilent);
    });
  }

  #received(connection: Connection, data: unknown): void {
    if (connection !== this.#connection) return;
    connection.heard = this.#options.clock.now();
    this.#heard = connection.heard;
    if (typeof data !== "string") {
      this.#ignore("frame", "message");
      return;
    }
    let message: RelayMessage;
    try {
      message = decode(data);
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      this.#ignore("frame", error.path);
      return;
    }
    this.#understood(connection, message, data.length);
  }

  #understood(connection: Connection, message: RelayMessage, size: number): void {
    // Only a relay that answers has been reached: one that greets and hangs up is backed off from.
    if (message.type === "EOSE" || message.type === "OK") this.#attempt = 0;
    switch (message.type) {
      case "EVENT":
      case "EOSE":
      case "CLOSED":
        connection.inbox.push(message, size);
        return;
      case "OK":
        this.#answered(message.id, message.accepted, message.reason);
        return;
      case "AUTH":
        connection.challenge = message.challenge;
        connection.authentication = undefined;
        return;
      case "NOTICE":
      case "NEG-MSG":
      case "NEG-ERR":
        this.#negotiations.heard(message);
        return;
      case "COUNT":
        return;
      default:
        message satisfies never;
    }
  }

  #deliver(delivery: Delivery): void {
    const query = this.#queries.get(delivery.subscription);
    // What was on its way when we closed is nobody's fault, and EOSE and CLOSED for it say nothing.
    if (query === undefined) {
      if (delivery.type === "EVENT") this.#ignore("not-asked");
      return;
    }
    switch (delivery.type) {
      case "EVENT":
        if (query.matches(delivery.event)) query.sink.event(delivery.event);
        else this.#ignore("no-match");
        return;
      case "refused":
        this.#ignore(delivery.reason);
        return;
      case "EOSE":
        query.sink.stored();
        return;
      case "CLOSED":
        void this.#refused(delivery.subscription, query, delivery.reason);
        return;
      default:
        delivery satisfies never;
    }
  }

  async #refused(id: SubscriptionId, query: Query, reason: string): Promise<void> {
    const asksForKey = parseReason(reason).prefix === "auth-required" && !query.hasAuthenticated;
    query.hasAuthenticated = true;
    const isTaken = asksForKey && (await this.#authenticated());
    if (this.#queries.get(id) !== query) return;
    if (isTaken) {
      this.#send({ type: "REQ", subscription: id, filters: query.filters });
      return;
    }
    this.#queries.delete(id);
    query.sink.ended({ kind: "refused", reason });
  }

  #answered(id: EventId, accepted: boolean, reason: string): void {
    const answer = this.#answers.get(id);
    if (answer !== undefined) {
      answer(accepted);
      return;
    }
    const waiting = this.#publications.get(id);
    if (waiting === undefined) this.#ignore("unexpected-ok");
    for (const publication of waiting ?? []) void this.#concluded(publication, accepted, reason);
  }

  async #concluded(publication: Publication, accepted: boolean, reason: string): Promise<void> {
    const asksForKey = !accepted && parseReason(reason).prefix === "auth-required" && !publication.hasAuthenticated;
    if (asksForKey) {
      publication.hasAuthenticated = true;
      if (await this.#authenticated()) return this.#sendPublication(publication);
    }
    const outcome = accepted ? "accepted" : "refused";
    this.#settle(publication.event.id, publication, { relay: this.url, outcome, reason });
  }

  #settle(id: EventId, publication: Publication, result: PublishResult): void {
    const waiting = this.#publications.get(id) ?? [];
    if (!waiting.includes(publication)) return;
    const others = waiting.filter((other) => other !== publication);
    if (others.length === 0) this.#publications.delete(id);
    else this.#publications.set(id, others);
    publication.callOff();
    publication.resolve(result);
  }

  /** Answers the relay's challenge once; false where it sent none, where we have no key to show, or it was refused. */
  #authenticated(): Promise<boolean> {
    const connection = this.#connection;
    const { authenticate } = this.#options;
    if (connection?.challenge === undefined || authenticate === undefined) return Promise.resolve(false);
    connection.authentication ??= this.#authenticate(connection, connection.challenge, authenticate);
    return connection.authentication;
  }

  async #authenticate(
    connection: Connection,
    challenge: string,
    authenticate: (template: EventTemplate) => Promise<VerifiedEvent>,
  ): Promise<boolean> {
    const template = authTemplate({ relay: this.url, challenge, now: this.#options.clock.now() });
    // The signer is a person, an extension or a bunker: it may refuse, and then we are not authenticated.
    const event = await authenticate(template).catch(() => undefined);
    if (event === undefined || connection !== this.#connection) return false;
    return new Promise((resolve) => {
      const finish = (accepted: boolean): void => {
        callOff();
        this.#answers.delete(event.id);
        resolve(accepted);
      };
      const callOff = this.#options.clock.after(this.#limits.publishTimeout, () => finish(false));
      this.#answers.set(event.id, finish);
      this.#send({ type: "AUTH", event });
    });
  }

  #sendPublication(publication: Publication): void {
    if (!this.isConnected) return;
    publication.wasSent = true;
    this.#send({ type: "EVENT", event: publication.event });
  }

  #send(message: ClientMessage): void {
    if (this.#connection?.isOpen === true) this.#connection.socket.send(encodeClientMessage(message));
  }

  #ignore(reason: IgnoredReason, path?: string): void {
    this.#options.onIgnored?.({ relay: this.url, reason, ...(path === undefined ? {} : { path }) });
  }
}
