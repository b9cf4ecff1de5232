/** What a relay's socket keeps of one connection, and of what goes over it. */
import type { VerifiedEvent } from "@subrosa/core/nostr/event";
import type { Filter } from "@subrosa/core/nostr/filter";
import type { Matcher } from "@subrosa/core/nostr/filter-match";
import type { WebSocketLike } from "./connect.ts";
import type { Inbox } from "./inbox.ts";
import type { PublishResult, QuerySink } from "./relay-options.ts";

export interface Query {
  readonly filters: readonly Filter[];
  readonly matches: Matcher;
  readonly sink: QuerySink;
  hasAuthenticated: boolean;
}
export interface Publication {
  readonly event: VerifiedEvent;
  readonly resolve: (result: PublishResult) => void;
  readonly callOff: () => void;
  wasSent: boolean;
  hasAuthenticated: boolean;
}
export interface Connection {
  readonly socket: WebSocketLike;
  readonly inbox: Inbox;
  isOpen: boolean;
  challenge?: string;
  /** The answer to the challenge that is under way, or was given: whether the relay took it. */
  authentication?: Promise<boolean> | undefined;
  heard: number;
}
