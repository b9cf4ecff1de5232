/**
 * The store port: where a relay keeps events. Every implementation passes testkit's relay-store conformance suite.
 *
 * The store decides what NIP-01, 9 and 62 say about events that meet: duplicates, newer versions, deletions, vanished
 * authors; in one order, that of `append`. It knows no connections and no policies. An outcome is given out only after
 * it is durable, and what it says is then visible to every scan begun later.
 */
import type { EventId, PubkeyHex } from "@subrosa/core/bytes";
import type { SignedEvent } from "@subrosa/core/nostr/event";
import type { Filter } from "@subrosa/core/nostr/filter";
import type { Entry } from "../event/entry.ts";
import type { Viewer } from "../event/viewer.ts";
import type { StoredRecord } from "./record.ts";

export type Outcome =
  | { readonly kind: "stored"; readonly offset: number }
  | { readonly kind: "duplicate" }
  /** A newer version of this replaceable or addressable event is stored. */
  | { readonly kind: "superseded" }
  /** Its author asked for its deletion before. */
  | { readonly kind: "deleted" }
  | { readonly kind: "vanished" }
  | { readonly kind: "banned" }
  | { readonly kind: "expired" };

export interface ScanRequest {
  readonly filters: readonly Filter[];
  readonly viewer: Viewer | "operator";
  /** Seconds since 1970; what expired by then is not found. */
  readonly now: number;
  /** Only events stored before this offset: `store.tail` when the subscription begins. Without it, all there are. */
  readonly before?: number;
  /** Filters without a limit get this one. */
  readonly defaultLimit: number;
  /** Candidates looked at before the scan gives up. */
  readonly maxWork: number;
}

/** Called for every event found, newest first; `false` pauses the scan after this one. */
export type ScanSink = (record: StoredRecord) => boolean;

/** A query that can be interrupted: nothing is held open between two calls. */
export interface Scan {
  /** Looks at up to `steps` candidates. `too-much`: the bound on work is reached, the result is incomplete. */
  run(steps: number, sink: ScanSink): ScanProgress | Promise<ScanProgress>;
}
export type ScanProgress = "done" | "more" | "paused" | "too-much";

export interface PurgeResult {
  readonly erased: number;
  /** More is waiting. */
  readonly more: boolean;
}

export interface StoreStats {
  readonly events: number;
  readonly bytes: number;
}

export interface Store {
  /** Where the next event will stand; everything before is visible. */
  readonly tail: number;
  append(entries: readonly Entry[], now: number): Promise<readonly Outcome[]>;
  scan(request: ScanRequest): Scan;
  /** Every stored event, whoever may see it: for the operator's own copies. */
  everything(): Scan;
  /** Is an event of this id stored? For ids of public kinds only: the answer is told to strangers. */
  has(id: EventId): boolean | Promise<boolean>;
  /** One slice of the work that waits: expired events, vanished authors. */
  purge(now: number, max: number): Promise<PurgeResult>;
  /** The operator removes events (NIP-86); `ban` refuses them for the future. */
  remove(ids: readonly EventId[], ban: boolean): Promise<number>;
  allow(id: EventId): Promise<void>;
  /** PROOF-9: a member of this ring published the event. False where the event is not stored. */
  setVerdict(id: EventId, ring: string): Promise<boolean>;
  /** The operator's lists and settings, durable like events. */
  getMeta(name: string): Promise<string | undefined>;
  /** False where what stands there is not `expected` any more: nothing was changed, so ask and decide again. */
  setMeta(name: string, value: string, expected: string | undefined): Promise<boolean>;
  stats(): StoreStats;
  /** Reads everything back and says what is wrong, in sentences. */
  check(signal?: AbortSignal): AsyncIterable<string>;
  close(): Promise<void>;
  /** Where other processes write to the same store. */
  readonly shared?: SharedStore;
}

/** What the processes of one store do for each other. */
export interface SharedStore {
  /** Before the first event. Without `shared`, whoever appends delivers; with it, only what comes here is delivered. */
  follow(follower: StoreFollower): void;
  /** Hands ephemeral events to the other processes that run now; resolves when they are on their way. */
  broadcast(entries: readonly Entry[]): Promise<void>;
  /** Why it cannot be reached now, in words for people; undefined where all is well. */
  readonly illness: string | undefined;
}

/** Everything that any process stored, in one order, each once and before its outcome is given out here. */
export interface StoreFollower {
  stored(event: SignedEvent, json: Buffer): void;
  /** PROOF-9: the event's proof was found good by some process. */
  verified(event: SignedEvent, json: Buffer, ring: string): void;
  /** Broadcast by another process. */
  ephemeral(event: SignedEvent, json: Buffer): void;
  /** A setting changed, here or elsewhere. */
  changed(name: string): void;
  /** `illness` begins with this reason, or ends. */
  turned(illness: string | undefined): void;
}

export interface StoreRules {
  /** NIP-59 lets the recipient of a gift wrap delete it; a channel key is known to many (CHANNEL-10), so default no. */
  readonly recipientDeletesWraps: boolean;
}

export type VanishedAuthor = PubkeyHex;

export type StoreErrorCode =
  | "store/write"
  | "store/closed"
  | "store/too-large"
  | "store/format"
  | "store/damaged"
  | "store/occupied"
  | "store/backup"
  /** A database elsewhere cannot be reached; what was asked may be asked again. */
  | "store/unavailable";

export class StoreError extends Error {
  override readonly name = "StoreError";
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, advice: string, options?: { readonly cause?: unknown }) {
    super(`${code}: ${advice}`, options);
    this.code = code;
  }
}

/** The store says so itself, for exactly as long as it is: no failure of the relay's own. */
export function isUnavailable(error: unknown): boolean {
  return error instanceof StoreError && error.code === "store/unavailable";
}
