/**
 * Private messages with people of ordinary Nostr programs (NIP-17), and the old ones (kind 4), read only.
 *
 *     arrives ─► waits ─► opened: at once with the key here, on the user's act with a signer who asks ─► message | reason
 *     say ─► sealed and wrapped for each, ourselves too ─► durable ─► out as nobody to where each takes private messages
 *
 * Spec: NIP-17, NIP-44, NIP-59. Somebody who has not said where he takes private messages is not written to: a message
 * that nobody fetches looks sent and is not. A wrap names us to the relay it lies on; nothing else does.
 */
import type { EventId, PubkeyHex } from "@subrosa/core/bytes";
import type { Curve, RandomSource } from "@subrosa/core/curve/curve";
import { UsageError } from "@subrosa/core/errors";
import {
  type EventTemplate,
  plain,
  type SignedEvent,
  type Tag,
  toRumor,
  VerifiedEvent,
} from "@subrosa/core/nostr/event";
import { expirationTag } from "@subrosa/core/nostr/nip40";
import { MAX_PLAINTEXT } from "@subrosa/core/nostr/nip44";
import { backdate, GIFT_WRAP, SEAL, wrap } from "@subrosa/core/nostr/nip59";
import { Secret } from "@subrosa/core/secret";
import { type Driver, openDriver } from "../driver/driver.ts";
import { machineStore } from "../driver/machine-store.ts";
import { type Clock, pause } from "../ports.ts";
import type { Presence } from "../relay/network.ts";
import type { Store } from "../store/store.ts";
import { directKeeping } from "./direct-keeping.ts";
import {
  type DirectEffect,
  type DirectEvent,
  type DirectState,
  directMachine,
  type IgnoredDirect,
  type Wrapped,
} from "./direct-machine.ts";
import { openWaiting, type Tried } from "./direct-opening.ts";
import {
  conversationOf,
  type DirectFile,
  type DirectMessage,
  FILE,
  fileTags,
  MAX_PEOPLE,
  OLD_MESSAGE,
  peerOfOld,
  REACTION,
  readDirect,
  TEXT,
} from "./direct-words.ts";
import { type Live, live } from "./live.ts";
import type { Opener } from "./opener.ts";
import type { Outbox } from "./outbox.ts";
import { spokenAt } from "./spoken-at.ts";

export const NOT_SAID = Object.freeze({
  "no-inbox": "Somebody has not said where private messages reach him, so it was not sent to anybody.",
  "not-sealed": "The signer did not seal it.",
  "too-long": "A private message has at most 30,000 bytes.",
  blocked: "You blocked somebody in this conversation.",
});
export type NotSaid = keyof typeof NOT_SAID;
export type Said =
  /** `isKept`: a copy went to our own inbox, for our other devices. */
  | { readonly ok: true; readonly id: EventId; readonly isKept: boolean }
  | { readonly ok: false; readonly reason: NotSaid; readonly people: readonly PubkeyHex[] };

export interface DirectOptions {
  readonly opener: Opener;
  /** Signs seals as the account. */
  readonly sign: (template: EventTemplate) => Promise<VerifiedEvent | undefined>;
  readonly store: Store;
  readonly outbox: Outbox;
  /** Where somebody takes private messages (kind 10050), ourselves included; undefined where he never said. */
  readonly inboxOf: (person: PubkeyHex) => readonly string[] | undefined;
  readonly isBlocked?: (person: PubkeyHex) => boolean;
  /** What was wrapped for us and is no message: for whoever knows it. */
  readonly onOther?: (tried: Tried & { readonly ok: false }, event: SignedEvent) => void;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly curve: Curve;
}

export interface Saying {
  readonly to: readonly PubkeyHex[];
  readonly text?: string;
  readonly file?: DirectFile;
  /** With `replyTo`, the text is a reaction to that message. */
  readonly isReaction?: boolean;
  readonly replyTo?: EventId;
  readonly subject?: string;
  readonly expires?: number;
}

export interface Opening {
  /** Of those that wait, the newest; default: all. */
  readonly limit?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: { readonly done: number; readonly all: number }) => void;
}
export type OpeningEnd = "all" | "refused" | "aborted";

type DirectDriver = Driver<DirectState, DirectEvent, DirectEffect, IgnoredDirect>;
const MAX_BYTES = 30_000;

export async function openDirect(options: DirectOptions): Promise<Direct> {
  const { store, outbox, clock, random, curve } = options;
  const driver: DirectDriver = await openDriver({
    machine: directMachine,
    store: machineStore(store, "direct", directKeeping),
    perform: async ({ event, relays }) => {
      const verdict = VerifiedEvent.check(event, curve);
      // The outbox knows an event by its id, so handing it over twice sends it once.
      if (verdict.ok) await outbox.send(verdict.event, "nobody", relays);
      return undefined;
    },
    clock,
    random,
  });
  return new Direct(options, driver);
}

export class Direct implements AsyncDisposable {
  readonly #options: DirectOptions;
  readonly #driver: DirectDriver;
  readonly #abort = new AbortController();
  #arriving: SignedEvent[] = [];
  #gathering: Promise<void> | undefined;
  #opening: Promise<OpeningEnd> = Promise.resolve("all");

  /** Only `openDirect` makes one. @internal */
  constructor(options: DirectOptions, driver: DirectDriver) {
    this.#options = options;
    this.#driver = driver;
    if (options.opener.isFree && driver.state.waiting.size > 0) void this.open().catch(() => undefined);
  }

  /** By id; a screen sorts them by `at` and groups them with `conversationOf`. */
  get messages(): Live<ReadonlyMap<EventId, DirectMessage>> {
    return live(this.#driver, ({ messages }) => messages);
  }

  /** How many wait to be opened. */
  get waiting(): Live<number> {
    return live(this.#driver, ({ waiting }) => waiting.size);
  }

  /** Listens on our own sockets; `old`: for kind 4 as well. */
  follow(presence: Presence, relays: readonly string[], { old = false }: { readonly old?: boolean } = {}): Disposable {
    const me = this.#options.opener.pubkey;
    const filters = [
      { kinds: [GIFT_WRAP], "#p": [me] },
      ...(old
        ? [
            { kinds: [OLD_MESSAGE], "#p": [me] },
            { kinds: [OLD_MESSAGE], authors: [me] },
          ]
        : []),
    ];
    const onEvent = (event: VerifiedEvent): Promise<unknown> => this.ingest(event);
    const open = filters.map((filter) => presence.follow(relays, { filter, onEvent }));
    return {
      [Symbol.dispose]: () => {
        for (const each of open) each[Symbol.dispose]();
      },
    };
  }

  /** Takes any event from anywhere; durable when it resolves. What is not ours is passed over. */
  async ingest(event: VerifiedEvent): Promise<"not-for-us" | "closed" | undefined> {
    const { opener } = this.#options;
    if (this.#abort.signal.aborted) return "closed";
    const isOld = event.kind === OLD_MESSAGE && peerOfOld(event, opener.pubkey) !== undefined;
    const isWrap = event.kind === GIFT_WRAP && event.tags.some(([name, key]) => name === "p" && key === opener.pubkey);
    if (!isOld && !isWrap) return "not-for-us";
    this.#arriving.push(plain(event));
    // What comes together is written together.
    this.#gathering ??= Promise.resolve().then(async () => {
      const events = this.#arriving;
      this.#arriving = [];
      this.#gathering = undefined;
      await this.#driver.send({ kind: "arrived", events });
      if (opener.isFree) await this.open();
    });
    await this.#gathering;
    return undefined;
  }

  /** Opens what waits, the newest first. With a signer who asks: only because the user wants it now. */
  open(opening: Opening = {}): Promise<OpeningEnd> {
    const turn = this.#opening.catch(() => "all" as const).then(() => this.#open(opening));
    this.#opening = turn;
    return turn;
  }

  /** Durable when it resolves. */
  async say(saying: Saying): Promise<Said> {
    const { opener, inboxOf, isBlocked, clock } = this.#options;
    const me = opener.pubkey;
    const people = [...new Set(saying.to)].filter((key) => key !== me).sort();
    if (people.length > MAX_PEOPLE)
      throw new UsageError("usage/range", `write to at most ${MAX_PEOPLE} people at once`);
    const refuse = (reason: NotSaid, who: readonly PubkeyHex[] = []): Said => ({ ok: false, reason, people: who });
    const blocked = people.filter((key) => isBlocked?.(key) === true);
    if (blocked.length > 0) return refuse("blocked", blocked);
    const unreachable = people.filter((key) => (inboxOf(key) ?? []).length === 0);
    if (unreachable.length > 0) return refuse("no-inbox", unreachable);
    const to = people.length === 0 ? [me] : people;
    const rumor = toRumor(templateOf(saying, to, spokenAt(clock.now(), this.#timesOf(to))), me);
    const text = JSON.stringify(rumor);
    if (new TextEncoder().encode(text).length > MAX_BYTES) return refuse("too-long");
    const ownInbox = inboxOf(me) ?? [];
    const readers = [...people, ...(ownInbox.length > 0 ? [me] : [])];
    const wraps: Wrapped[] = [];
    for (const reader of readers) {
      const event = await this.#wrap(text, reader, saying.expires);
      if (event === undefined) return refuse("not-sealed");
      wraps.push({ event, relays: inboxOf(reader) ?? [] });
    }
    const read = readDirect(rumor, me, clock.now());
    if (!read.ok) throw new UsageError("usage/template", `what was written cannot be read back: ${read.reason}`);
    await this.#driver.send({ kind: "said", message: read.value, wraps });
    return { ok: true, id: rumor.id, isKept: ownInbox.length > 0 };
  }

  #timesOf(people: readonly PubkeyHex[]): readonly number[] {
    const here = conversationOf(people);
    const messages = [...this.#driver.state.messages.values()];
    return messages.filter((each) => conversationOf(each.people) === here).map(({ at }) => at);
  }

  /** On this device; what lies on relays and with the others stays. */
  async forget(conversation: string): Promise<void> {
    await this.#driver.send({ kind: "forget", people: conversation });
  }

  /** Takes out what had an end; to be called now and then. */
  async expire(): Promise<void> {
    await this.#driver.send({ kind: "expire", now: this.#options.clock.now() });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort.abort(new UsageError("usage/state", "this account is closed; open it again"));
    await this.#opening.catch(() => undefined);
    await this.#driver[Symbol.asyncDispose]();
  }

  async #open({ limit = Number.POSITIVE_INFINITY, signal, onProgress }: Opening): Promise<OpeningEnd> {
    const { opener, clock, curve, isBlocked, onOther } = this.#options;
    const both = signal === undefined ? this.#abort.signal : AbortSignal.any([signal, this.#abort.signal]);
    const newestFirst = [...this.#driver.state.waiting.values()].sort((a, b) => b.created_at - a.created_at);
    const all = newestFirst.slice(0, Math.min(limit, newestFirst.length));
    // A signer who takes many asks once for as many as he takes; work in place gives way now and then.
    const size = opener.isFree ? 50 : 500;
    for (let done = 0; done < all.length; ) {
      if (both.aborted) return "aborted";
      const batch = all.slice(done, done + size);
      const tried = await openWaiting(batch, { opener, clock, curve, isBlocked, signal: both });
      if (tried === "aborted" || tried === "refused") return tried;
      await this.#driver.send({
        kind: "opened",
        outcomes: tried.map((each) => ({ id: each.id, read: each.ok ? each.message : each.reason })),
      });
      const byId = new Map(batch.map((event) => [event.id, event]));
      for (const each of tried) if (!each.ok) onOther?.(each, byId.get(each.id)!);
      done += batch.length;
      onProgress?.({ done, all: all.length });
      await pause(clock, 0, both);
    }
    return "all";
  }

  async #wrap(rumor: string, to: PubkeyHex, expires: number | undefined): Promise<SignedEvent | undefined> {
    const { opener, sign, clock, random, curve } = this.#options;
    const content = await opener.encrypt(to, rumor);
    if (content === undefined) return undefined;
    const dated = (): number => backdate(clock.now(), random(8));
    const seal = await sign({ kind: SEAL, created_at: dated(), tags: [], content });
    if (seal === undefined) return undefined;
    const bytes = random(32);
    using oneTime = Secret.from(bytes, curve);
    bytes.fill(0);
    const extraTags: readonly Tag[] = expires === undefined ? [] : [expirationTag(expires)];
    const inputs = { oneTime, recipient: to, created_at: dated(), extraTags };
    const json = JSON.stringify(plain(seal));
    if (json.length > MAX_PLAINTEXT) return undefined;
    return plain(wrap(json, inputs, random, curve));
  }
}

function templateOf(saying: Saying, people: readonly PubkeyHex[], now: number): EventTemplate {
  const { text = "", file, isReaction = false, replyTo, subject, expires } = saying;
  if (file === undefined && text === "") throw new UsageError("usage/template", "a message says something");
  if (isReaction && replyTo === undefined) throw new UsageError("usage/template", "say to which message this reacts");
  const tags: Tag[] = people.map((key) => ["p", key]);
  if (replyTo !== undefined) tags.push(["e", replyTo]);
  if (subject !== undefined) tags.push(["subject", subject]);
  if (expires !== undefined) tags.push(expirationTag(expires));
  if (file !== undefined) return { kind: FILE, created_at: now, tags: [...tags, ...fileTags(file)], content: file.url };
  return { kind: isReaction ? REACTION : TEXT, created_at: now, tags, content: text };
}
