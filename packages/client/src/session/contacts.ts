/**
 * Everybody the user is in touch with by alias, and what was said, as one pure machine around core's `alias`.
 *
 * Spec: docs/spec/alias.md §3, §4. Core's machine says what to write; here it is written in the same step, with the
 * randomness that the event brings, and read back as the fact that any other device will read. So state and ciphertext
 * become durable together: nothing goes out twice in two forms, and the outbox holds no word in the clear.
 * Messages are a set by id, whatever order they come in. Who may speak is decided when a message is read, not here.
 */

import {
  type Acquaintance,
  type AliasEvent,
  type Ignored,
  STRANGER,
  step,
  type Writing,
} from "@subrosa/core/alias/alias";
import { publishPlain, sealExchange, writeExchange } from "@subrosa/core/alias/exchange";
import type { Fact } from "@subrosa/core/alias/fact";
import type { AliasKeyring } from "@subrosa/core/alias/keyring";
import { mannerFor } from "@subrosa/core/alias/manner";
import { type KnownPair, type Message, readMessage, writeMessage } from "@subrosa/core/alias/message";
import { readPlain, readSealed } from "@subrosa/core/alias/read-exchange";
import { livePairs, standingsOf } from "@subrosa/core/alias/relation";
import type { EventId, PubkeyHex } from "@subrosa/core/bytes";
import type { Curve, RandomSource } from "@subrosa/core/curve/curve";
import { UsageError } from "@subrosa/core/errors";
import { plain, type SignedEvent, type VerifiedEvent } from "@subrosa/core/nostr/event";
import type { Machine, Step } from "../driver/driver.ts";
import type { Sender } from "./delivery.ts";
import { GrowingMap } from "./growing-map.ts";
import { streamOf } from "./seeded.ts";
import { spokenAt } from "./spoken-at.ts";

export interface Acquainted {
  readonly acquaintance: Acquaintance;
  /** Of their last request, to be shown with the question whether to accept it. */
  readonly words: string;
  /** In the order in which they came. */
  readonly messages: GrowingMap<EventId, Message>;
}
/** By real key. */
export type Contacts = ReadonlyMap<PubkeyHex, Acquainted>;

/** 32 fresh random bytes, for whatever is written in this step. */
interface Seeded {
  readonly peer: PubkeyHex;
  readonly now: number;
  readonly seed: Uint8Array;
}
export type ContactEvent =
  | (Seeded & { readonly kind: "request"; readonly words: string; readonly expires?: number })
  | (Seeded & { readonly kind: "accept" | "reject" | "remove" })
  | (Seeded & { readonly kind: "say"; readonly text: string; readonly replyTo?: EventId })
  | {
      readonly kind: "learned";
      readonly peer: PubkeyHex;
      readonly fact: Fact;
      readonly words: string;
      readonly now: number;
    }
  | { readonly kind: "heard"; readonly messages: readonly Message[] }
  | { readonly kind: "tick"; readonly peer: PubkeyHex; readonly now: number };

export type ContactEffect =
  /** To the relays where this person reads, on the sockets of the sender. */
  | { readonly kind: "deliver"; readonly event: SignedEvent; readonly to: PubkeyHex; readonly as: Sender }
  | { readonly kind: "wake"; readonly peer: PubkeyHex; readonly at: number }
  /** ALIAS-1, ALIAS-10: the list for our other devices no longer says what we know. */
  | { readonly kind: "save-contacts" };

export const IGNORED_CONTACT = Object.freeze({
  "not-in-touch": "You are not in touch with this person.",
  "known-message": "This message was already known.",
});
export type IgnoredContact = Ignored | keyof typeof IGNORED_CONTACT;

type ContactStep = Step<Contacts, ContactEffect, IgnoredContact>;

const STRANGE: Acquainted = Object.freeze({
  acquaintance: STRANGER,
  words: "",
  messages: GrowingMap.of<EventId, Message>(),
});

/** May these two aliases speak with each other now? */
export function pairsOf(contacts: Contacts, keys: AliasKeyring, now: number): KnownPair {
  return (mine, theirs) => {
    const peer = keys.find(mine)?.peer;
    const facts = peer === undefined ? undefined : contacts.get(peer)?.acquaintance.facts;
    if (facts === undefined) return false;
    return livePairs(standingsOf(facts, now)).some((pair) => pair.mine === mine && pair.theirs === theirs);
  };
}

/** The keyring is a cache of what the real key derives: it gains aliases and decides nothing. */
export function contactsMachine(
  keys: AliasKeyring,
  curve: Curve,
): Machine<Contacts, ContactEvent, ContactEffect, IgnoredContact> {
  return {
    initial: new Map(),
    step: (state, event) => {
      switch (event.kind) {
        case "learned": {
          const { peer, fact, now } = event;
          const words = fact.kind === "request" && fact.by === "peer" ? event.words : undefined;
          return after(state, peer, { kind: "learned", fact, now }, words);
        }
        case "heard":
          return heard(state, event.messages);
        case "tick":
          return after(state, event.peer, { kind: "tick", now: event.now });
        case "request": {
          const { kind, peer, words, expires, now } = event;
          const asked: AliasEvent = { kind, peer, words, now, ...(expires === undefined ? {} : { expires }) };
          return act(state, event, asked, keys, curve);
        }
        case "accept":
        case "reject":
        case "remove":
          return act(state, event, { kind: event.kind, now: event.now }, keys, curve);
        case "say":
          return say(state, event, keys, curve);
        default:
          return event satisfies never;
      }
    },
  };
}

/** Core's step for one person, without what it wants written. */
function after(state: Contacts, peer: PubkeyHex, event: AliasEvent, words?: string): ContactStep {
  const known = state.get(peer) ?? STRANGE;
  const result = step(known.acquaintance, event);
  if (result.ignored !== undefined) return { state, effects: [], ignored: result.ignored };
  const next = { ...known, acquaintance: result.state, words: words ?? known.words };
  const effects = result.effects.flatMap((effect): ContactEffect[] => {
    if (effect.kind === "save-contacts") return [effect];
    return effect.kind === "wake" ? [{ kind: "wake", peer, at: effect.at }] : [];
  });
  return { state: new Map(state).set(peer, next), effects };
}

/** Core's step, and then each thing it wants written: written, learned, and sent out. */
function act(
  state: Contacts,
  { peer, now, seed }: Seeded,
  event: AliasEvent,
  keys: AliasKeyring,
  curve: Curve,
): ContactStep {
  const facts = (state.get(peer) ?? STRANGE).acquaintance;
  const asked = step(facts, event);
  if (asked.ignored !== undefined) return { state, effects: [], ignored: asked.ignored };
  const random = streamOf(seed);
  let current = state;
  const effects: ContactEffect[] = [];
  for (const effect of asked.effects) {
    if (effect.kind !== "write") continue;
    const written = write(effect.writing, peer, facts, keys, now, random, curve);
    const learned = after(current, peer, { kind: "learned", fact: written.fact, now });
    current = learned.state;
    effects.push(...written.effects, ...learned.effects);
  }
  return { state: current, effects };
}

function write(
  writing: Writing,
  peer: PubkeyHex,
  { facts }: Acquaintance,
  keys: AliasKeyring,
  now: number,
  random: RandomSource,
  curve: Curve,
): { readonly fact: Fact; readonly effects: readonly ContactEffect[] } {
  // Safety: an alias that a fact of ours names was derived here before the fact was read.
  const next = keys.add(peer, writing.removed);
  const alias = writing.from === undefined ? next : keys.find(writing.from)!;
  const manner = mannerFor(facts);
  const hand = { real: keys.real, alias: alias.secret, cipher: manner.cipher };
  const rumor = writeExchange(writing, hand, random, curve);
  if (manner.mode === "plain") {
    const event = publishPlain(rumor, alias.secret, random, curve);
    const effect: ContactEffect = { kind: "deliver", event: plain(event), to: peer, as: alias.pubkey };
    return { fact: factIn(readPlain(event, keys, ANY_WORK, curve)), effects: [effect] };
  }
  const { toPeer, toSelf } = sealExchange(rumor, hand, now, random, curve);
  const fact = factIn(readSealed(toSelf, keys, ANY_WORK, curve));
  return { fact, effects: [deliver(toPeer, peer), deliver(toSelf, keys.pubkey)] };
}

const ANY_WORK = Object.freeze({ difficulty: 0 });

/** A wrap names neither us nor its author, so it goes out as nobody. */
function deliver(event: VerifiedEvent, to: PubkeyHex): ContactEffect {
  return { kind: "deliver", event: plain(event), to, as: "nobody" };
}

function factIn(read: ReturnType<typeof readPlain>): Fact {
  if (!read.ok) throw new UsageError("usage/state", `what was written cannot be read back: ${read.reason}`);
  return read.fact;
}

function say(
  state: Contacts,
  { peer, text, replyTo, now, seed }: Extract<ContactEvent, { kind: "say" }>,
  keys: AliasKeyring,
  curve: Curve,
): ContactStep {
  const { acquaintance, messages } = state.get(peer) ?? STRANGE;
  const { relation, facts } = acquaintance;
  if (relation.kind !== "active") return { state, effects: [], ignored: "not-in-touch" };
  keys.add(peer);
  const alias = keys.find(relation.mine);
  if (alias === undefined) return { state, effects: [], ignored: "not-in-touch" };
  const times = [...messages.values()].map(({ at }) => at);
  const template = {
    text,
    to: relation.theirs,
    now: spokenAt(now, times),
    ...(replyTo === undefined ? {} : { replyTo }),
  };
  const manner = mannerFor(facts);
  const events = writeMessage(template, alias.secret, manner, streamOf(seed), curve);
  const read = readMessage(events.at(-1)!, keys, pairsOf(state, keys, now), curve);
  if (!read.ok) throw new UsageError("usage/state", `what was written cannot be read back: ${read.reason}`);
  const as: Sender = manner.mode === "plain" ? alias.pubkey : "nobody";
  const effects = events.map(
    (event, i): ContactEffect => ({
      kind: "deliver",
      event: plain(event),
      to: i === 0 ? peer : keys.pubkey,
      as,
    }),
  );
  return { ...heard(state, [read.message]), effects };
}

function heard(state: Contacts, messages: readonly Message[]): ContactStep {
  const byPeer = new Map<PubkeyHex, [EventId, Message][]>();
  for (const message of messages) {
    const known = byPeer.get(message.peer) ?? [];
    known.push([message.id, message]);
    byPeer.set(message.peer, known);
  }
  const next = new Map(state);
  let isNew = false;
  for (const [peer, entries] of byPeer) {
    const known = state.get(peer) ?? STRANGE;
    const all = known.messages.with(entries);
    if (all === known.messages) continue;
    isNew = true;
    next.set(peer, { ...known, messages: all });
  }
  return isNew ? { state: next, effects: [] } : { state, effects: [], ignored: "known-message" };
}
