/**
 * The tally: a function of the set of ballots, so that anyone can recompute it from relays' data alone
 * (docs/spec/member-proofs.md, PROOF-11).
 *
 *     one key image, one vote: of its valid ballots the smallest (created_at, id) counts, with `revote` the largest
 *
 * An invalid ballot blocks nothing. Ballots may appear after the end with an earlier date; a tally is closed by pinning
 * the ids that it counted.
 */
import type { EventId } from "../bytes.ts";
import { type Progress, runAll } from "../ring/progress.ts";
import type { RingShelf } from "../ring/ring-shelf.ts";
import { type Ballot, type BallotVerdict, type RejectedBallot, readBallotInSteps } from "./ballot.ts";
import type { Poll } from "./poll.ts";

export interface Tally {
  /** Votes by option, in the order of the poll. */
  readonly votes: ReadonlyMap<string, number>;
  readonly voters: number;
  /** Each list sorted by id. */
  readonly counted: readonly Ballot[];
  readonly superseded: readonly Ballot[];
  readonly rejected: readonly RejectedBallot[];
}

export interface TallyOptions {
  /** Counts these ballots only: the ids of a tally that was closed. */
  readonly pinned?: ReadonlySet<EventId>;
}

/** Verifies every ballot, with progress, and counts. */
export function* countPoll(
  poll: Poll,
  events: readonly unknown[],
  shelf: RingShelf,
  options: TallyOptions = {},
): Generator<Progress<BallotVerdict>, Tally> {
  const verdicts = yield* runAll(events, (event) => readBallotInSteps(event, poll, shelf));
  return tally(poll, verdicts, options);
}

/** The same event twice is one ballot; the order makes no difference. */
export function tally(poll: Poll, verdicts: Iterable<BallotVerdict>, { pinned }: TallyOptions = {}): Tally {
  const ballots = new Map<EventId, Ballot>();
  const rejected = new Map<string, RejectedBallot>();
  for (const verdict of verdicts) {
    if (!verdict.ok) rejected.set(`${verdict.id ?? ""}:${verdict.reason}`, verdict);
    else if (pinned === undefined || pinned.has(verdict.id)) ballots.set(verdict.id, verdict);
  }
  const sorted = [...ballots.values()].sort(earlierFirst);
  const counting = poll.revote ? sorted.reverse() : sorted;
  const byVoter = new Map<string, Ballot>();
  for (const ballot of counting) if (!byVoter.has(ballot.keyImage)) byVoter.set(ballot.keyImage, ballot);
  const counted = [...byVoter.values()];
  const votes = new Map(poll.options.map(({ id }) => [id, 0]));
  for (const choice of counted.flatMap(({ choices }) => choices)) votes.set(choice, (votes.get(choice) ?? 0) + 1);
  return {
    ...{ votes, voters: counted.length, counted: sortById(counted) },
    superseded: sortById(counting.filter((ballot) => !counted.includes(ballot))),
    rejected: [...rejected].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, ballot]) => ballot),
  };
}

function earlierFirst(a: Ballot, b: Ballot): number {
  return a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1);
}

function sortById(ballots: readonly Ballot[]): readonly Ballot[] {
  return [...ballots].sort((a, b) => (a.id < b.id ? -1 : 1));
}
