/**
 * A ballot: kind 1018, one `e` for the poll, its `response` tags, and an `or-link` proof in the poll's own scope
 * (docs/spec/member-proofs.md, PROOF-11). Its key image is the voter: nobody knows whose it is, and nobody has two.
 */
import type { EventId } from "../bytes.ts";
import { UsageError } from "../errors.ts";
import { VerifiedEvent } from "../nostr/event.ts";
import { tagsNamed } from "../nostr/tags.ts";
import type { MemberReason } from "../proof/reasons.ts";
import { BALLOT_KIND } from "../proof/scope.ts";
import type { ProofTemplate } from "../proof/template.ts";
import { type MemberVerdict, verifyMemberProofInSteps } from "../proof/verify.ts";
import type { RingShelf } from "../ring/ring-shelf.ts";
import type { Poll } from "./poll.ts";

export type BallotReason =
  | MemberReason
  | "ballot-kind"
  | "ballot-poll"
  | "ballot-scope"
  | "ballot-ring"
  | "ballot-time"
  | "ballot-choice";

export interface Ballot {
  readonly ok: true;
  readonly id: EventId;
  readonly createdAt: number;
  /** The voter: 66 lowercase hex digits. */
  readonly keyImage: string;
  /** Distinct, in the order of the ballot; exactly one in a single-choice poll. */
  readonly choices: readonly string[];
}

/** `id` is absent where the event did not pass the door, so that its id is only a claim. */
export interface RejectedBallot {
  readonly ok: false;
  readonly id?: EventId;
  readonly reason: BallotReason;
}

export type BallotVerdict = Ballot | RejectedBallot;

/** Yields the number of sums of points done. */
export function* readBallotInSteps(value: unknown, poll: Poll, shelf: RingShelf): Generator<number, BallotVerdict> {
  const checked = VerifiedEvent.is(value)
    ? ({ ok: true, event: value } as const)
    : VerifiedEvent.check(value, shelf.curve);
  if (!checked.ok) return { ok: false, reason: checked.reason };
  const { event } = checked;
  const proof = yield* verifyMemberProofInSteps(event, shelf);
  const verdict = judge(event, poll, proof);
  return typeof verdict === "string" ? { ok: false, id: event.id, reason: verdict } : verdict;
}

function judge(event: VerifiedEvent, poll: Poll, proof: MemberVerdict): Ballot | BallotReason {
  if (!proof.ok) return proof.reason;
  if (event.kind !== BALLOT_KIND) return "ballot-kind";
  const [e, ...more] = tagsNamed(event.tags, "e");
  if (e?.[1] !== poll.id || more.length > 0) return "ballot-poll";
  const { pseudonym } = proof;
  if (pseudonym?.scope.space !== "poll" || pseudonym.scope.poll !== poll.id) return "ballot-scope";
  if (proof.ring !== poll.ring) return "ballot-ring";
  const { created_at: createdAt } = event;
  if (createdAt < poll.createdAt || createdAt > (poll.endsAt ?? createdAt)) return "ballot-time";
  const choices = readChoices(event, poll);
  if (choices === undefined) return "ballot-choice";
  return { ok: true, id: event.id, createdAt, keyImage: pseudonym.keyImage, choices };
}

/** An unknown option makes the whole ballot invalid, also where a known one came first. */
function readChoices(event: VerifiedEvent, poll: Poll): readonly string[] | undefined {
  const responses = tagsNamed(event.tags, "response").map(([, id]) => id);
  const known = new Set(poll.options.map(({ id }) => id));
  const choices = responses.filter((id) => id !== undefined && known.has(id)) as string[];
  if (choices.length === 0 || choices.length !== responses.length) return undefined;
  return poll.type === "singlechoice" ? choices.slice(0, 1) : [...new Set(choices)];
}

/** To be signed for with the scope `{ poll: poll.id }`. `keys`: the directory's, where the poll names none itself. */
export function ballotTemplate(
  poll: Poll,
  choices: readonly string[],
  createdAt: number,
  keys: readonly string[] | undefined = poll.keys,
): ProofTemplate {
  if (keys === undefined) throw new UsageError("usage/ring", "this poll's ring is a directory's; give its keys");
  const known = new Set(poll.options.map(({ id }) => id));
  const isFit = choices.length > 0 && choices.every((id) => known.has(id));
  if (!isFit || (poll.type === "singlechoice" && choices.length > 1)) {
    throw new UsageError("usage/template", "choose among the poll's options: one, or several where it allows them");
  }
  if (createdAt < poll.createdAt || createdAt > (poll.endsAt ?? createdAt)) {
    throw new UsageError("usage/range", "the poll does not take ballots of this time");
  }
  const tags = [["e", poll.id], ...choices.map((id) => ["response", id])];
  return { kind: BALLOT_KIND, created_at: createdAt, content: "", tags, keys };
}
