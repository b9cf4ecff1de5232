/**
 * Posts by members, from several relays, each verified here while somebody looks at it.
 *
 *     follow ─► no claim: passed over ─► unchecked ─► checking ─► verified | failed
 *                                            └ a relay vouches: vouched, until it was checked here
 *
 * Spec: docs/spec/member-proofs.md PROOF-6 … 10, NIP97-2 … 4. Proofs are verified by the judge, beside this thread or
 * giving way; what `look` does not name is taken back. Everything is bounded: the oldest posts go first. It is followed
 * as nobody unless the caller says as whom: who reads what a group says anonymously is nobody's business.
 */
import type { EventId, PubkeyHex } from "@subrosa/core/bytes";
import { type JudgedEvent, type Pseudonym, pseudonymOf } from "@subrosa/core/nip97/pseudonym";
import { ringScore, type Score } from "@subrosa/core/nip97/wot";
import type { VerifiedEvent } from "@subrosa/core/nostr/event";
import type { Filter } from "@subrosa/core/nostr/filter";
import type { RelayUrl } from "@subrosa/core/nostr/relay-url";
import { ProofCache } from "@subrosa/core/proof/cache";
import { LABEL_KIND, type RelayVerdict, readRelayVerdict } from "@subrosa/core/proof/relay-verdict";
import { type Recognition, recogniseRing, type TrustSources } from "@subrosa/core/proof/trust";
import type { RingName } from "@subrosa/core/ring/ring";
import type { Clock } from "../ports.ts";
import type { Network, Presence } from "../relay/network.ts";
import { Cell } from "./cell.ts";
import { ANNOUNCEMENT, entryOf, type FeedEntry, type Judged, memberOf, stateOf, type Viewing } from "./feed-entry.ts";
import type { Judge } from "./judge.ts";
import { type Live, live } from "./live.ts";
import { isVerified, type Post } from "./post.ts";

export interface FeedOptions {
  readonly network: Network;
  readonly judge: Judge;
  readonly clock: Clock;
  /** What the viewer trusts, asked whenever posts are shown anew; `knownRings.sources()`. */
  readonly trust?: () => TrustSources;
  readonly score?: Score;
  /** Proofs verified at once. Default 4. */
  readonly parallel?: number;
  /** Default 2,000 posts and 2^26 UTF-16 units. */
  readonly maxPosts?: number;
  readonly maxSize?: number;
}

export interface FeedFollowing {
  readonly relays: readonly string[];
  readonly filters: readonly Filter[];
  /** Absent: as nobody, on sockets of their own. */
  readonly as?: Presence;
  /** Relays that verify proofs themselves, with the key each names as `self` in its NIP-11 document. */
  readonly vouchers?: ReadonlyMap<RelayUrl, PubkeyHex>;
}

export type FeedIgnored = keyof typeof IGNORED_POST;
export const IGNORED_POST = Object.freeze({
  "no-proof": "This carries no proof, and its author announced no pseudonym.",
  "known-post": "This post was already known.",
  future: "This post is dated in the future.",
  "too-old": "There are enough newer posts.",
  "too-large": "This post is larger than the whole feed may be.",
  closed: "This feed is closed.",
});

interface FeedView {
  readonly posts: readonly Post[];
  readonly verified: readonly Post[];
  /** How many events were passed over, and why. */
  readonly ignored: ReadonlyMap<FeedIgnored, number>;
  readonly isSettled: boolean;
}

const MAX_FUTURE = 900;
const MAX_EARLY = 1_000;
const MAX_WORDS = 20_000;
const MAX_KEYS = 20_000;
/** Of one key. */
const MAX_ANNOUNCEMENTS = 64;
const MAX_FAILURES = 2;
/** Milliseconds in which changes are gathered before they are shown. */
const GATHERING = 50;

export class Feed implements Disposable {
  readonly #options: FeedOptions;
  readonly #entries = new Map<EventId, FeedEntry>();
  /** Without a proof: read again when their author announces himself. */
  readonly #early = new Map<EventId, VerifiedEvent>();
  readonly #words = new Map<EventId, Map<RelayUrl, RelayVerdict["label"]>>();
  readonly #announcements = new Map<PubkeyHex, readonly JudgedEvent[]>();
  readonly #watched = new Set<PubkeyHex>();
  readonly #cache = new ProofCache();
  readonly #recognised = new Map<RingName, Recognition>();
  readonly #scored = new Map<RingName, number | undefined>();
  readonly #running = new Map<EventId, AbortController>();
  readonly #open = new Set<Disposable>();
  readonly #ignored = new Map<FeedIgnored, number>();
  readonly #view = new Cell<FeedView>({ posts: [], verified: [], ignored: new Map(), isSettled: true });
  #looked: readonly EventId[] | "all" = "all";
  #order: readonly FeedEntry[] = [];
  #size = 0;
  #callOff: (() => void) | undefined;
  #isClosed = false;

  constructor(options: FeedOptions) {
    this.#options = options;
  }

  /** Newest first. */
  get posts(): Live<readonly Post[]> {
    return live(this.#view, ({ posts }) => posts);
  }

  get verified(): Live<readonly Post[]> {
    return live(this.#view, ({ verified }) => verified);
  }

  get ignored(): Live<ReadonlyMap<FeedIgnored, number>> {
    return live(this.#view, ({ ignored }) => ignored);
  }

  /** Everything that came is shown, and what is looked at is checked. */
  get settled(): Live<boolean> {
    return live(this.#view, ({ isSettled }) => isSettled);
  }

  /** Until the answer is disposed of; what it brought stays. */
  follow({ relays, filters, as, vouchers = new Map() }: FeedFollowing): Disposable {
    const presence = as ?? this.#options.network.anonymously();
    const onEvent = (event: VerifiedEvent, relay: RelayUrl): unknown => this.ingest(event, relay);
    const open = filters.map((filter) => presence.follow(relays, { filter, onEvent }));
    for (const [relay, self] of vouchers) {
      const filter: Filter = { kinds: [LABEL_KIND], authors: [self] };
      open.push(presence.follow([relay], { filter, onEvent: (event) => this.#hear(event, relay, self) }));
    }
    const following = {
      [Symbol.dispose]: () => {
        this.#open.delete(following);
        for (const each of open) each[Symbol.dispose]();
        if (as === undefined) presence[Symbol.dispose]();
      },
    };
    this.#open.add(following);
    return following;
  }

  /** Everything by one key: a lasting pseudonym and its history. Without a proof, only its posts are taken. */
  followKey(pubkey: PubkeyHex, following: Omit<FeedFollowing, "filters">): Disposable {
    this.#watched.add(pubkey);
    return this.follow({ ...following, filters: [{ authors: [pubkey] }] });
  }

  /** What is known of a key as a lasting pseudonym. */
  pseudonym(pubkey: PubkeyHex): Pseudonym {
    return pseudonymOf(pubkey, this.#announcements.get(pubkey) ?? []);
  }

  /** What is on the screen, most important first; the rest is taken back and not begun. Until the first call: "all". */
  look(at: Iterable<EventId> | "all"): void {
    this.#looked = typeof at === "string" ? "all" : [...at];
    const wanted = new Set(typeof at === "string" ? this.#entries.keys() : this.#looked);
    for (const [id, controller] of [...this.#running]) if (!wanted.has(id)) controller.abort(NOT_LOOKED_AT);
    this.#pump();
  }

  /** To be called when what the viewer trusts, or whom he follows, has changed. */
  trustChanged(): void {
    this.#recognised.clear();
    this.#scored.clear();
    this.#changed();
  }

  /** Takes any verified event from anywhere; says why where it is none for this feed. */
  ingest(event: VerifiedEvent, relay?: RelayUrl): FeedIgnored | undefined {
    const ignored = this.#take(event, relay);
    if (ignored !== undefined) {
      this.#ignored.set(ignored, (this.#ignored.get(ignored) ?? 0) + 1);
    }
    this.#changed();
    return ignored;
  }

  [Symbol.dispose](): void {
    this.#isClosed = true;
    this.#callOff?.();
    for (const controller of this.#running.values()) controller.abort(NOT_LOOKED_AT);
    for (const following of [...this.#open]) following[Symbol.dispose]();
  }

  #take(event: VerifiedEvent, relay: RelayUrl | undefined): FeedIgnored | undefined {
    if (this.#isClosed) return "closed";
    const known = this.#entries.get(event.id);
    if (known !== undefined) {
      if (relay !== undefined) known.relays.add(relay);
      return "known-post";
    }
    if (event.created_at > this.#options.clock.now() + MAX_FUTURE) return "future";
    const entry = entryOf(event);
    if (relay !== undefined) entry.relays.add(relay);
    if (entry.claim === "none" && !this.#watched.has(event.pubkey) && !this.#announcements.has(event.pubkey)) {
      this.#early.set(event.id, event);
      dropFirst(this.#early, MAX_EARLY);
      return "no-proof";
    }
    return this.#admit(entry);
  }

  #admit(entry: FeedEntry): FeedIgnored | undefined {
    const { maxPosts = 2_000, maxSize = 1 << 26 } = this.#options;
    if (entry.size > maxSize) return "too-large";
    this.#entries.set(entry.event.id, entry);
    this.#size += entry.size;
    if (this.#entries.size <= maxPosts && this.#size <= maxSize) return undefined;
    // Made room in larger steps, so that a flood is not sorted once for every post.
    const newest = [...this.#entries.values()].sort(newerFirst);
    while (newest.length > 0 && (newest.length > maxPosts * 0.95 || this.#size > maxSize * 0.95)) {
      const oldest = newest.pop()!;
      this.#entries.delete(oldest.event.id);
      this.#size -= oldest.size;
      this.#running.get(oldest.event.id)?.abort(NOT_LOOKED_AT);
    }
    return this.#entries.has(entry.event.id) ? undefined : "too-old";
  }

  #hear(event: VerifiedEvent, relay: RelayUrl, self: PubkeyHex): void {
    const word = readRelayVerdict(event, self);
    if (word === undefined) return;
    const words = this.#words.get(word.event) ?? new Map<RelayUrl, RelayVerdict["label"]>();
    this.#words.set(word.event, words.set(relay, word.label));
    dropFirst(this.#words, MAX_WORDS);
    this.#changed();
  }

  #pump(): void {
    const { parallel = 4 } = this.#options;
    const waiting = this.#waiting();
    while (!this.#isClosed && this.#running.size < parallel) {
      const { value: entry } = waiting.next();
      if (entry === undefined) return;
      void this.#check(entry);
    }
  }

  *#waiting(): Generator<FeedEntry, undefined, void> {
    const looked = this.#looked === "all" ? this.#order : this.#looked.map((id) => this.#entries.get(id));
    for (const entry of looked) {
      if (entry === undefined || !this.#entries.has(entry.event.id) || entry.claim === "none") continue;
      if (entry.judged === undefined && !entry.isChecking && entry.failures < MAX_FAILURES) yield entry;
    }
    return undefined;
  }

  async #check(entry: FeedEntry): Promise<void> {
    const { event } = entry;
    const controller = new AbortController();
    this.#running.set(event.id, controller);
    entry.isChecking = true;
    this.#changed();
    try {
      const judged = await this.#judge(entry, controller.signal);
      entry.judged = judged;
      this.#learn(event, judged);
    } catch {
      // Taken back, or a worker died, which is no verdict about anybody's post: it is tried once more.
      if (!controller.signal.aborted) entry.failures++;
    }
    entry.isChecking = false;
    this.#running.delete(event.id);
    this.#changed();
    this.#pump();
  }

  async #judge({ event, claim }: FeedEntry, signal: AbortSignal): Promise<Judged> {
    const { judge } = this.#options;
    if (claim === "ring-signature") return { claim, verdict: await judge.ringSignature(event, signal) };
    const verdict = this.#cache.get(event) ?? (await judge.member(event, signal));
    this.#cache.set(event, verdict);
    return { claim: "member-proof", verdict };
  }

  /** An announcement makes its key's other posts readable, those too that came before it. */
  #learn(event: VerifiedEvent, judged: Judged): void {
    if (judged.claim !== "ring-signature" || event.kind !== ANNOUNCEMENT || !judged.verdict.ok) return;
    const known = this.#announcements.get(event.pubkey) ?? [];
    const heard: JudgedEvent = { event, verdict: judged.verdict };
    // An end is for ever, so beside it nothing else need be remembered.
    const isOver = known.some(({ verdict }) => "revokes" in verdict);
    if (isOver || known.some((each) => each.event.id === event.id)) return;
    const next = "revokes" in judged.verdict ? [heard] : [...known, heard].slice(0, MAX_ANNOUNCEMENTS);
    this.#announcements.set(event.pubkey, next);
    dropFirst(this.#announcements, MAX_KEYS);
    for (const early of [...this.#early.values()]) {
      if (early.pubkey !== event.pubkey) continue;
      this.#early.delete(early.id);
      this.#take(early, undefined);
    }
  }

  #changed(): void {
    if (this.#isClosed) return;
    if (this.#view.state.isSettled) this.#view.set({ ...this.#view.state, isSettled: false });
    this.#callOff ??= this.#options.clock.after(GATHERING, () => {
      this.#callOff = undefined;
      this.#show();
      this.#pump();
    });
  }

  #show(): void {
    this.#order = [...this.#entries.values()].sort(newerFirst);
    const sources = this.#options.trust?.() ?? {};
    const pseudonyms = new Map<PubkeyHex, Pseudonym>();
    const viewing: Viewing = {
      trust: (name, keys) => {
        const known = this.#recognised.get(name) ?? recogniseRing({ name, keys }, sources);
        this.#recognised.set(name, known);
        return known;
      },
      score: (name, keys) => {
        if (!this.#scored.has(name)) {
          this.#scored.set(name, this.#options.score && ringScore("event", keys, this.#options.score));
        }
        return this.#scored.get(name);
      },
      pseudonym: (pubkey) => {
        const known = pseudonyms.get(pubkey) ?? this.pseudonym(pubkey);
        pseudonyms.set(pubkey, known);
        return known;
      },
      words: (id) => this.#words.get(id) ?? NO_WORDS,
    };
    const shown = this.#order.map((entry): Post => {
      return { event: entry.event, relays: [...entry.relays], state: stateOf(entry, viewing) };
    });
    const posts = linked(shown);
    const isSettled = this.#running.size === 0 && this.#waiting().next().done === true;
    this.#view.set({ posts, verified: posts.filter(isVerified), ignored: new Map(this.#ignored), isSettled });
  }
}

const NOT_LOOKED_AT = Object.freeze({ reason: "nobody looks at it" });
const NO_WORDS: ReadonlyMap<RelayUrl, RelayVerdict["label"]> = new Map();

function linked(posts: readonly Post[]): readonly Post[] {
  const members = new Map<string, EventId[]>();
  const keys = posts.map(({ event, state }) => memberOf(event, state));
  keys.forEach((key, i) => {
    if (key === undefined) return;
    const all = members.get(key) ?? [];
    all.push(posts[i]!.event.id);
    members.set(key, all);
  });
  return posts.map((post, i) => {
    const all = keys[i] === undefined ? undefined : members.get(keys[i]);
    if (all === undefined || all.length < 2 || !isVerified(post)) return post;
    return { ...post, state: { ...post.state, sameMember: all.filter((id) => id !== post.event.id) } };
  });
}

function newerFirst({ event: a }: FeedEntry, { event: b }: FeedEntry): number {
  return b.created_at - a.created_at || (a.id < b.id ? -1 : 1);
}

function dropFirst<K>(map: Map<K, unknown>, most: number): void {
  const [first] = map.keys();
  if (map.size > most && first !== undefined) map.delete(first);
}
