/** Runs vectors/poll-ballots.json: polls, ballots and tallies. */
import { describe, expect, test } from "vitest";
import { readBallotInSteps } from "../../src/poll/ballot.ts";
import { readPoll } from "../../src/poll/poll.ts";
import { BALLOT_SENTENCES, POLL_SENTENCES } from "../../src/poll/reasons.ts";
import { countPoll } from "../../src/poll/tally.ts";
import { MEMBER_SENTENCES } from "../../src/proof/reasons.ts";
import { finish } from "../../src/ring/progress.ts";
import { shelf } from "../ring/ring-fixtures.ts";
import { makePolls, pollOf, verified } from "./poll-vectors.ts";
import { vectorFile } from "./vector-file.ts";

const { file, made } = vectorFile("poll-ballots.json", makePolls);
const rings = shelf();
const poll = pollOf(file.poll);

test("vectors/poll-ballots.json is what its code makes", () => expect(file).toEqual(made));

describe("PROOF-11: polls", () => {
  for (const { id, why, event, expect: expected } of file.polls) {
    test(`${expected.ok ? "countable" : `not countable (${expected.reason})`} #${id}: ${why}`, () => {
      const reading = readPoll(verified(event));
      if (reading.ok) expect({ ok: true, ring: reading.poll.ring }).toEqual(expected);
      else expect(reading).toEqual(expected);
    });
  }
});

describe("PROOF-11: ballots", () => {
  for (const { id, why, event, expect: expected } of file.ballots) {
    test(`${expected.ok ? "valid" : `invalid (${expected.reason})`} #${id}: ${why}`, () => {
      expect(finish(readBallotInSteps(event, poll, rings))).toMatchObject(expected);
    });
  }
});

describe("PROOF-11: tallies", () => {
  for (const { id, why, poll: event, ballots, votes, voters, counted, superseded } of file.tallies) {
    test(`#${id}: ${why}`, () => {
      const events = ballots.map((place) => file.ballots[place]?.event);
      const tally = finish(countPoll(pollOf(event), events, rings));
      const idsOf = (places: readonly number[]): string[] =>
        places.map((place) => (file.ballots[place]!.event as { readonly id: string }).id).sort();
      expect(Object.fromEntries(tally.votes)).toEqual(votes);
      expect(tally.voters).toBe(voters);
      expect(tally.counted.map((ballot) => ballot.id)).toEqual(idsOf(counted));
      expect(tally.superseded.map((ballot) => ballot.id)).toEqual(idsOf(superseded));
    });
  }
});

test("every reason of a poll and of a ballot has a case here", () => {
  const reasons = new Set([...file.polls, ...file.ballots].map(({ expect: { reason } }) => reason));
  const own = Object.keys(BALLOT_SENTENCES).filter((reason) => !Object.hasOwn(MEMBER_SENTENCES, reason));
  for (const reason of [...Object.keys(POLL_SENTENCES), ...own]) expect(reasons).toContain(reason);
});
