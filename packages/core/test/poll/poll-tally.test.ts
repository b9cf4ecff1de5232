/** The tally is a function of the set of ballots (docs/spec/member-proofs.md, PROOF-11). */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { EventId, PubkeyHex } from "../../src/bytes.ts";
import { signEvent } from "../../src/nostr/event.ts";
import { type Ballot, type BallotVerdict, ballotTemplate } from "../../src/poll/ballot.ts";
import { type Poll, type PollDraft, readPoll, writePoll } from "../../src/poll/poll.ts";
import { countPoll, tally } from "../../src/poll/tally.ts";
import { signAsGroupMember } from "../../src/proof/sign.ts";
import { curve, members, seeded, shelf } from "../ring/ring-fixtures.ts";

const random = seeded("poll");
const four = members(4, "poll");
const author = members(2, "authors").secrets[0]!;
const TIME = 1_700_000_000;
const OPTIONS = ["a", "b", "c"];

const draft: PollDraft = {
  ...{ question: "Which?", keys: four.keys as PubkeyHex[], createdAt: TIME, endsAt: TIME + 100 },
  options: OPTIONS.map((id) => ({ id, label: id })),
};

function pollOf(more: Partial<PollDraft> = {}): Poll {
  const reading = readPoll(signEvent(writePoll({ ...draft, ...more }), author, random(32), curve));
  if (!reading.ok) throw new Error(reading.reason);
  return reading.poll;
}

const poll = pollOf();
const revote = pollOf({ revote: true });

const ballot: fc.Arbitrary<Ballot> = fc
  .record({ voter: fc.nat(5), at: fc.nat(9), id: fc.nat(40), choice: fc.constantFrom(...OPTIONS) })
  .map(({ voter, at, id, choice }) => ({
    ...{ ok: true, id: id.toString(16).padStart(64, "0") as EventId, keyImage: `02${voter}` },
    ...{ createdAt: TIME + at, choices: [choice] },
  }));
const rejected: fc.Arbitrary<BallotVerdict> = fc.constantFrom(
  { ok: false, reason: "event-id" },
  { ok: false, id: "ab".repeat(32) as EventId, reason: "ballot-time" },
);
/** One id, one ballot: what the same id says twice is the same. */
const ballots = fc.uniqueArray(ballot, { selector: ({ id }) => id, maxLength: 20 });

describe("PROOF-11: counting", () => {
  test("order and repetition make no difference, and whatever is invalid blocks nothing", () => {
    fc.assert(
      fc.property(ballots, fc.array(rejected, { maxLength: 3 }), fc.infiniteStream(fc.nat()), (all, noise, order) => {
        const of = (verdicts: readonly BallotVerdict[], which: Poll) => tally(which, verdicts);
        const shuffled = [...all, ...noise, ...all]
          .map((one) => [order.next().value as number, one] as const)
          .sort(([a], [b]) => a - b)
          .map(([, one]) => one);
        for (const which of [poll, revote]) {
          const [plain, mixed] = [of(all, which), of(shuffled, which)];
          expect({ ...mixed, rejected: [] }).toEqual({ ...plain, rejected: [] });
        }
      }),
    );
  });

  test("one image, one vote: the smallest (created_at, id), or with revote the largest", () => {
    fc.assert(
      fc.property(ballots, (all) => {
        const [first, last] = [tally(poll, all), tally(revote, all)];
        const voters = new Set(all.map(({ keyImage }) => keyImage));
        expect(first.voters).toBe(voters.size);
        expect(last.voters).toBe(voters.size);
        const place = ({ createdAt, id }: Ballot): string => `${createdAt}${id}`;
        for (const voter of voters) {
          const own = all
            .filter(({ keyImage }) => keyImage === voter)
            .map(place)
            .sort();
          const counted = (result: typeof first) =>
            result.counted.filter(({ keyImage }) => keyImage === voter).map(place);
          expect(counted(first)).toEqual(own.slice(0, 1));
          expect(counted(last)).toEqual(own.slice(-1));
        }
        const total = [...first.votes.values()].reduce((sum, votes) => sum + votes, 0);
        expect(total).toBe(voters.size);
        expect(first.counted.length + first.superseded.length).toBe(all.length);
      }),
    );
  });

  test("a tally is closed by pinning the ids that it counted: what appears later changes nothing", () => {
    fc.assert(
      fc.property(ballots, fc.nat(20), (all, known) => {
        const before = tally(poll, all.slice(0, known));
        const pinned = new Set(before.counted.map(({ id }) => id));
        const after = tally(poll, all, { pinned });
        expect({ ...after, superseded: [] }).toEqual({ ...before, superseded: [] });
      }),
    );
  });

  test("whole ballots, several choices, counted from events alone, with progress", () => {
    const multiple = pollOf({ type: "multiplechoice", revote: true });
    const vote = (voter: number, choices: readonly string[], at: number) => {
      const keys = { secret: four.secrets[voter]!, oneTimeSecret: random(32), fresh: random(32), aux: random(32) };
      return signAsGroupMember(ballotTemplate(multiple, choices, at), keys, curve, { poll: multiple.id });
    };
    const events = [
      ...[vote(0, ["a", "b"], TIME + 1), vote(0, ["b", "b", "c"], TIME + 2), vote(1, ["c"], TIME + 1)],
      ...[vote(2, ["a"], TIME + 100), { nothing: true }],
    ];
    const steps = countPoll(multiple, events, shelf());
    const shown: unknown[] = [];
    let step = steps.next();
    for (; !step.done; step = steps.next()) if (step.value.verdict !== undefined) shown.push(step.value.item);
    expect(shown).toEqual([0, 1, 2, 3, 4]);
    expect(Object.fromEntries(step.value.votes)).toEqual({ a: 1, b: 1, c: 2 });
    expect(step.value).toMatchObject({
      voters: 3,
      superseded: [{ createdAt: TIME + 1 }],
      rejected: [{ reason: "event-shape" }],
    });
  });
});

describe("PROOF-11: writing", () => {
  test("a poll that could not be counted is not written", () => {
    const bad: readonly Partial<PollDraft>[] = [
      ...[{ options: [] }, { options: [...draft.options, draft.options[0]!] }, { keys: draft.keys.slice(0, 1) }],
      ...[{ keys: [...draft.keys, draft.keys[0]!] }, { endsAt: 5 }, { keys: ["zz" as PubkeyHex, ...draft.keys] }],
    ];
    for (const more of bad) expect(() => writePoll({ ...draft, ...more })).toThrow(/usage\/template/);
  });

  test("a ballot that would not count is not written", () => {
    expect(() => ballotTemplate(poll, [], TIME)).toThrow(/usage\/template/);
    expect(() => ballotTemplate(poll, ["x"], TIME)).toThrow(/usage\/template/);
    expect(() => ballotTemplate(poll, ["a", "b"], TIME)).toThrow(/usage\/template/);
    expect(() => ballotTemplate(poll, ["a"], TIME - 1)).toThrow(/usage\/range/);
    expect(() => ballotTemplate(poll, ["a"], TIME + 101)).toThrow(/usage\/range/);
    const { keys: _, ...byDirectory } = poll;
    expect(() => ballotTemplate(byDirectory, ["a"], TIME)).toThrow(/usage\/ring/);
    expect(ballotTemplate(byDirectory, ["a"], TIME, four.keys).keys).toEqual(four.keys);
  });
});
