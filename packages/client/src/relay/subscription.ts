/**
 * One filter at one relay, kept live across connections, without gaps.
 *
 *   connected ─► REQ since (cursor − overlap), stays open ─► EOSE ─► pages behind what came ─► caught up
 *                                                                └ lost: again from the last time we were caught up
 *
 * The live query is opened before older pages are asked for, so nothing falls between them. The overlap is there
 * because outer times lie: a gift wrap is dated up to two days back (NIP-59), and its sender's outbox may have waited for
 * this relay since then. The live query itself looks a month back, for what waited longer; what came so while we were
 * away is found when everything is asked for again (session/pursuit.ts). An event is handed on once, as far as the
 * bounded memory of ids reaches: receivers are sets.
 */
import type { EventId } from "@subrosa/core/bytes";
import type { VerifiedEvent } from "@subrosa/core/nostr/event";
import type { Filter } from "@subrosa/core/nostr/filter";
import type { Clock } from "../ports.ts";
import type { Standing } from "./hearing.ts";
import { type Paged, type PageOptions, pageBack } from "./pages.ts";
import type { RelaySocket } from "./relay-socket.ts";

export interface SubscriptionOptions extends Omit<PageOptions, "signal" | "clock"> {
  readonly clock: Clock;
  /** Without `until` and `limit`; its `since` is never asked behind. */
  readonly filter: Filter;
  /** Up to when an earlier life was caught up; absent: from the beginning. */
  readonly cursor?: number;
  /** Seconds. Default: `OVERLAP`. */
  readonly overlap?: number;
  readonly onCaughtUp?: (caughtUp: CaughtUp) => void;
  /** How the question stands; it is asking when it is opened. */
  readonly onStanding?: (standing: Standing) => void;
  /** The relay ended it; it is tried again with the next connection. */
  readonly onRefused?: (reason: string) => void;
}

export interface CaughtUp {
  /** To be kept, and given back as `cursor`. */
  readonly cursor: number;
  /** False: this relay has more than it has shown. */
  readonly complete: boolean;
}

/** Two days by which a wrap is dated back, two that its sender was without a network, and an hour for clocks. */
export const OVERLAP = 4 * 86_400 + 3_600;
/** How far back the live query looks. */
const LIVE_WINDOW = 30 * 86_400;
/** Events of the first page, where most of them are known already. */
const KNOWN_PAGE = 100;
const MAX_SEEN = 50_000;

/** A stretch of time that was not seen yet; it ends where paging was interrupted. */
interface Backlog {
  readonly since: number;
  readonly until: number;
}

export class Subscription implements Disposable {
  readonly #relay: RelaySocket;
  readonly #options: SubscriptionOptions;
  readonly #seen = new Set<EventId>();
  #stop: () => void = () => undefined;
  /** Everything up to here was seen. */
  #cursor: number | undefined;
  /** Everything up to here was seen, but for the backlog. */
  #newest: number | undefined;
  #backlog: Backlog | undefined;
  #isLive = false;
  #standing: Standing = "asking";
  /** Connections in a row that ended without an answer. */
  #losses = 0;
  #run = new AbortController();
  #close: () => void = () => undefined;

  private constructor(relay: RelaySocket, options: SubscriptionOptions) {
    this.#relay = relay;
    this.#options = options;
    this.#cursor = options.cursor;
  }

  /** Asks as soon as the relay is connected, and whenever it is again. */
  static open(relay: RelaySocket, options: SubscriptionOptions): Subscription {
    const subscription = new Subscription(relay, options);
    const stopHoping = relay.whenUnreachable(() => subscription.#stands("unreachable"));
    const stopBeginning = relay.whenConnected(() => subscription.#begin());
    subscription.#stop = () => {
      stopHoping();
      stopBeginning();
    };
    return subscription;
  }

  /** Undefined until all that the relay holds was seen once. While it is live this is now. */
  get cursor(): number | undefined {
    return this.#isLive ? (this.#relay.heard ?? this.#cursor) : this.#cursor;
  }

  [Symbol.dispose](): void {
    this.#stop();
    this.#run.abort();
    this.#close();
  }

  #begin(): void {
    this.#run.abort();
    this.#run = new AbortController();
    const { signal } = this.#run;
    this.#stands("asking");
    const { filter, overlap = OVERLAP, pageSize = 500, pageTimeout = 30_000, clock } = this.#options;
    const since = Math.max(filter.since ?? 0, (this.#newest ?? this.#cursor ?? 0) - overlap, 0);
    const window = Math.max(filter.since ?? 0, since - LIVE_WINDOW, 0);
    const asked: Filter = window === 0 ? filter : { ...filter, since: window };
    const limit = since === 0 ? pageSize : Math.min(pageSize, KNOWN_PAGE);
    const began = clock.now();
    let oldest = Number.MAX_SAFE_INTEGER;
    let border = new Set<EventId>();
    let isStored = false;
    const stored = (wasAnswered: boolean): void => {
      callOff();
      if (isStored || signal.aborted) return;
      isStored = true;
      void this.#catchUp({ since, oldest, border, began, wasAnswered, signal });
    };
    // A relay that never says EOSE is asked for its pages all the same.
    const callOff = clock.after(pageTimeout, () => stored(false));
    this.#close = this.#relay.query([{ ...asked, limit }], {
      event: (event) => {
        if (!isStored && event.created_at <= oldest) {
          if (event.created_at < oldest) border = new Set();
          oldest = event.created_at;
          border.add(event.id);
        }
        this.#hand(event);
      },
      stored: () => stored(true),
      ended: (end) => {
        callOff();
        this.#run.abort(end.kind);
        // Not now but when the relay was last heard: a device that slept for days learns of the loss when it wakes.
        this.#cursor = this.cursor;
        this.#isLive = false;
        if (end.kind === "overrun") this.#forget();
        if (end.kind === "refused") {
          this.#stands("refused");
          this.#options.onRefused?.(end.reason);
        } else if (this.#standing === "asking" && ++this.#losses > 1) {
          // Once may be chance, and it is asked again soon; a relay that hangs up on the question holds nobody up.
          this.#stands("silent");
        }
      },
    });
  }

  /** What was dropped unread may be dated anywhere, so all is asked for again, page by page. */
  #forget(): void {
    this.#cursor = undefined;
    this.#newest = undefined;
    this.#backlog = undefined;
  }

  /** Behind the first page; then, where an earlier connection was interrupted, on from there. */
  async #catchUp(first: FirstPage): Promise<void> {
    const { since, oldest, border, began, wasAnswered, signal } = first;
    const earlier = this.#backlog;
    const isAllSeen = border.size === 0 || (wasAnswered && oldest < since);
    const recent = isAllSeen ? ALL : await this.#page({ since, until: oldest }, signal, border);
    if (signal.reason === "overrun") return;
    // The first page alone was seen in any case, so a relay that drops every connection is still read to its end.
    if (recent.end !== "all" && wasAnswered) this.#interrupted(since, recent.reached ?? oldest, began, earlier);
    const older = recent.end !== "all" || earlier === undefined ? recent : await this.#page(earlier, signal);
    const wasOverrun = signal.reason === "overrun";
    if (!wasOverrun && recent.end === "all" && older.end !== "all" && earlier !== undefined) {
      this.#interrupted(earlier.since, older.reached ?? earlier.until, began, undefined);
    }
    if (signal.aborted) return;
    // Where the relay withheld an answer the cursor stays, and the next connection asks again.
    const isAll = older.end === "all" && wasAnswered;
    if (isAll) {
      this.#cursor = began;
      this.#newest = undefined;
      this.#backlog = undefined;
      this.#isLive = true;
    }
    const complete = isAll && recent.complete && older.complete;
    this.#losses = 0;
    this.#options.onCaughtUp?.({ cursor: this.#cursor ?? 0, complete });
    // After those who were told have begun what follows from it.
    this.#stands(complete ? "fully" : isAll ? "partly" : "silent");
  }

  #stands(standing: Standing): void {
    this.#standing = standing;
    this.#options.onStanding?.(standing);
  }

  #interrupted(since: number, until: number, began: number, earlier: Backlog | undefined): void {
    this.#backlog = { since: Math.min(since, earlier?.since ?? since), until: Math.max(until, earlier?.until ?? 0) };
    this.#newest = began;
  }

  #page({ since, until }: Backlog, signal: AbortSignal, known?: ReadonlySet<EventId>): Promise<Paged> {
    const filter = { ...this.#options.filter, ...(since === 0 ? {} : { since }), until };
    return pageBack(this.#relay, filter, { ...this.#options, onEvent: (event) => this.#hand(event), signal }, known);
  }

  #hand(event: VerifiedEvent): void {
    if (this.#seen.has(event.id)) return;
    this.#seen.add(event.id);
    if (this.#seen.size > MAX_SEEN) {
      const [first] = this.#seen;
      if (first !== undefined) this.#seen.delete(first);
    }
    this.#options.onEvent(event);
  }
}

interface FirstPage {
  readonly since: number;
  readonly oldest: number;
  readonly border: ReadonlySet<EventId>;
  readonly began: number;
  readonly wasAnswered: boolean;
  readonly signal: AbortSignal;
}

const ALL: Paged = Object.freeze({ complete: true, end: "all" });
