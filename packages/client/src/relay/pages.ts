/**
 * All that a relay holds for one filter, asked for page by page, newest first.
 *
 * Relays answer with as many events as they like, so a full page may be a cut page and so may a short one. The only
 * honest end is a page that brings nothing new. More events in one second than a page holds cannot be told apart by
 * time: then the second is left behind, and the answer says that it is not complete.
 */
import type { EventId } from "@subrosa/core/bytes";
import type { VerifiedEvent } from "@subrosa/core/nostr/event";
import type { Filter } from "@subrosa/core/nostr/filter";
import type { Clock } from "../ports.ts";
import type { RelaySocket } from "./relay-socket.ts";

export interface PageOptions {
  readonly clock: Clock;
  readonly onEvent: (event: VerifiedEvent) => void;
  readonly signal: AbortSignal;
  /** Events asked for at once. Default 500. */
  readonly pageSize?: number;
  /** Default 1,000. */
  readonly maxPages?: number;
  /** Milliseconds that a relay may take for one page. Default 30,000. */
  readonly pageTimeout?: number;
}

/** Why it ended, and whether the relay has shown all that it would. */
export interface Paged {
  readonly complete: boolean;
  readonly end: "all" | "too-many-pages" | "unanswered" | "refused" | "lost" | "aborted";
  readonly reason?: string;
  /** Where it did not come to its end: everything younger was shown. */
  readonly reached?: number;
}

/** A page with as many events, all of one second, may have been cut there. */
const LEAST_CUT = 20;

/** `known`: ids already handed on from the page before, which ended at `filter.until`. */
export async function pageBack(
  relay: RelaySocket,
  filter: Filter,
  options: PageOptions,
  known: ReadonlySet<EventId> = new Set(),
): Promise<Paged> {
  const { onEvent, pageSize = 500, maxPages = 1_000 } = options;
  let { until } = filter;
  let last: ReadonlySet<EventId> = known;
  let complete = true;
  for (let page = 0; page < maxPages; page++) {
    const asked = { ...filter, ...(until === undefined ? {} : { until }), limit: pageSize };
    const { events, end, reason } = await onePage(relay, asked, options);
    const fresh = events.filter(({ id }) => !last.has(id));
    for (const event of fresh) onEvent(event);
    if (end !== "stored") return { complete: false, end, ...(reason === undefined ? {} : { reason }), ...at(until) };
    if (events.length === 0) return { complete, end: "all" };
    const oldest = events.reduce((least, { created_at }) => Math.min(least, created_at), Number.MAX_SAFE_INTEGER);
    const isOneSecond = events.every(({ created_at }) => created_at === oldest);
    if (fresh.length > 0 && !(isOneSecond && oldest === until)) {
      until = oldest;
      // Only what stands at the border can come twice.
      last = new Set(events.filter(({ created_at }) => created_at === oldest).map(({ id }) => id));
      continue;
    }
    if (isOneSecond && events.length >= LEAST_CUT) complete = false;
    if (oldest === 0) return { complete, end: "all" };
    until = oldest - 1;
    last = new Set();
  }
  return { complete: false, end: "too-many-pages", ...at(until) };
}

function at(until: number | undefined): Pick<Paged, "reached"> {
  return until === undefined ? {} : { reached: until };
}

interface OnePage {
  readonly events: readonly VerifiedEvent[];
  readonly end: "stored" | Exclude<Paged["end"], "all" | "too-many-pages">;
  readonly reason?: string;
}

/** Events past the size that was asked for are not taken: a relay does not decide how much we hold. */
function onePage(relay: RelaySocket, filter: Filter, options: PageOptions): Promise<OnePage> {
  const { clock, signal, pageTimeout = 30_000, pageSize = 500 } = options;
  if (signal.aborted) return Promise.resolve({ events: [], end: "aborted" });
  if (!relay.isConnected) return Promise.resolve({ events: [], end: "lost" });
  return new Promise((resolve) => {
    const events = new Map<EventId, VerifiedEvent>();
    const finish = (end: OnePage["end"], reason?: string): void => {
      callOff();
      signal.removeEventListener("abort", abort);
      close();
      resolve({ events: [...events.values()], end, ...(reason === undefined ? {} : { reason }) });
    };
    const abort = (): void => finish("aborted");
    const callOff = clock.after(pageTimeout, () => finish("unanswered"));
    signal.addEventListener("abort", abort);
    const close = relay.query([filter], {
      event: (event) => {
        if (events.size < pageSize) events.set(event.id, event);
      },
      stored: () => finish("stored"),
      ended: (ended) => (ended.kind === "refused" ? finish("refused", ended.reason) : finish("lost")),
    });
  });
}
