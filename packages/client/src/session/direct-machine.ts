/**
 * Private messages as one pure machine: what was said and heard, what waits to be opened, what goes out.
 *
 * Messages are a set by id, in whatever order they come; what was opened is remembered by the id of its wrap, so that no
 * signer is asked twice for one. A message and the wraps that carry it become durable together.
 */
import type { EventId } from "@subrosa/core/bytes";
import type { SignedEvent } from "@subrosa/core/nostr/event";
import type { Machine, Step } from "../driver/driver.ts";
import { conversationOf, type DirectMessage, type Unreadable } from "./direct-words.ts";

export interface DirectState {
  readonly messages: ReadonlyMap<EventId, DirectMessage>;
  /** Arrived and not opened, by the id of what arrived. */
  readonly waiting: ReadonlyMap<EventId, SignedEvent>;
  /** What became of what was opened. */
  readonly opened: ReadonlyMap<EventId, "message" | Unreadable>;
}

export type DirectEvent =
  | { readonly kind: "arrived"; readonly events: readonly SignedEvent[] }
  | {
      readonly kind: "opened";
      readonly outcomes: readonly { readonly id: EventId; readonly read: DirectMessage | Unreadable }[];
    }
  | { readonly kind: "said"; readonly message: DirectMessage; readonly wraps: readonly Wrapped[] }
  | { readonly kind: "forget"; readonly people: string }
  | { readonly kind: "expire"; readonly now: number };

export interface Wrapped {
  readonly event: SignedEvent;
  readonly relays: readonly string[];
}
export type DirectEffect = Wrapped & { readonly kind: "deliver" };

export const IGNORED_DIRECT = Object.freeze({
  "known-message": "This message was already known.",
  "too-many": "Too much waits to be opened; open some of it first.",
});
export type IgnoredDirect = keyof typeof IGNORED_DIRECT;

const MAX_WAITING = 10_000;
/** What is remembered of wraps without a message: after this many they are opened again. */
const MAX_OPENED = 100_000;

type DirectStep = Step<DirectState, DirectEffect, IgnoredDirect>;

export const directMachine: Machine<DirectState, DirectEvent, DirectEffect, IgnoredDirect> = Object.freeze({
  initial: { messages: new Map(), waiting: new Map(), opened: new Map() },
  step,
});

function step(state: DirectState, event: DirectEvent): DirectStep {
  switch (event.kind) {
    case "arrived":
      return arrived(state, event.events);
    case "opened":
      return opened(state, event.outcomes);
    case "said": {
      const messages = new Map(state.messages).set(event.message.id, event.message);
      const effects = event.wraps.map((wrapped): DirectEffect => ({ kind: "deliver", ...wrapped }));
      return { state: { ...state, messages }, effects };
    }
    case "forget":
      return without(state, ({ people }) => conversationOf(people) === event.people);
    case "expire":
      return without(state, ({ expires }) => expires !== undefined && expires <= event.now);
    default:
      return event satisfies never;
  }
}

function arrived(state: DirectState, events: readonly SignedEvent[]): DirectStep {
  const fresh = events.filter(({ id }) => !state.waiting.has(id) && !state.opened.has(id) && !state.messages.has(id));
  if (fresh.length === 0) return { state, effects: [], ignored: "known-message" };
  const room = Math.max(0, MAX_WAITING - state.waiting.size);
  if (room === 0) return { state, effects: [], ignored: "too-many" };
  const waiting = new Map([...state.waiting, ...fresh.slice(0, room).map((event) => [event.id, event] as const)]);
  return { state: { ...state, waiting }, effects: [] };
}

function opened(state: DirectState, outcomes: Extract<DirectEvent, { kind: "opened" }>["outcomes"]): DirectStep {
  const waiting = new Map(state.waiting);
  const known = new Map(state.opened);
  const messages = new Map(state.messages);
  for (const { id, read } of outcomes) {
    waiting.delete(id);
    known.set(id, typeof read === "string" ? read : "message");
    if (typeof read !== "string" && !messages.has(read.id)) messages.set(read.id, read);
  }
  for (const id of known.keys()) {
    if (known.size <= MAX_OPENED) break;
    known.delete(id);
  }
  return { state: { messages, waiting, opened: known }, effects: [] };
}

/** Their wraps stay remembered, so that they do not come back from the relays. */
function without(state: DirectState, isGone: (message: DirectMessage) => boolean): DirectStep {
  const messages = new Map([...state.messages].filter(([, message]) => !isGone(message)));
  return messages.size === state.messages.size
    ? { state, effects: [] }
    : { state: { ...state, messages }, effects: [] };
}
