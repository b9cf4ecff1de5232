/** Why a poll cannot be counted, or a ballot is not, with a sentence for people (docs/spec/member-proofs.md, PROOF-11). */
import { MEMBER_SENTENCES } from "../proof/reasons.ts";
import type { BallotReason } from "./ballot.ts";
import type { PollReason } from "./poll.ts";

export const POLL_SENTENCES: Readonly<Record<PollReason, string>> = {
  "poll-kind": "This is not a poll.",
  "poll-ring": "The poll does not say whose votes count.",
  "poll-options": "The poll's options are missing, or two of them are one.",
  "poll-type": "The poll does not say clearly whether one may choose several options.",
  "poll-time": "The poll's end is not a time.",
};

export const BALLOT_SENTENCES: Readonly<Record<BallotReason, string>> = {
  ...MEMBER_SENTENCES,
  "ballot-kind": "This event is not a ballot.",
  "ballot-poll": "The ballot is not for this poll.",
  "ballot-scope": "The ballot's proof was not made for this poll.",
  "ballot-ring": "The ballot was made by a member of another ring.",
  "ballot-time": "The ballot is dated outside the poll's time.",
  "ballot-choice": "The ballot chooses nothing, or something that is not offered.",
};

/** What the prompt says before one votes. */
export const VOTING_NOTICE =
  "Nobody sees how you voted. You can prove your vote to others, and whoever gets your key later can read it.";
