/**
 * One client: its socket, its session, and what works for it. The shell around session.ts; all decisions are there.
 *
 * Bounded in every direction: what is read by its intake, faults by a budget, queries by the scan queue, what it is
 * sent by what it reads: one that leaves more than `maxPending` lying is cut off.
 */
import { randomBytes } from "node:crypto";
import type { Duplex } from "node:stream";
import { type ClientMessage, clientMessageDecoder } from "@subrosa/core/nostr/client-message";
import type { SignedEvent } from "@subrosa/core/nostr/event";
import type { Filter } from "@subrosa/core/nostr/filter";
import { FrameError, type FrameLimits, type SubscriptionId } from "@subrosa/core/nostr/frame";
import { encodeRelayMessage } from "@subrosa/core/nostr/relay-message";
import type { WebSocket } from "ws";
import { maySee, type Viewer } from "../event/viewer.ts";
import type { Ingest, Sender } from "../ingest.ts";
import type { Listener, LiveIndex } from "../live/live-index.ts";
import type { Lane } from "../proofs/fair-queue.ts";
import type { ScanJob, ScanQueue } from "../scan-queue.ts";
import { imagesNow } from "../session/admissions.ts";
import {
  askedAgain,
  openSession,
  type Session,
  type SessionEffect,
  type SessionInput,
  type SessionRules,
  step,
} from "../session/session.ts";
import type { StoredRecord } from "../store/record.ts";
import { isUnavailable, type Store } from "../store/store.ts";
import { type AnswerPorts, type CheckedAnswer, checkAnonymous, checkAnswer } from "./answers.ts";
import { type FaultBudget, FORGERY, MALFORMED } from "./fault-budget.ts";
import { Intake } from "./intake.ts";
import { Negotiation } from "./negotiation.ts";
import { Outbox } from "./outbox.ts";

export interface ConnectionLimits {
  readonly frame: FrameLimits;
  /** Events of one connection that wait for their answer before it is read on. */
  readonly maxInFlight: number;
  /** Bytes left unread before the connection is closed. */
  readonly maxPending: number;
  readonly defaultLimit: number;
  readonly maxLimit: number;
  /** Candidates that one query may look at. */
  readonly maxWork: number;
  /** Events in one negotiation. */
  readonly maxNegotiated: number;
  /** Signatures that do not hold, in one connection's life, before it is closed. */
  readonly maxForgeries: number;
}

/** What all connections share. */
export interface ConnectionHost extends AnswerPorts {
  readonly store: Store;
  readonly ingest: Ingest;
  readonly live: LiveIndex<LiveSubscription>;
  readonly scans: ScanQueue<Connection>;
  readonly faults: FaultBudget;
  readonly rules: SessionRules;
  readonly limits: ConnectionLimits;
  readonly clock: () => number;
  readonly recent: (of: string) => number;
  readonly accepted: (event: SignedEvent, address: string, images: readonly string[]) => void;
  readonly onClosed: (connection: Connection) => void;
}

export interface LiveSubscription extends Listener {
  readonly connection: Connection;
  /** `["EVENT","name",` */
  readonly prefix: Buffer;
}

/** A stranger's first events: enough to fill a batch, and few enough that forgeries cost others little. */
const FIRST_WINDOW = 64;
const FORGER_WINDOW = 4;

/** Above this a query waits for its reader. */
const HIGH_WATER = 1 << 18;

export class Connection {
  readonly #host: ConnectionHost;
  readonly #ws: WebSocket;
  readonly #outbox: Outbox;
  readonly #lane: Lane;
  readonly #decode: (text: string) => ClientMessage;
  #session: Session;
  /** What works for the session, by generation. */
  readonly #work = new Map<
    number,
    { readonly job: ScanJob; readonly listener?: LiveSubscription; readonly negotiation?: Negotiation }
  >();
  readonly #intake: Intake;
  #forgeries = 0;
  /** Seconds since the reader last took something while something was waiting. */
  #stalledFor = 0;
  #pendingBefore = 0;

  constructor(host: ConnectionHost, ws: WebSocket, socket: Duplex, address: string) {
    this.#host = host;
    this.#ws = ws;
    this.#lane = { address, connection: this };
    this.#outbox = new Outbox(socket);
    const ports = {
      ws,
      take: (data: Buffer, isBinary: boolean): void => this.#take(data, isBinary),
      isBehind: () => this.#outbox.pending > HIGH_WATER,
    };
    const isSuspect = host.faults.isSpent(address, performance.now());
    this.#intake = new Intake(ports, isSuspect ? FORGER_WINDOW : FIRST_WINDOW, host.limits.maxInFlight);
    this.#decode = clientMessageDecoder(host.limits.frame);
    ws.on("message", (data: Buffer, isBinary) => this.#intake.receive(data, isBinary));
    ws.on("error", () => ws.terminate());
    ws.on("close", () => this.#closed());
    socket.on("drain", () => this.#drained());
    const { session, effects } = openSession(randomBytes(16).toString("hex"));
    this.#session = session;
    this.#perform(effects);
  }

  get keys(): Viewer {
    return this.#session.kind === "open" ? this.#session.keys : new Set();
  }

  #images(now: number): readonly string[] {
    return this.#session.kind === "open" ? imagesNow(this.#session, now) : [];
  }

  get subscriptions(): number {
    return this.#session.kind === "open" ? this.#session.subscriptions.size : 0;
  }

  #take(data: Buffer, isBinary: boolean): void {
    let input: SessionInput;
    try {
      if (isBinary) input = { type: "malformed", subject: { about: "nothing" }, why: "messages are text, not binary" };
      else input = this.#decode(data.toString());
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      input = { type: "malformed", subject: error.subject, why: error.message };
    }
    this.#apply(input);
    if (input.type === "malformed") this.#fault(MALFORMED);
  }

  #fault(cost: number): void {
    this.#intake.wait(this.#host.faults.charge(this.#lane.address, cost, performance.now()));
  }

  #apply(input: SessionInput): void {
    const { session, effects } = step(this.#session, input, this.#host.rules, this.#host.clock());
    this.#session = session;
    this.#perform(effects);
  }

  #perform(effects: readonly SessionEffect[]): void {
    for (const effect of effects) {
      switch (effect.do) {
        case "reply":
          this.#outbox.text(encodeRelayMessage(effect.message));
          break;
        case "ingest":
          this.#ingest(effect.event);
          break;
        case "authenticate":
          this.#answered(checkAnswer(effect.event, this.#host));
          break;
        case "admit":
          this.#answered(checkAnonymous(effect.event, this.#host, this.#lane));
          break;
        case "subscribe":
          this.#subscribe(effect.subscription, effect.generation, effect.filters);
          break;
        case "count":
          this.#count(effect.subscription, effect.generation, effect.filters);
          break;
        case "negotiate":
          this.#negotiate(effect.subscription, effect.generation, effect.filter, effect.message);
          break;
        case "continue":
          this.#negotiated(effect.subscription, effect.generation, effect.message);
          break;
        case "stop":
          this.#stop(effect.generation);
          break;
        default:
          effect satisfies never;
      }
    }
  }

  #ingest(event: SignedEvent): void {
    this.#intake.begin();
    const { recent, clock, ingest, accepted } = this.#host;
    const now = clock();
    const images = this.#images(now);
    const { address } = this.#lane;
    const sender: Sender = {
      context: { now, keys: this.keys, images, address, recent },
      lane: this.#lane,
      answer: (isAccepted, reason) => {
        if (!isAccepted && this.#session.kind === "open") this.#perform(askedAgain(this.#session, reason));
        this.#outbox.text(`["OK","${event.id}",${isAccepted},${JSON.stringify(reason)}]`);
        if (isAccepted) accepted(event, address, images);
        this.#intake.finish();
      },
      onForgery: () => this.#forged(),
    };
    ingest.submit(event, sender);
  }

  #forged(weight = 1): void {
    const before = this.#forgeries;
    this.#forgeries += weight;
    if (weight === 0) return;
    this.#intake.narrow(FORGER_WINDOW);
    this.#fault(weight * FORGERY);
    const { maxForgeries } = this.#host.limits;
    if (before < maxForgeries && this.#forgeries >= maxForgeries) this.close(POLICY, "too many bad signatures");
  }

  #answered(checking: Promise<CheckedAnswer>): void {
    this.#intake.begin();
    checking
      .then(({ input, forgeries }) => {
        this.#apply(input);
        this.#forged(forgeries);
      })
      .catch(this.#host.onFailure)
      .finally(() => this.#intake.finish());
  }

  #subscribe(subscription: SubscriptionId, generation: number, filters: readonly Filter[]): void {
    const prefix = Buffer.from(`["EVENT",${JSON.stringify(subscription)},`);
    const listener: LiveSubscription = { filters, connection: this, prefix };
    this.#host.live.add(listener);
    // From here on the listener gets what is new.
    const before = this.#host.store.tail;
    const { maxLimit } = this.#host.limits;
    const limited = filters.map((filter) => ({ ...filter, limit: Math.min(filter.limit ?? maxLimit, maxLimit) }));
    const sink = (record: StoredRecord): boolean => {
      this.#outbox.event(prefix, record.json);
      return this.#outbox.pending < HIGH_WATER;
    };
    const withDefault = filters.map((filter, i) => (filter.limit === undefined ? filter : limited[i]!));
    this.#work.set(generation, {
      listener,
      job: this.#scan(withDefault, before, sink, (fault) => {
        this.#apply({ type: "scanned", subscription, generation, ...(fault !== undefined && { fault }) });
      }),
    });
  }

  #count(subscription: SubscriptionId, generation: number, filters: readonly Filter[]): void {
    let count = 0;
    const sink = (): boolean => {
      count++;
      return true;
    };
    const all = filters.map((filter) => (filter.limit === 0 ? filter : { ...filter, limit: Number.MAX_SAFE_INTEGER }));
    this.#work.set(generation, {
      job: this.#scan(all, undefined, sink, (fault) => {
        const result = fault === undefined ? { count } : { fault };
        this.#apply({ type: "counted", subscription, generation, result });
        this.#work.delete(generation);
      }),
    });
  }

  /** NIP-77: the set is what this viewer may see of the filter, as it stands now. */
  #negotiate(subscription: SubscriptionId, generation: number, filter: Filter, message: string): void {
    const { maxNegotiated } = this.#host.limits;
    const negotiation = new Negotiation(maxNegotiated);
    // One more than is allowed is enough to know.
    const all = { ...filter, limit: Math.min(filter.limit ?? maxNegotiated + 1, maxNegotiated + 1) };
    const job = this.#scan(
      [all],
      undefined,
      (record) => {
        negotiation.add(record);
        return true;
      },
      (fault) => {
        const why = negotiation.isFull ? `blocked: more than ${maxNegotiated} events; ask for less` : fault;
        negotiation.seal();
        if (why === undefined) this.#negotiated(subscription, generation, message);
        else this.#apply({ type: "negotiated", subscription, generation, result: { fault: why } });
      },
    );
    this.#work.set(generation, { job, negotiation });
  }

  #negotiated(subscription: SubscriptionId, generation: number, message: string): void {
    const negotiation = this.#work.get(generation)?.negotiation;
    if (negotiation === undefined) return;
    const result = negotiation.answer(message);
    if (result !== undefined) this.#apply({ type: "negotiated", subscription, generation, result });
  }

  #scan(
    filters: readonly Filter[],
    before: number | undefined,
    sink: (record: StoredRecord) => boolean,
    end: (fault?: string) => void,
  ): ScanJob {
    const { store, limits, clock, scans, onFailure } = this.#host;
    const { defaultLimit, maxWork } = limits;
    const bound = before === undefined ? {} : { before };
    const scan = store.scan({ filters, viewer: this.keys, now: clock(), ...bound, defaultLimit, maxWork });
    const job: ScanJob = {
      scan,
      sink,
      end: (result) => {
        if (result === "done") end();
        else if (result === "too-much") end("error: too many events to look at; ask for less");
        else {
          onFailure(result.error);
          end(failedQuery(result.error));
        }
      },
    };
    scans.add(this, job);
    return job;
  }

  #stop(generation: number): void {
    const work = this.#work.get(generation);
    if (work === undefined) return;
    this.#work.delete(generation);
    if (work.listener !== undefined) this.#host.live.remove(work.listener);
    this.#host.scans.cancel(this, work.job);
  }

  /** A new event that one of the subscriptions asked for. */
  deliver(prefix: Buffer, event: SignedEvent, json: Buffer): boolean {
    if (!maySee(this.keys, event)) return false;
    this.#outbox.event(prefix, json);
    if (this.#outbox.pending > this.#host.limits.maxPending) this.#ws.terminate();
    return true;
  }

  #drained(): void {
    this.#outbox.refill();
    this.#host.scans.resume(this);
    this.#intake.resumeIfCalm();
  }

  /** Called every second: cuts off readers that take nothing for `seconds`. */
  tick(seconds: number): void {
    const pending = this.#outbox.pending;
    this.#stalledFor = pending > 0 && pending >= this.#pendingBefore ? this.#stalledFor + 1 : 0;
    this.#pendingBefore = pending;
    if (this.#stalledFor > seconds) this.#ws.terminate();
  }

  ping(): void {
    this.#ws.ping();
  }

  /** Something that everybody should know who waits for events here. */
  notice(text: string): void {
    if (this.subscriptions > 0) this.#outbox.text(encodeRelayMessage({ type: "NOTICE", text }));
  }

  close(code: number, reason: string): void {
    this.#outbox.refill(true);
    this.#intake.end();
    this.#ws.close(code, reason);
  }

  terminate(): void {
    this.#ws.terminate();
  }

  #closed(): void {
    this.#intake.end();
    this.#apply({ type: "disconnected" });
    this.#host.scans.drop(this);
    this.#host.onClosed(this);
  }
}

function failedQuery(error: unknown): string {
  const why = isUnavailable(error) ? "the database of this relay cannot be reached" : "the query failed";
  return `error: ${why}; try again later`;
}

/** RFC 6455: policy violation. */
const POLICY = 1008;
