/**
 * What a relay's socket is given, and the words in which it answers. Limits are ours: a relay decides neither how much is
 * held for it nor for how long it is waited for.
 */
import type { RandomSource } from "@subrosa/core/curve/curve";
import type { EventFault, EventTemplate, VerifiedEvent } from "@subrosa/core/nostr/event";
import type { RelayUrl } from "@subrosa/core/nostr/relay-url";
import type { Backoff, Clock } from "../ports.ts";
import type { Connect } from "./connect.ts";
import type { Verify } from "./inbox.ts";

export interface RelayOptions {
  readonly url: string;
  readonly connect: Connect;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly verify: Verify;
  /** Signs a NIP-42 answer as the identity of this socket; absent: it stays anonymous. */
  readonly authenticate?: (template: EventTemplate) => Promise<VerifiedEvent>;
  readonly onIgnored?: (ignored: Ignored) => void;
  readonly limits?: Partial<RelayLimits>;
  readonly backoff?: Backoff;
}

export interface RelayLimits {
  readonly maxQueries: number;
  readonly maxPublications: number;
  readonly maxWaiting: number;
  /** UTF-16 units of frames that wait for verification. */
  readonly maxWaitingSize: number;
  /** Milliseconds for a connection to open. */
  readonly connectTimeout: number;
  /** Milliseconds for a publication to be answered. */
  readonly publishTimeout: number;
  /** Milliseconds of silence after which the relay is asked whether it is still there, and again until it is given up. */
  readonly silence: number;
}
export const DEFAULT_RELAY_LIMITS: RelayLimits = Object.freeze({
  maxQueries: 200,
  maxPublications: 1_000,
  maxWaiting: 20_000,
  maxWaitingSize: 1 << 26,
  connectTimeout: 15_000,
  publishTimeout: 20_000,
  silence: 60_000,
});

export type IgnoredReason = EventFault | "frame" | "not-asked" | "no-match" | "unexpected-ok";
export interface Ignored {
  readonly relay: RelayUrl;
  readonly reason: IgnoredReason;
  /** Of a frame: where reading stopped. */
  readonly path?: string;
}

/** What became of one event at one relay. */
export type PublishResult =
  | { readonly relay: RelayUrl; readonly outcome: "accepted"; readonly reason: string }
  | { readonly relay: RelayUrl; readonly outcome: "refused"; readonly reason: string }
  | { readonly relay: RelayUrl; readonly outcome: "unanswered" | "unreachable" | "closed" };

/** "overrun": frames came in and were dropped unread, so whatever came on this connection may be missing. */
export type QueryEnd = { readonly kind: "lost" | "overrun" } | { readonly kind: "refused"; readonly reason: string };
export interface QuerySink {
  event(event: VerifiedEvent): void;
  /** EOSE. */
  stored(): void;
  /** Once, and not after it was closed from here. */
  ended(end: QueryEnd): void;
}
