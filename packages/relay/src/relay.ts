/**
 * A running relay: one listening port for WebSocket and HTTP, one store, the verifier, and everything between them.
 *
 * Life of an event: connection → session → ingest → verifier → store (durable) → OK, and to live subscriptions.
 * Whoever opens it closes it: `close` takes no new work, answers what it took, says goodbye, and releases everything.
 */
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import type { Curve } from "@subrosa/core/curve/curve";
import type { SignedEvent } from "@subrosa/core/nostr/event";
import { type WebSocket, WebSocketServer } from "ws";
import type { Admission } from "./admission/admission.ts";
import type { Config } from "./config.ts";
import type { Entry } from "./event/entry.ts";
import { MESSAGE_OVERHEAD, named } from "./http/information.ts";
import type { Figures } from "./http/metrics.ts";
import { answer } from "./http/node-adapter.ts";
import { routes } from "./http/routes.ts";
import { readSite } from "./http/site.ts";
import { Ingest, type SignatureVerifier } from "./ingest.ts";
import { followerOf } from "./live/follower-of.ts";
import { LiveIndex } from "./live/live-index.ts";
import { manage } from "./management/endpoint.ts";
import type { Rulebook } from "./management/rulebook.ts";
import type { BlobStore } from "./media/blob-store.ts";
import type { MediaInputs } from "./media/media-routes.ts";
import { Connection, type ConnectionHost, type LiveSubscription } from "./net/connection.ts";
import { FaultBudget } from "./net/fault-budget.ts";
import { frameLimits } from "./net/frame-limits.ts";
import { configuredPolicy } from "./policy/configured.ts";
import type { Policy } from "./policy/policy.ts";
import { Rates } from "./policy/rates.ts";
import type { PolicyScript } from "./policy/script.ts";
import { Court } from "./proofs/court.ts";
import type { ProofJudge } from "./proofs/proof-judge.ts";
import type { RelayKey } from "./proofs/relay-key.ts";
import { parseSearch } from "./proofs/search.ts";
import { Verdicts } from "./proofs/verdicts.ts";
import { ScanQueue } from "./scan-queue.ts";
import { hostOf } from "./session/authentication.ts";
import { isUnavailable, type Store } from "./store/store.ts";

export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface RelayOptions {
  readonly config: Config;
  readonly store: Store;
  readonly verifier: SignatureVerifier;
  readonly log: Log;
  /** A further one, asked after the configured ones. */
  readonly policy?: Policy;
  /** The operator's own, in a thread of its own. */
  readonly script?: PolicyScript;
  /** PROOF-9: judges proofs and signs what it finds; without it no proof of an event is judged. */
  readonly proofs?: { readonly key: RelayKey; readonly judge: ProofJudge };
  /** PROOF-14: admits members without a name. */
  readonly anonymous?: { readonly admission: Admission; readonly judge: ProofJudge };
  /** NIP-86: without it nobody manages the relay while it runs. */
  readonly management?: { readonly rulebook: Rulebook; readonly curve: Curve };
  /** Blossom: without it there is no media server. */
  readonly media?: { readonly blobs: BlobStore; readonly curve: Curve };
  readonly version?: string;
  /** Seconds since 1970. */
  readonly clock?: () => number;
}

const PURGE_EVERY_MS = 5_000;
const PURGE_SLICE = 500;
const PING_EVERY_S = 60;
const STALLED_S = 20;
const MAX_FORGERIES = 256;
/** RFC 6455: going away. */
const GOING_AWAY = 1001;
const CLOSE_GRACE_MS = 1_000;

export async function openRelay(options: RelayOptions): Promise<Relay> {
  const relay = new Relay(options);
  await relay.listen();
  return relay;
}

export class Relay implements AsyncDisposable {
  readonly #options: RelayOptions;
  readonly #server: Server;
  readonly #sockets: WebSocketServer;
  readonly #connections = new Set<Connection>();
  readonly #perAddress = new Map<string, number>();
  readonly #live = new LiveIndex<LiveSubscription>();
  readonly #scans = new ScanQueue<Connection>();
  readonly #rates = new Rates();
  readonly #hosts = new Set<string>();
  readonly #ingest: Ingest;
  readonly #host: ConnectionHost;
  readonly #started = performance.now();
  readonly #court: Court | undefined;
  readonly #verdicts: Verdicts | undefined;
  #delivered = 0;
  #failure: { readonly at: number } | undefined;
  #timers: NodeJS.Timeout[] = [];
  #purging: Promise<void> = Promise.resolve();
  #closing: Promise<void> | undefined;

  constructor(options: RelayOptions) {
    this.#options = options;
    const { config, store, verifier } = options;
    const clock = options.clock ?? ((): number => Math.floor(Date.now() / 1_000));
    for (const url of config.urls) {
      const host = hostOf(url);
      if (host !== undefined) this.#hosts.add(host);
    }
    const { proofs } = options;
    const { shared } = store;
    const onFailure = (error: unknown): void => this.#failed(error);
    const judge = proofs?.judge ?? options.anonymous?.judge;
    const court = judge && new Court(judge, onFailure);
    this.#court = court;
    if (proofs !== undefined && court !== undefined) {
      this.#verdicts = new Verdicts({
        store,
        clock,
        onFailure,
        court,
        key: proofs.key,
        deliver: (entries) => this.#deliver(entries),
        deliverVerified: ({ event, json }, ring) => {
          if (shared === undefined) this.#deliverVerified(event, json, ring);
        },
      });
    }
    this.#ingest = new Ingest({
      store,
      verifier,
      clock,
      onFailure,
      broadcast: shared && ((entries) => shared.broadcast(entries)),
      policy: configuredPolicy(config, this.#hosts, options.management?.rulebook.policy, options.policy),
      deliver: (entries) => this.#deliver(entries),
      ...(options.script && { script: options.script }),
      ...(config.proofs === "before" && this.#verdicts && { gate: this.#verdicts.gate }),
    });
    const hasLimit = Object.keys(config).some((name) => name.startsWith("eventsPerMinute"));
    const usesRates = hasLimit || options.script !== undefined;
    const admission = options.anonymous?.admission;
    this.#host = {
      store,
      verifier,
      clock,
      onFailure,
      ingest: this.#ingest,
      live: this.#live,
      scans: this.#scans,
      faults: new FaultBudget(config.faultsPerSecond),
      rules: {
        hosts: this.#hosts,
        maxSubscriptions: config.maxSubscriptions,
        authToRead: config.authToRead ?? false,
        ...(config.membersToRead === true && { readers: new Set(config.members) }),
        ...(admission && { admission }),
        searchFault: (search) => {
          if (proofs === undefined) return "this relay has no search";
          const parsed = parseSearch(search);
          return parsed.ok ? undefined : parsed.fault;
        },
      },
      limits: {
        frame: frameLimits(config),
        maxInFlight: config.maxInFlight,
        maxPending: config.maxPendingBytes,
        defaultLimit: config.defaultLimit,
        maxLimit: config.maxLimit,
        maxWork: config.maxWork,
        maxNegotiated: config.maxNegotiated,
        maxForgeries: MAX_FORGERIES,
      },
      recent: (of) => this.#rates.recent(of, clock()),
      accepted: (event, address, images) => {
        if (usesRates) for (const who of [event.pubkey, address, ...images]) this.#rates.record(who, clock());
      },
      ...(admission && court && { anonymous: { admission, court } }),
      onClosed: (connection) => this.#connections.delete(connection),
    };
    this.#sockets = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: config.maxEventBytes + MESSAGE_OVERHEAD,
    });
    const { management } = options;
    const admins = new Set([...(config.admins ?? []), ...(config.pubkey === undefined ? [] : [config.pubkey])]);
    const ports = management && { ...management, store, admins, clock, hosts: this.#hosts };
    const app = routes({
      config: () => named(config, management?.rulebook.rules),
      ...(options.media && { media: this.#mediaInputs(options.media, clock) }),
      ...(ports && { manage: (request) => manage(request, ports) }),
      ...(config.site !== undefined && { site: readSite(config.site) }),
      extra: {
        version: options.version ?? "0",
        isManaged: management !== undefined,
        ...(proofs && { self: proofs.key.pubkey }),
        ...(admission && { anonymous: admission }),
      },
      figures: () => this.figures(),
      illness: () => this.#illness(),
    });
    shared?.follow(
      followerOf({
        deliver: (event, json) => this.#deliverLive(event, json),
        deliverVerified: (event, json, ring) => this.#deliverVerified(event, json, ring),
        rulebook: options.management?.rulebook,
        connections: this.#connections,
        log: options.log,
        onFailure,
      }),
    );
    this.#server = createServer((request, response) => {
      answer(request, response, (standard) => app.fetch(standard)).catch(() => response.destroy());
    });
    this.#server.on("upgrade", (request, socket, head) => this.#upgrade(request, socket, head));
  }

  #mediaInputs(media: NonNullable<RelayOptions["media"]>, clock: () => number): MediaInputs {
    const { mediaMaxBytes, mediaQuotaBytes, members, urls } = this.#options.config;
    return {
      ...media,
      clock,
      maxBytes: mediaMaxBytes,
      quotaBytes: mediaQuotaBytes,
      members: members && new Set(members),
      origin: () => (urls[0] ?? this.url).replace(/^ws/, "http").replace(/\/+$/, ""),
    };
  }

  async listen(): Promise<void> {
    const { host, port } = this.#options.config;
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen({ host, port, backlog: 4_096 }, () => {
        this.#server.off("error", reject);
        resolve();
      });
    });
    // On this machine it is also reached by these names.
    for (const name of ["127.0.0.1", "localhost", "[::1]"]) this.#hosts.add(`${name}:${this.port}`);
    const timer = (ms: number, run: () => void): void => {
      this.#timers.push(setInterval(run, ms).unref());
    };
    timer(PURGE_EVERY_MS, () => this.#purge());
    let seconds = 0;
    timer(1_000, () => {
      seconds++;
      for (const connection of this.#connections) {
        connection.tick(STALLED_S);
        if (seconds % PING_EVERY_S === 0) connection.ping();
      }
    });
    this.#options.log.info({ url: this.url, events: this.#options.store.stats().events }, "listening");
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    const { host } = this.#options.config;
    return `ws://${host.includes(":") ? `[${host}]` : host}:${this.port}`;
  }

  figures(): Figures {
    const { events, bytes } = this.#options.store.stats();
    return {
      connections: this.#connections.size,
      subscriptions: this.#live.size,
      eventsStored: events,
      bytesStored: bytes,
      accepted: this.#ingest.accepted,
      refused: this.#ingest.refused,
      delivered: this.#delivered,
      inFlight: this.#ingest.inFlight,
      queriesWaiting: this.#scans.size,
      residentBytes: process.memoryUsage.rss(),
      uptimeSeconds: Math.floor((performance.now() - this.#started) / 1_000),
    };
  }

  #illness(): string | undefined {
    if (this.#closing !== undefined) return "stopping";
    const illness = this.#options.store.shared?.illness;
    if (illness !== undefined) return illness;
    const isRecent = this.#failure !== undefined && performance.now() - this.#failure.at < 10_000;
    return isRecent ? "an operation failed within the last ten seconds" : undefined;
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const address = this.#addressOf(request);
    const { maxConnections, maxConnectionsPerAddress } = this.#options.config;
    const count = this.#perAddress.get(address) ?? 0;
    socket.on("error", () => socket.destroy());
    const isBlocked = this.#options.management?.rulebook.isBlocked(address) ?? false;
    if (
      isBlocked ||
      this.#closing !== undefined ||
      this.#connections.size >= maxConnections ||
      count >= maxConnectionsPerAddress
    ) {
      socket.end("HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
      return;
    }
    this.#sockets.handleUpgrade(request, socket, head, (ws: WebSocket) => {
      this.#perAddress.set(address, count + 1);
      socket.once("close", () => {
        const left = (this.#perAddress.get(address) ?? 1) - 1;
        if (left === 0) this.#perAddress.delete(address);
        else this.#perAddress.set(address, left);
      });
      this.#connections.add(new Connection(this.#host, ws, socket, address));
    });
  }

  #addressOf(request: IncomingMessage): string {
    const forwarded = this.#options.config.trustForwarded ? request.headers["x-forwarded-for"] : undefined;
    const first = Array.isArray(forwarded) ? forwarded[0] : forwarded;
    return first?.split(",")[0]?.trim() || (request.socket.remoteAddress ?? "unknown");
  }

  /** What this process took. Where several are one relay, what was stored comes to subscribers in the common order. */
  #deliver(entries: readonly Entry[]): void {
    if (this.#options.config.proofs === "after") {
      this.#verdicts?.consider(entries.filter(({ class: kind }) => kind !== "ephemeral"));
    }
    const isShared = this.#options.store.shared !== undefined;
    for (const { event, json, class: kind } of entries) {
      if (!isShared || kind === "ephemeral") this.#deliverLive(event, json);
    }
  }

  #deliverLive(event: SignedEvent, json: Buffer): void {
    if (this.#live.size === 0) return;
    for (const listener of this.#live.match(event)) this.#hand(listener, event, json);
  }

  #deliverVerified(event: SignedEvent, json: Buffer, ring: string): void {
    for (const listener of this.#live.matchVerified(event, ring)) this.#hand(listener, event, json);
  }

  #failed(error: unknown): void {
    if (!isUnavailable(error)) this.#failure = { at: performance.now() };
    this.#options.log.error({ error: error instanceof Error ? error.message : "unknown" }, "an operation failed");
  }

  #hand({ connection, prefix }: LiveSubscription, event: SignedEvent, json: Buffer): void {
    if (connection.deliver(prefix, event, json)) this.#delivered++;
  }

  #purge(): void {
    const { store, log } = this.#options;
    this.#purging = this.#purging.then(async () => {
      try {
        while (this.#closing === undefined && (await store.purge(this.#host.clock(), PURGE_SLICE)).more);
      } catch (error) {
        log.error({ error: error instanceof Error ? error.message : "unknown" }, "the purge failed");
      }
    });
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    // Events that wait for a judgement are answered, not judged.
    this.#court?.close();
    await this.#ingest.settled();
    for (const connection of this.#connections) connection.close(GOING_AWAY, "the relay is stopping");
    const end = performance.now() + CLOSE_GRACE_MS;
    while (this.#connections.size > 0 && performance.now() < end) await new Promise((done) => setTimeout(done, 10));
    for (const connection of this.#connections) connection.terminate();
    this.#server.closeAllConnections();
    await closed;
    await this.#purging;
    await this.#options.store.close();
    this.#options.script?.[Symbol.dispose]();
    this.#options.verifier[Symbol.dispose]?.();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
