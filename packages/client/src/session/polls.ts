/**
 * Polls inside a known ring: asked, voted in as somebody in the ring, counted by everybody alike.
 *
 * Spec: docs/spec/member-proofs.md PROOF-11. A ballot goes out as nobody, under a key of its own, dated down to ten
 * minutes. Whose it is nobody can tell, and a second one by the same member takes the first one's place or counts for
 * nothing, as the poll says. The tally is core's function of the set of ballots; `recount` makes it from what relays hold
 * and nothing else. What this account knows and voted is kept in its store.
 */
import { type EventId, eventId } from "@subrosa/core/bytes";
import type { RandomSource } from "@subrosa/core/curve/curve";
import { hexText, integer, list, object, type Shape, text } from "@subrosa/core/json";
import {
  type EventTemplate,
  plain,
  readSignedEvent,
  type SignedEvent,
  type VerifiedEvent,
} from "@subrosa/core/nostr/event";
import { tagsNamed } from "@subrosa/core/nostr/tags";
import { ballotTemplate } from "@subrosa/core/poll/ballot";
import { type Poll, type PollDraft, readPoll, writePoll } from "@subrosa/core/poll/poll";
import { directoryAddress } from "@subrosa/core/proof/directory-address";
import type { Clock } from "../ports.ts";
import type { Network } from "../relay/network.ts";
import type { Store } from "../store/store.ts";
import type { Sender } from "./delivery.ts";
import type { Judge } from "./judge.ts";
import type { KnownRings } from "./known-rings.ts";
import type { Live } from "./live.ts";
import type { MemberSigner } from "./member-signer.ts";
import type { Outbox } from "./outbox.ts";
import { PollCount } from "./poll-count.ts";
import { type Kept, openRecords, type Records } from "./records.ts";

export const NO_VOTE = Object.freeze({
  "no-such-poll": "This poll is not known here; open it first.",
  "poll-over": "The poll has ended.",
  "poll-not-begun": "The poll is dated in the future; check the clock.",
  "already-voted": "You voted already, and in this poll the first vote counts.",
  "ring-unknown": "The poll's ring is a group's, and the group's members of that time are not known here.",
  "choice-unknown": "This is not among the poll's options, or it is more than one may choose.",
  "not-a-member": "Your key is not among those who may vote.",
  "not-proven": "The signer did not sign the ballot.",
  "other-proof": "What the signer returned is not the ballot that was asked for; it was thrown away.",
  "not-signed": "The signer did not sign the poll.",
  "not-sent": "There is too much waiting to go out already, or no relay to send it to.",
});
export type NoVote = keyof typeof NO_VOTE;
export type Voted = { readonly ok: true; readonly id: EventId } | { readonly ok: false; readonly reason: NoVote };

export interface Vote {
  readonly ballot: EventId;
  readonly choices: readonly string[];
  readonly at: number;
}
export interface KnownPoll {
  readonly poll: Poll;
  readonly event: SignedEvent;
  readonly relays: readonly string[];
  /** By this account, on this device or one that shares its store. */
  readonly vote?: Vote;
}

export interface PollsOptions {
  readonly store: Store;
  readonly outbox: Outbox;
  readonly network: Network;
  readonly judge: Judge;
  readonly member: MemberSigner;
  /** Signs as the account, for polls that are asked under one's own name. */
  readonly sign: (template: EventTemplate) => Promise<VerifiedEvent | undefined>;
  /** Where a poll's ring is a group's directory. */
  readonly rings?: KnownRings;
  readonly clock: Clock;
  readonly random: RandomSource;
}

interface PollRecord {
  readonly event: SignedEvent;
  readonly relays: readonly string[];
  readonly vote?: Vote;
}

const MAX_POLLS = 2_000;
/** Seconds: nobody learns from a ballot at which minute its author sat at his device. */
const DATE_STEP = 600;

const vote = object({
  ballot: hexText(32) as Shape<EventId>,
  choices: list(text({ max: 4_096 }), { max: 1_000 }),
  at: integer(),
});
const event: Shape<SignedEvent> = { read: (value) => readSignedEvent(value), write: plain };
const record = object({ event, relays: list(text({ max: 1_024 }), { max: 50 }) }, { optional: { vote } });

export async function openPolls(options: PollsOptions): Promise<Polls> {
  const { store, clock, random } = options;
  return new Polls(options, await openRecords<PollRecord>({ store, place: "polls", shape: record, clock, random }));
}

export class Polls implements AsyncDisposable {
  readonly #options: PollsOptions;
  readonly #records: Records<PollRecord>;
  readonly #counts = new Set<PollCount>();
  #from: Kept<PollRecord> | undefined;
  #known: ReadonlyMap<EventId, KnownPoll> = new Map();

  /** Only `openPolls` makes one. @internal */
  constructor(options: PollsOptions, records: Records<PollRecord>) {
    this.#options = options;
    this.#records = records;
  }

  get known(): Live<ReadonlyMap<EventId, KnownPoll>> {
    return this.#records.view((kept) => this.#read(kept));
  }

  /** Asked under one's own name. Throws UsageError for a draft that is no poll. Durable when it resolves. */
  async create(draft: Omit<PollDraft, "createdAt" | "relays">, relays: readonly string[]): Promise<Voted> {
    const { outbox, clock } = this.#options;
    const signed = await this.#options.sign(writePoll({ ...draft, relays, createdAt: clock.now() }));
    if (signed === undefined) return { ok: false, reason: "not-signed" };
    const ignored = await outbox.send(signed, signed.pubkey, relays);
    if (ignored !== undefined) return { ok: false, reason: "not-sent" };
    await this.#remember(signed, relays);
    return { ok: true, id: signed.id };
  }

  /** A poll that somebody showed us; undefined where it is one that can be counted. */
  async learn(poll: VerifiedEvent, relays: readonly string[]): Promise<string | undefined> {
    const reading = readPoll(poll);
    if (!reading.ok) return reading.reason;
    await this.#remember(poll, relays);
    return undefined;
  }

  forget(id: EventId): Promise<void> {
    return this.#records.set(id, undefined);
  }

  /** Throws UsageError for what is no choice. Durable when it resolves; the outbox says what becomes of the ballot. */
  async vote(id: EventId, choices: readonly string[]): Promise<Voted> {
    const known = this.#read(this.#records.kept).get(id);
    if (known === undefined) return refuse("no-such-poll");
    const { poll, relays, vote: earlier } = known;
    const now = this.#options.clock.now();
    if (now < poll.createdAt) return refuse("poll-not-begun");
    if (poll.endsAt !== undefined && now > poll.endsAt) return refuse("poll-over");
    if (earlier !== undefined && !poll.revote) return refuse("already-voted");
    if (!areChoices(poll, choices)) return refuse("choice-unknown");
    // A later ballot counts only where it is dated later.
    const at = Math.max(poll.createdAt, now - (now % DATE_STEP), (earlier?.at ?? -1) + 1);
    if (at > (poll.endsAt ?? at)) return refuse("poll-over");
    const keys = poll.keys ?? this.#groupKeys(known);
    if (keys === undefined) return refuse("ring-unknown");
    const signed = await this.#options.member.sign(ballotTemplate(poll, choices, at, keys), { poll: id });
    if (!signed.ok) return refuse(signed.reason === "no-directory" ? "ring-unknown" : signed.reason);
    const as: Sender = "nobody";
    const ignored = await this.#options.outbox.send(signed.event, as, relays);
    if (ignored !== undefined) return refuse("not-sent");
    const cast: Vote = { ballot: signed.event.id, choices, at };
    await this.#records.change((kept) => {
      const before = kept.get(id);
      return before === undefined ? [] : [[id, { ...before, vote: cast }]];
    });
    return { ok: true, id: signed.event.id };
  }

  /** Counts live, until it is disposed of. Undefined where the poll is not known. */
  count(id: EventId): PollCount | undefined {
    const known = this.#read(this.#records.kept).get(id);
    if (known === undefined) return undefined;
    const { network, judge, clock } = this.#options;
    const count = new PollCount({ poll: known.poll, relays: known.relays, network, judge, clock });
    this.#counts.add(count);
    return count;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const count of this.#counts) count[Symbol.dispose]();
    await this.#records[Symbol.asyncDispose]();
  }

  async #remember(poll: VerifiedEvent, relays: readonly string[]): Promise<void> {
    const named = tagsNamed(poll.tags, "relay").flatMap(([, url]) => (url === undefined ? [] : [url]));
    const all = [...new Set([...relays, ...named.filter(isRelay)])].slice(0, 20);
    await this.#records.change((kept) => {
      const before = kept.get(poll.id);
      const place = before === undefined && kept.size >= MAX_POLLS ? oldestUnvoted(kept) : undefined;
      const after: PollRecord = { event: plain(poll), relays: all, ...(before?.vote && { vote: before.vote }) };
      return [...(place === undefined ? [] : [[place, undefined] as const]), [poll.id, after] as const];
    });
  }

  #groupKeys({ poll, event: { tags } }: KnownPoll): readonly string[] | undefined {
    const at = directoryAddress(tagsNamed(tags, "g")[0]?.[1] ?? "");
    if (at === undefined) return undefined;
    for (const moment of [poll.createdAt, undefined]) {
      const resolved = this.#options.rings?.resolve(at, moment);
      if (resolved?.ok && resolved.ring === poll.ring) return resolved.keys;
    }
    return undefined;
  }

  #read(kept: Kept<PollRecord>): ReadonlyMap<EventId, KnownPoll> {
    if (kept === this.#from) return this.#known;
    const known = new Map<EventId, KnownPoll>();
    for (const [name, each] of kept) {
      const id = eventId(name);
      // Safety: what was kept had been verified when it came, and the store is sealed.
      const reading = readPoll(each.event as VerifiedEvent);
      if (id !== undefined && reading.ok) known.set(id, { ...each, poll: reading.poll });
    }
    this.#from = kept;
    this.#known = known;
    return known;
  }
}

function refuse(reason: NoVote): Voted {
  return { ok: false, reason };
}

function areChoices({ options, type }: Poll, choices: readonly string[]): boolean {
  const known = new Set(options.map(({ id }) => id));
  const isOne = choices.length === 1 || (type === "multiplechoice" && choices.length > 0);
  return isOne && choices.every((choice) => known.has(choice));
}

function oldestUnvoted(kept: Kept<PollRecord>): string | undefined {
  const unvoted = [...kept].filter(([, { vote: cast }]) => cast === undefined);
  unvoted.sort(([, a], [, b]) => a.event.created_at - b.event.created_at);
  return unvoted[0]?.[0];
}

function isRelay(url: string): boolean {
  return /^wss?:\/\//.test(url) && url.length <= 1_024;
}
