/**
 * Events of which the newest counts: profiles, relay lists, lists of people. Kept as they were last seen, and rewritten
 * only after every relay was asked for a newer one.
 *
 * Spec: NIP-01 (replaceable and addressable events). Whoever publishes a list over one that he has not seen destroys it:
 * his own of another device, or of another program. So a relay that does not answer stops the change, by name, unless
 * the user says to go on without it. Two changes follow each other; they never start from the same version.
 */
import { type PubkeyHex, toHex, utf8 } from "@subrosa/core/bytes";
import type { RandomSource } from "@subrosa/core/curve/curve";
import { sha256 } from "@subrosa/core/hash";
import type { Shape } from "@subrosa/core/json";
import { isReplaceable } from "@subrosa/core/nip97/message";
import {
  type EventTemplate,
  plain,
  readSignedEvent,
  type SignedEvent,
  type VerifiedEvent,
} from "@subrosa/core/nostr/event";
import type { Filter } from "@subrosa/core/nostr/filter";
import type { RelayUrl } from "@subrosa/core/nostr/relay-url";
import { tagValue } from "@subrosa/core/nostr/tags";
import type { Clock } from "../ports.ts";
import { type Asked, ask } from "../relay/ask.ts";
import type { Presence } from "../relay/network.ts";
import type { Store } from "../store/store.ts";
import type { Live } from "./live.ts";
import type { Outbox } from "./outbox.ts";
import { type Kept, openRecords, type Records } from "./records.ts";

export const NOT_REPLACED = Object.freeze({
  unanswered: "A relay did not say what it holds; it may have a newer list, which this would take the place of.",
  unchanged: "This is what it says already.",
  sealed: "The private part of the list could not be opened, and writing it anew would lose it.",
  "not-signed": "The signer did not sign it.",
  "not-sent": "There is too much waiting to go out already, or no relay to send it to.",
});
export type NotReplaced = keyof typeof NOT_REPLACED;
export type Replaced =
  | { readonly ok: true; readonly event: VerifiedEvent; readonly silent: readonly RelayUrl[] }
  | { readonly ok: false; readonly reason: NotReplaced; readonly silent: readonly RelayUrl[] };

export interface ReplaceablesOptions {
  readonly me: PubkeyHex;
  readonly store: Store;
  readonly outbox: Outbox;
  /** Our own sockets: for what is ours. */
  readonly own: () => Presence;
  /** Where what is ours is kept. */
  readonly relays: () => readonly string[];
  readonly sign: (template: EventTemplate) => Promise<VerifiedEvent | undefined>;
  readonly clock: Clock;
  readonly random: RandomSource;
  /** Of other people, events kept at most; the oldest fetched go first. Default 5,000. */
  readonly maxOthers?: number;
  /** Milliseconds that a relay may take. Default 15,000. */
  readonly timeout?: number;
}

/** What a change makes of the newest version; undefined: it says that already. */
export type Rewriting = (
  newest: SignedEvent | undefined,
) => Promise<Omit<EventTemplate, "created_at" | "kind"> | "sealed" | undefined>;

const MAX_SIZE = 1 << 18;
const shape: Shape<SignedEvent> = { read: (value) => readSignedEvent(value), write: plain };

export async function openReplaceables(options: ReplaceablesOptions): Promise<Replaceables> {
  const { store, clock, random } = options;
  return new Replaceables(options, await openRecords({ store, place: "replaceable", shape, clock, random }));
}

export class Replaceables implements AsyncDisposable {
  readonly me: PubkeyHex;
  readonly #options: ReplaceablesOptions;
  readonly #records: Records<SignedEvent>;
  readonly #waiting = new Map<string, SignedEvent>();
  #tail: Promise<unknown> = Promise.resolve();
  #ingesting: Promise<void> | undefined;

  /** Only `openReplaceables` makes one. @internal */
  constructor(options: ReplaceablesOptions, records: Records<SignedEvent>) {
    this.me = options.me;
    this.#options = options;
    this.#records = records;
  }

  newest(kind: number, author: PubkeyHex, d = ""): SignedEvent | undefined {
    const name = nameOf(kind, author, d);
    return this.#waiting.get(name) ?? this.#records.kept.get(name);
  }

  /** Changes where this author's event does. */
  live(kind: number, author: PubkeyHex, d = ""): Live<SignedEvent | undefined> {
    const name = nameOf(kind, author, d);
    return this.#records.view((kept) => kept.get(name));
  }

  /** Durable when it resolves. Says why where it is not kept. */
  async ingest(event: VerifiedEvent): Promise<"not-replaceable" | "older" | "too-large" | undefined> {
    const { kind, pubkey, tags } = event;
    if (!isReplaceable(kind)) return "not-replaceable";
    if (sizeOf(event) > MAX_SIZE && pubkey !== this.me) return "too-large";
    const d = kind >= 30_000 ? (tagValue(tags, "d") ?? "") : "";
    const known = this.newest(kind, pubkey, d);
    if (known !== undefined && !isNewer(event, known)) return "older";
    this.#waiting.set(nameOf(kind, pubkey, d), plain(event));
    // What comes together is written together.
    this.#ingesting ??= Promise.resolve().then(() => this.#write());
    await this.#ingesting;
    return undefined;
  }

  /** Until the answer is disposed of. */
  follow(presence: Presence, relays: readonly string[], filter: Filter): Disposable {
    return presence.follow(relays, { filter, onEvent: (event) => this.#quietly(event) });
  }

  /** Asks now. Others' lists are asked for on whatever sockets the caller chooses: a relay sees who is asked about. */
  async fetch(
    presence: Presence,
    relays: readonly string[],
    filter: Filter,
    { signal, timeout = this.#options.timeout }: { readonly signal?: AbortSignal; readonly timeout?: number } = {},
  ): Promise<Asked> {
    const { clock } = this.#options;
    const options = { clock, ...(signal && { signal }), ...(timeout === undefined ? {} : { timeout }) };
    const asked = await ask(presence, relays, filter, options);
    await Promise.all(asked.events.map((event) => this.ingest(event)));
    return asked;
  }

  /** Rewrites one of our own. Resolves when it is durable; the outbox says what becomes of it. */
  replace(kind: number, d: string | undefined, rewrite: Rewriting, despiteSilence = false): Promise<Replaced> {
    const turn = this.#tail.then(() => this.#replace(kind, d, rewrite, despiteSilence));
    this.#tail = turn.catch(() => undefined);
    return turn;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tail;
    await this.#ingesting;
    await this.#records[Symbol.asyncDispose]();
  }

  async #replace(kind: number, d: string | undefined, rewrite: Rewriting, despiteSilence: boolean): Promise<Replaced> {
    const { me, outbox, own, relays, sign, clock } = this.#options;
    const here = relays();
    const filter: Filter = { kinds: [kind], authors: [me], ...(d === undefined ? {} : { "#d": [d] }) };
    const asked = await this.fetch(own(), here, filter);
    const silent = [...asked.relays].flatMap(([relay, how]) => (how === "fully" ? [] : [relay]));
    const refuse = (reason: NotReplaced): Replaced => ({ ok: false, reason, silent });
    if (silent.length > 0 && !despiteSilence) return refuse("unanswered");
    const newest = this.newest(kind, me, d);
    const content = await rewrite(newest);
    if (content === undefined) return refuse("unchanged");
    if (content === "sealed") return refuse("sealed");
    const created_at = Math.max(clock.now(), (newest?.created_at ?? -1) + 1);
    const event = await sign({ kind, created_at, ...content });
    if (event === undefined) return refuse("not-signed");
    const ignored = await outbox.send(event, me, here);
    if (ignored !== undefined) return refuse("not-sent");
    await this.ingest(event);
    return { ok: true, event, silent };
  }

  async #write(): Promise<void> {
    this.#ingesting = undefined;
    const fresh = new Map(this.#waiting);
    await this.#records.change((kept) => this.#bounded(kept, fresh));
    for (const [name, event] of fresh) if (this.#waiting.get(name) === event) this.#waiting.delete(name);
  }

  /** What is ours always has its place; of others, what came first goes first. */
  #bounded(
    kept: Kept<SignedEvent>,
    fresh: ReadonlyMap<string, SignedEvent>,
  ): readonly (readonly [string, SignedEvent | undefined])[] {
    const { maxOthers = 5_000 } = this.#options;
    const old = [...kept].filter(([name, { pubkey }]) => pubkey !== this.me && !fresh.has(name));
    const others = [...old, ...[...fresh].filter(([, { pubkey }]) => pubkey !== this.me)];
    const gone = new Set(others.slice(0, Math.max(0, others.length - maxOthers)).map(([name]) => name));
    const added = [...fresh].filter(([name]) => !gone.has(name));
    return [...added, ...[...gone].filter((name) => kept.has(name)).map((name) => [name, undefined] as const)];
  }

  /** The driver may have stopped, because its disk is full; it has told so itself. */
  async #quietly(event: VerifiedEvent): Promise<void> {
    await this.ingest(event).catch(() => undefined);
  }
}

/** NIP-01: of two of one second, the one with the lower id. */
export function isNewer(a: SignedEvent, b: SignedEvent): boolean {
  return a.created_at > b.created_at || (a.created_at === b.created_at && a.id < b.id);
}

function nameOf(kind: number, author: PubkeyHex, d = ""): string {
  return `${kind}/${author}${d === "" ? "" : `/${toHex(sha256(utf8(d)))}`}`;
}

function sizeOf({ content, tags }: SignedEvent): number {
  return tags.reduce((sum, tag) => tag.reduce((all, { length }) => all + length + 3, sum), content.length);
}
