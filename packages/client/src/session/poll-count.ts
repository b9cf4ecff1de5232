/**
 * One poll being counted: ballots come, each is verified, and the tally is core's function of those that are valid.
 *
 * Spec: docs/spec/member-proofs.md PROOF-11. It listens as nobody. What names another ring or another poll costs no
 * verification; what fails is counted with its reason and not kept; ballots are bounded, and where there were more, or
 * a relay did not show all it has, the count says that it is not complete.
 */
import type { EventId } from "@subrosa/core/bytes";
import { UsageError } from "@subrosa/core/errors";
import type { VerifiedEvent } from "@subrosa/core/nostr/event";
import { type RelayUrl, relayUrl } from "@subrosa/core/nostr/relay-url";
import { tagsNamed } from "@subrosa/core/nostr/tags";
import type { Ballot, BallotReason } from "@subrosa/core/poll/ballot";
import type { Poll } from "@subrosa/core/poll/poll";
import { type Tally, type TallyOptions, tally } from "@subrosa/core/poll/tally";
import { ringOf } from "@subrosa/core/proof/ring-of";
import { BALLOT_KIND } from "@subrosa/core/proof/scope";
import type { Clock } from "../ports.ts";
import { ask } from "../relay/ask.ts";
import type { Answered } from "../relay/hearing.ts";
import type { Network } from "../relay/network.ts";
import { Cell } from "./cell.ts";
import type { Judge } from "./judge.ts";
import { type Live, live } from "./live.ts";

export interface PollStanding {
  readonly tally: Tally;
  /** Ballots that were not verified yet. */
  readonly checking: number;
  /** How many ballots were refused, and why. */
  readonly refused: ReadonlyMap<BallotReason, number>;
  /** Relays that showed all they have. */
  readonly relays: ReadonlyMap<RelayUrl, "asked" | "partly" | "fully" | "refused">;
  /** False where there were more ballots than are counted here. */
  readonly complete: boolean;
}

export interface PollCountOptions {
  readonly poll: Poll;
  readonly relays: readonly string[];
  readonly network: Network;
  readonly judge: Judge;
  readonly clock: Clock;
}

/** Twenty for each of the most members that a ring can have. */
const MAX_BALLOTS = 20_000;
const PARALLEL = 4;
const GATHERING = 50;

export class PollCount implements Disposable {
  readonly #options: PollCountOptions;
  readonly #abort = new AbortController();
  readonly #seen = new Set<EventId>();
  readonly #waiting: VerifiedEvent[] = [];
  readonly #ballots = new Map<EventId, Ballot>();
  readonly #refused = new Map<BallotReason, number>();
  readonly #relays = new Map<RelayUrl, "asked" | "partly" | "fully" | "refused">();
  readonly #cell: Cell<PollStanding>;
  readonly #close: () => void;
  #running = 0;
  #complete = true;
  #callOff: (() => void) | undefined;

  constructor(options: PollCountOptions) {
    this.#options = options;
    for (const text of options.relays) {
      const url = relayUrl(text);
      if (url !== undefined) this.#relays.set(url, "asked");
    }
    this.#cell = new Cell(this.#standing());
    const presence = options.network.anonymously();
    presence.follow([...this.#relays.keys()], {
      filter: { kinds: [BALLOT_KIND], "#e": [options.poll.id] },
      onEvent: (event) => this.add(event),
      onCaughtUp: ({ relay, complete }) => this.#answered(relay, complete ? "fully" : "partly"),
      onRefused: ({ relay }) => this.#answered(relay, "refused"),
    });
    this.#close = () => presence[Symbol.dispose]();
  }

  get standing(): Live<PollStanding> {
    return live(this.#cell, (standing) => standing);
  }

  /** A ballot from anywhere. */
  add(event: VerifiedEvent): void {
    if (this.#abort.signal.aborted || this.#seen.has(event.id)) return;
    this.#changed();
    const reason = foreign(event, this.#options.poll);
    if (reason !== undefined) {
      this.#refuse(reason);
      return;
    }
    if (this.#waiting.length + this.#ballots.size >= MAX_BALLOTS) {
      this.#complete = false;
      return;
    }
    this.#seen.add(event.id);
    if (this.#seen.size > 4 * MAX_BALLOTS) dropFirst(this.#seen);
    this.#waiting.push(event);
    this.#pump();
  }

  [Symbol.dispose](): void {
    this.#abort.abort(new UsageError("usage/state", "this count is over; begin it again"));
    this.#callOff?.();
    this.#close();
  }

  #answered(relay: RelayUrl, how: "fully" | "partly" | "refused"): void {
    this.#relays.set(relay, how);
    this.#changed();
  }

  #refuse(reason: BallotReason): void {
    this.#refused.set(reason, (this.#refused.get(reason) ?? 0) + 1);
  }

  #pump(): void {
    while (this.#running < PARALLEL && this.#waiting.length > 0) {
      this.#running++;
      void this.#check(this.#waiting.shift()!);
    }
  }

  async #check(event: VerifiedEvent): Promise<void> {
    const { judge, poll } = this.#options;
    try {
      const verdict = await judge.ballot(event, poll, this.#abort.signal);
      if (verdict.ok) this.#ballots.set(verdict.id, verdict);
      else this.#refuse(verdict.reason);
    } catch {
      // A worker that died is no verdict: the ballot is missing here until the poll is counted anew.
      this.#complete = false;
    }
    this.#running--;
    this.#changed();
    if (!this.#abort.signal.aborted) this.#pump();
  }

  #changed(): void {
    if (this.#abort.signal.aborted) return;
    this.#callOff ??= this.#options.clock.after(GATHERING, () => {
      this.#callOff = undefined;
      this.#cell.set(this.#standing());
    });
  }

  #standing(): PollStanding {
    return {
      tally: tally(this.#options.poll, this.#ballots.values()),
      checking: this.#waiting.length + this.#running,
      refused: new Map(this.#refused),
      relays: new Map(this.#relays),
      complete: this.#complete,
    };
  }
}

/** What can be told without verifying anything. */
function foreign(event: VerifiedEvent, poll: Poll): BallotReason | undefined {
  if (event.kind !== BALLOT_KIND) return "ballot-kind";
  const [e, ...more] = tagsNamed(event.tags, "e");
  if (e?.[1] !== poll.id || more.length > 0) return "ballot-poll";
  return ringOf(event)?.name === poll.ring ? undefined : "ballot-ring";
}

function dropFirst(ids: Set<EventId>): void {
  for (const id of ids) {
    ids.delete(id);
    return;
  }
}

export interface Recount {
  readonly tally: Tally;
  readonly refused: ReadonlyMap<BallotReason, number>;
  readonly relays: ReadonlyMap<RelayUrl, Answered>;
}

/** From what the relays hold now and nothing else, asked as nobody; for whoever believes nobody's tally. */
export async function recount(
  { poll, relays, network, judge, clock }: PollCountOptions,
  {
    pinned,
    signal = new AbortController().signal,
    onProgress,
  }: TallyOptions & {
    readonly signal?: AbortSignal;
    readonly onProgress?: (done: number, all: number) => void;
  } = {},
): Promise<Recount> {
  const presence = network.anonymously();
  try {
    const filter = { kinds: [BALLOT_KIND], "#e": [poll.id] };
    const asked = await ask(presence, relays, filter, { clock, signal, max: MAX_BALLOTS });
    const ballots: Ballot[] = [];
    const refused = new Map<BallotReason, number>();
    let done = 0;
    for (const event of asked.events) {
      const reason = foreign(event, poll);
      const verdict = reason === undefined ? await judge.ballot(event, poll, signal) : ({ ok: false, reason } as const);
      if (verdict.ok) ballots.push(verdict);
      else refused.set(verdict.reason, (refused.get(verdict.reason) ?? 0) + 1);
      onProgress?.(++done, asked.events.length);
    }
    return { tally: tally(poll, ballots, pinned === undefined ? {} : { pinned }), refused, relays: asked.relays };
  } finally {
    presence[Symbol.dispose]();
  }
}
