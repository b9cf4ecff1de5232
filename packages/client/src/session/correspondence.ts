/**
 * The contacts machine on a store, an outbox and a network: ask, accept, speak; everything that comes is ingested.
 *
 * Spec: docs/spec/alias.md §4. Each alias listens on sockets of its own. `ingest` never throws for what a stranger sent
 * and says what it ignored and why; what comes together is read and written together. A message may come before the
 * answer that makes its author one of ours: it waits in the store, bounded, and is read again when something is learned.
 * How far each relay was read is kept when it is caught up and when this closes. The keyring and the outbox are the
 * caller's, who closes them after this.
 */
import { APP_DATA, type Contact, readContacts, writeContacts } from "@subrosa/core/alias/contacts";
import { readInbox } from "@subrosa/core/alias/inbox";
import type { AliasKeyring } from "@subrosa/core/alias/keyring";
import { DIRECT_MESSAGE, type Message, readMessage } from "@subrosa/core/alias/message";
import { type ReadPolicy, readPlain } from "@subrosa/core/alias/read-exchange";
import { standingsOf } from "@subrosa/core/alias/relation";
import { subscriptionsFor } from "@subrosa/core/alias/subscriptions";
import type { EventId, PubkeyHex } from "@subrosa/core/bytes";
import type { Curve, RandomSource } from "@subrosa/core/curve/curve";
import { integer, list, object, type ShapeValue, text } from "@subrosa/core/json";
import { plain, type SignedEvent, signEvent, VerifiedEvent } from "@subrosa/core/nostr/event";
import type { Filter } from "@subrosa/core/nostr/filter";
import { GIFT_WRAP } from "@subrosa/core/nostr/nip59";
import { relayUrl } from "@subrosa/core/nostr/relay-url";
import { type Driver, openDriver } from "../driver/driver.ts";
import { machineStore } from "../driver/machine-store.ts";
import { type Clock, pause } from "../ports.ts";
import type { Network, Presence } from "../relay/network.ts";
import type { Store } from "../store/store.ts";
import {
  type ContactEffect,
  type ContactEvent,
  type Contacts,
  contactsMachine,
  type IgnoredContact,
  pairsOf,
} from "./contacts.ts";
import { contactsKeeping } from "./contacts-keeping.ts";
import { Gathering } from "./gather.ts";
import { type Live, live } from "./live.ts";
import type { Outbox } from "./outbox.ts";
import { Pursuit } from "./pursuit.ts";
import { openRecords, type Records } from "./records.ts";
import { signedShape } from "./shapes.ts";

export interface CorrespondenceOptions {
  readonly keys: AliasKeyring;
  readonly store: Store;
  readonly outbox: Outbox;
  readonly network: Network;
  /** Where this person reads, ourselves included. */
  readonly relaysOf: (person: PubkeyHex) => readonly string[];
  /** The same, asked for where it is not known yet. Default: `relaysOf`. */
  readonly reach?: (person: PubkeyHex) => Promise<readonly string[]>;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly curve: Curve;
  /** Work that a stranger's request must show (ALIAS-9). Default: none. */
  readonly difficulty?: number;
  /** Milliseconds that the list for our other devices waits for more to say. Default: `SAVE_DELAY`. */
  readonly saveDelay?: number;
  /** For wraps to the real key that are no alias's: whoever else may read them. */
  readonly others?: (event: VerifiedEvent) => Promise<Ingested>;
}

export type Ingested = { readonly ok: true } | { readonly ok: false; readonly reason: string };
type ContactDriver = Driver<Contacts, ContactEvent, ContactEffect, IgnoredContact>;

const MAX_EARLY = 1_000;
const cursorsShape = list(object({ name: text({ max: 1_000 }), at: integer() }), { max: 1_000 });

/** Milliseconds. */
const SAVE_DELAY = 5_000;

export async function openCorrespondence(options: CorrespondenceOptions): Promise<Correspondence> {
  const { keys, store, network, clock, random, curve, saveDelay = SAVE_DELAY } = options;
  const place: { driver?: ContactDriver; isSaving: boolean } = { isSaving: false };
  const driver: ContactDriver = await openDriver({
    machine: contactsMachine(keys, curve),
    store: machineStore(
      store,
      "contacts",
      contactsKeeping(() => clock.now()),
    ),
    perform: async (effect, signal) => {
      switch (effect.kind) {
        case "deliver":
          return network.hearing.during(deliver(effect, options));
        case "wake":
          return wake(effect, clock, signal);
        case "save-contacts":
          // One that waits will say what this one would.
          if (place.isSaving) return undefined;
          place.isSaving = true;
          if (saveDelay > 0) await pause(clock, saveDelay, signal);
          place.isSaving = false;
          signal.throwIfAborted();
          return network.hearing.during(saveContacts(place.driver?.state ?? new Map(), options));
        default:
          return effect satisfies never;
      }
    },
    clock,
    random,
  });
  place.driver = driver;
  const common = { store, clock, random };
  const early = await openRecords<SignedEvent>({ ...common, place: "contacts-early", shape: signedShape });
  const cursors = await openRecords({ ...common, place: "contacts-cursors", shape: cursorsShape });
  return Correspondence.start(options, { driver, early, cursors });
}

interface Kept {
  readonly driver: ContactDriver;
  /** Wraps that may become readable. */
  readonly early: Records<SignedEvent>;
  /** By the identity that listens. */
  readonly cursors: Records<ShapeValue<typeof cursorsShape>>;
}

async function deliver(
  effect: Extract<ContactEffect, { kind: "deliver" }>,
  { outbox, relaysOf, reach, curve }: CorrespondenceOptions,
): Promise<undefined> {
  const verdict = VerifiedEvent.check(effect.event, curve);
  const relays = reach === undefined ? relaysOf(effect.to) : await reach(effect.to);
  // The outbox knows an event by its id, so handing it over twice sends it once.
  if (verdict.ok) await outbox.send(verdict.event, effect.as, relays);
}

async function wake(
  { peer, at }: Extract<ContactEffect, { kind: "wake" }>,
  clock: Clock,
  signal: AbortSignal,
): Promise<ContactEvent> {
  // A day at most: timers of hosts overflow after 24 of them.
  while (clock.now() < at) {
    await pause(clock, Math.min((at - clock.now()) * 1_000, 86_400_000), signal);
    signal.throwIfAborted();
  }
  return { kind: "tick", peer, now: clock.now() };
}

/** A newer list takes the place of an older one, so after a crash it may be written again. */
async function saveContacts(contacts: Contacts, options: CorrespondenceOptions): Promise<undefined> {
  const { keys, outbox, relaysOf, clock, random, curve } = options;
  const list = [...contacts].map(
    ([peer, { acquaintance }]): Contact => ({ peer, facts: acquaintance.facts, sessions: [] }),
  );
  for (const event of writeContacts(list, { real: keys.real, now: clock.now() }, random, curve)) {
    await outbox.send(event, keys.pubkey, relaysOf(keys.pubkey));
  }
}

export class Correspondence implements AsyncDisposable {
  readonly #options: CorrespondenceOptions;
  readonly #driver: ContactDriver;
  readonly #kept: Kept;
  readonly #followed = new Map<PubkeyHex, Pursuit>();
  readonly #arrivals: Gathering<VerifiedEvent, Ingested>;
  #isClosed = false;

  private constructor(options: CorrespondenceOptions, kept: Kept) {
    this.#options = options;
    this.#driver = kept.driver;
    this.#kept = kept;
    this.#arrivals = new Gathering((events) => this.#take(events));
  }

  /** @internal */
  static start(options: CorrespondenceOptions, kept: Kept): Correspondence {
    const opened = new Correspondence(options, kept);
    const now = options.clock.now();
    for (const [peer, { acquaintance }] of kept.driver.state) {
      options.keys.add(peer, standingsOf(acquaintance.facts, now).removed);
    }
    opened.#follow();
    return opened;
  }

  get contacts(): Live<Contacts> {
    return live(this.#driver, (state) => state);
  }

  request(peer: PubkeyHex, words: string, expires?: number): Promise<IgnoredContact | undefined> {
    return this.#act({ kind: "request", words, ...this.#seeded(peer), ...(expires === undefined ? {} : { expires }) });
  }

  answer(peer: PubkeyHex, kind: "accept" | "reject" | "remove"): Promise<IgnoredContact | undefined> {
    return this.#act({ kind, ...this.#seeded(peer) });
  }

  say(peer: PubkeyHex, text: string, replyTo?: EventId): Promise<IgnoredContact | undefined> {
    return this.#act({ kind: "say", text, ...this.#seeded(peer), ...(replyTo === undefined ? {} : { replyTo }) });
  }

  /** Takes any event from anywhere. What is not ours, or nobody may say, is ignored with the reason. */
  ingest(event: VerifiedEvent): Promise<Ingested> {
    if (this.#isClosed) return Promise.resolve({ ok: false, reason: "closed" });
    return this.#arrivals.offer(event);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    // What waits is let go, and then it has to be asked for again.
    const isIdle = this.#arrivals.waiting === 0;
    const cursors = isIdle ? [...this.#followed].map(([who, each]) => [who, each.cursors()] as const) : [];
    for (const following of this.#followed.values()) following[Symbol.dispose]();
    await this.#arrivals[Symbol.asyncDispose]();
    for (const [who, each] of cursors) await this.#keepCursors(who, each).catch(() => undefined);
    await this.#driver[Symbol.asyncDispose]();
    await this.#kept.early[Symbol.asyncDispose]();
    await this.#kept.cursors[Symbol.asyncDispose]();
  }

  /** Messages that come together are written together; what is learned is learned one by one, for it changes who may speak. */
  async #take(events: readonly VerifiedEvent[]): Promise<readonly Ingested[]> {
    const answers: Ingested[] = [];
    let heard: { readonly at: number; readonly message: Message }[] = [];
    const flush = async (): Promise<void> => {
      const known = heard.map(({ message: { peer, id } }) => this.#driver.state.get(peer)?.messages.has(id) === true);
      if (heard.length > 0) await this.#driver.send({ kind: "heard", messages: heard.map(({ message }) => message) });
      for (const [i, { at }] of heard.entries()) {
        answers[at] = known[i] === true ? { ok: false, reason: "known-message" } : { ok: true };
      }
      heard = [];
    };
    for (const [at, event] of events.entries()) {
      const read = event.kind === APP_DATA ? "list" : this.#read(event);
      if (typeof read !== "string" && read.kind === "heard") {
        heard.push({ at, message: read.messages[0]! });
        continue;
      }
      await flush();
      answers[at] = typeof read === "string" ? await this.#takeOther(event, read) : await this.#learn(read);
    }
    await flush();
    return answers;
  }

  async #takeOther(event: VerifiedEvent, reason: string): Promise<Ingested> {
    if (event.kind === APP_DATA) return this.#ingestList(event);
    if (reason === "wrong-author" || reason === "not-for-us") await this.#keepEarly(event);
    const other = event.kind === GIFT_WRAP ? await this.#options.others?.(event) : undefined;
    return other?.ok === true ? other : { ok: false, reason };
  }

  async #learn(read: ContactEvent & { readonly kind: "learned" }): Promise<Ingested> {
    const ignored = await this.#driver.send(read);
    if (ignored === undefined) await this.#learned(read.peer);
    return ignored === undefined ? { ok: true } : { ok: false, reason: ignored };
  }

  #seeded(peer: PubkeyHex): { readonly peer: PubkeyHex; readonly now: number; readonly seed: Uint8Array } {
    return { peer, now: this.#options.clock.now(), seed: this.#options.random(32) };
  }

  async #act(event: ContactEvent & { readonly peer: PubkeyHex }): Promise<IgnoredContact | undefined> {
    const ignored = await this.#driver.send(event);
    if (ignored === undefined) await this.#learned(event.peer);
    return ignored;
  }

  #read(event: VerifiedEvent): (ContactEvent & { readonly kind: "learned" | "heard" }) | string {
    const { keys, clock, curve, difficulty = 0 } = this.#options;
    const now = clock.now();
    const isPair = pairsOf(this.#driver.state, keys, now);
    const policy: ReadPolicy = { difficulty };
    if (event.kind === GIFT_WRAP) {
      const item = readInbox(event, keys, { ...policy, isPair }, curve);
      if (item.kind === "refused") return item.reason;
      if (item.kind === "message") return { kind: "heard", messages: [item.message] };
      if (item.kind === "session") return "later-form";
      const { peer, fact, words } = item.exchange;
      return { kind: "learned", peer, fact, words, now };
    }
    if (event.kind === DIRECT_MESSAGE) {
      const read = readMessage(event, keys, isPair, curve);
      return read.ok ? { kind: "heard", messages: [read.message] } : read.reason;
    }
    const read = readPlain(event, keys, policy, curve);
    return read.ok ? { kind: "learned", peer: read.peer, fact: read.fact, words: read.words, now } : read.reason;
  }

  /** Our own list, from another device: who we know, so that our aliases towards them can be derived. */
  async #ingestList(event: VerifiedEvent): Promise<Ingested> {
    const { keys, clock, curve } = this.#options;
    const read = readContacts(event, keys.real, curve);
    if (!read.ok) return read;
    for (const { peer, facts } of read.contacts) {
      const outcomes = new Set<unknown>();
      for (const fact of facts) {
        outcomes.add(await this.#driver.send({ kind: "learned", peer, fact, words: "", now: clock.now() }));
      }
      if (outcomes.has(undefined)) await this.#learned(peer);
    }
    return { ok: true };
  }

  async #keepEarly(event: VerifiedEvent): Promise<void> {
    const { kept } = this.#kept.early;
    const oldest = kept.size >= MAX_EARLY ? [...kept.keys()][0] : undefined;
    await this.#kept.early.change(() => [
      [event.id, plain(event)],
      ...(oldest === undefined ? [] : ([[oldest, undefined]] as const)),
    ]);
  }

  /** New facts may mean new aliases to listen for, and make readable what came too early. */
  async #learned(peer: PubkeyHex): Promise<void> {
    const { keys, clock, random, curve } = this.#options;
    const facts = this.#driver.state.get(peer)?.acquaintance.facts ?? [];
    keys.add(peer, standingsOf(facts, clock.now()).removed);
    this.#follow();
    const { early } = this.#kept;
    const waiting = [...early.kept.values()];
    if (waiting.length === 0) return;
    await early.change((kept) => [...kept.keys()].map((id) => [id, undefined] as const));
    const checked = VerifiedEvent.checkAll(waiting, curve, random);
    await this.#take(checked.flatMap((verdict) => (verdict.ok ? [verdict.event] : [])));
  }

  #follow(): void {
    if (this.#isClosed) return;
    const { keys, relaysOf, network, clock } = this.#options;
    const relays = relaysOf(keys.pubkey).flatMap((url) => relayUrl(url) ?? []);
    for (const { identity, filters } of subscriptionsFor(keys.pubkey, keys.aliases())) {
      if (this.#followed.has(identity)) continue;
      const own: Filter = { kinds: [APP_DATA], authors: [identity] };
      const asked: readonly Filter[] = identity === keys.pubkey ? [...filters, own] : filters;
      const pursuit = new Pursuit({
        ...{ presence: this.#presence(identity), hearing: network.hearing, relays, clock },
        kept: new Map(this.#kept.cursors.kept.get(identity)?.map(({ name, at }) => [name, at])),
        filters: Object.fromEntries(asked.map((filter, i) => [`${identity}/${i}`, filter])),
        onEvent: (event) => this.#ingestQuietly(event),
        onCaughtUp: (cursors) => this.#keep(identity, cursors),
      });
      this.#followed.set(identity, pursuit);
    }
  }

  /** After all that came before has been taken, or a crash would lose it. */
  async #keep(identity: PubkeyHex, cursors: ReadonlyMap<string, number>): Promise<void> {
    await this.#arrivals.idle();
    if (!this.#isClosed) await this.#keepCursors(identity, cursors);
  }

  async #keepCursors(identity: PubkeyHex, cursors: ReadonlyMap<string, number>): Promise<void> {
    if (cursors.size > 0) {
      await this.#kept.cursors.set(
        identity,
        [...cursors].map(([name, at]) => ({ name, at })),
      );
    }
  }

  /** The driver may have stopped, because its disk is full; it has told so itself. */
  async #ingestQuietly(event: VerifiedEvent): Promise<void> {
    await this.ingest(event).catch(() => undefined);
  }

  #presence(identity: PubkeyHex): Presence {
    const { keys, network, random, curve } = this.#options;
    const secret = identity === keys.pubkey ? keys.real : keys.find(identity)?.secret;
    if (secret === undefined) return network.as({ pubkey: identity });
    return network.as({
      pubkey: identity,
      authenticate: async (template) => signEvent(template, secret, random(32), curve),
    });
  }
}
