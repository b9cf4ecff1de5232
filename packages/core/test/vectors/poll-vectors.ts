/** Makes vectors/poll-ballots.json: a poll with ballots of every kind, its tallies, and polls that cannot be counted. */
import type { EventId, PubkeyHex } from "../../src/bytes.ts";
import {
  type EventTemplate,
  plain,
  type SignedEvent,
  signEvent,
  type Tag,
  VerifiedEvent,
} from "../../src/nostr/event.ts";
import { ballotTemplate } from "../../src/poll/ballot.ts";
import { type Poll, type PollDraft, readPoll, writePoll } from "../../src/poll/poll.ts";
import { countPoll } from "../../src/poll/tally.ts";
import type { ScopeRequest } from "../../src/proof/scope-request.ts";
import { signAsGroupMember } from "../../src/proof/sign.ts";
import type { ProofTemplate } from "../../src/proof/template.ts";
import { finish } from "../../src/ring/progress.ts";
import { curve, type Members, members, seeded, shelf } from "../ring/ring-fixtures.ts";
import { type Provenance, SOURCE } from "./vector-file.ts";

export interface PollVector {
  readonly id: number;
  readonly why: string;
  readonly event: unknown;
  readonly expect: { readonly ok: boolean; readonly reason?: string; readonly ring?: string };
}

export interface BallotVector {
  readonly id: number;
  readonly why: string;
  readonly event: unknown;
  readonly expect: { readonly ok: boolean; readonly reason?: string; readonly choices?: readonly string[] };
}

export interface TallyVector {
  readonly id: number;
  readonly why: string;
  readonly poll: unknown;
  /** Places in `ballots`. */
  readonly ballots: readonly number[];
  readonly votes: Readonly<Record<string, number>>;
  readonly voters: number;
  readonly counted: readonly number[];
  readonly superseded: readonly number[];
}

export interface PollFile extends Provenance {
  readonly poll: unknown;
  readonly polls: readonly PollVector[];
  readonly ballots: readonly BallotVector[];
  readonly tallies: readonly TallyVector[];
}

const random = seeded("vectors/poll");
const author = members(2, "authors").secrets[0]!;
const four = members(4, "vectors");
const TIME = 1_700_000_000;
const END = TIME + 1000;

const draft: PollDraft = {
  ...{ question: "Tea or coffee?", keys: four.keys as PubkeyHex[], createdAt: TIME, endsAt: END },
  options: [
    { id: "t", label: "Tea" },
    { id: "c", label: "Coffee" },
  ],
};
const publish = (template: EventTemplate): SignedEvent => plain(signEvent(template, author, random(32), curve));

export function verified(event: unknown): VerifiedEvent {
  const verdict = VerifiedEvent.check(event, curve);
  if (!verdict.ok) throw new Error(verdict.reason);
  return verdict.event;
}

export function pollOf(event: unknown): Poll {
  const reading = readPoll(verified(event));
  if (!reading.ok) throw new Error(reading.reason);
  return reading.poll;
}

const pollEvent = publish(writePoll(draft));
const poll = pollOf(pollEvent);

interface Vote {
  readonly voter?: number;
  readonly choices?: readonly string[];
  readonly at?: number;
  readonly ring?: Members;
  readonly scope?: ScopeRequest | undefined;
  readonly change?: (template: ProofTemplate) => ProofTemplate;
}

function vote({ voter = 0, choices = ["t"], at = TIME + 10, ring = four, change, ...rest }: Vote = {}): SignedEvent {
  const template: ProofTemplate = {
    ...{ kind: 1018, created_at: at, content: "", keys: ring.keys },
    tags: [["e", poll.id], ...choices.map((id) => ["response", id])],
  };
  const keys = { secret: ring.secrets[voter]!, oneTimeSecret: random(32), fresh: random(32), aux: random(32) };
  const scope = "scope" in rest ? rest.scope : { poll: poll.id };
  return plain(signAsGroupMember(change?.(template) ?? template, keys, curve, scope));
}

const tagged = (change: (tags: readonly Tag[]) => readonly Tag[]) => (template: ProofTemplate) => ({
  ...template,
  tags: change(template.tags),
});

type BallotCase = readonly [why: string, event: SignedEvent, expect: BallotVector["expect"]];

function ballotCases(): readonly BallotCase[] {
  const yes = (why: string, one: Vote, choices: readonly string[] = ["t"]): BallotCase => [
    why,
    vote(one),
    { ok: true, choices },
  ];
  const no = (why: string, event: SignedEvent, reason: string): BallotCase => [why, event, { ok: false, reason }];
  const other = members(5, "vectors");
  const otherPoll = "cd".repeat(32) as EventId;
  const template = (change: (template: ProofTemplate) => ProofTemplate, scope?: ScopeRequest): SignedEvent =>
    vote({ change, scope });
  const forged = vote({ voter: 3 });
  return [
    yes("the first voter", {}),
    yes("the second voter", { voter: 1, choices: ["c"] }, ["c"]),
    yes("the first voter again, earlier, the other way", { at: TIME + 5, choices: ["c"] }, ["c"]),
    yes("the first voter again, later", { at: TIME + 20 }),
    yes("the third voter, two responses in a poll of one choice: the first counts", { voter: 2, choices: ["c", "t"] }, [
      "c",
    ]),
    yes("the fourth voter, at the poll's own second", { voter: 3, at: TIME }),
    yes("the fourth voter, at the end's second", { voter: 3, at: END }),
    yes(
      "the third voter, written with his own code",
      { voter: 2, change: () => ballotTemplate(poll, ["c"], TIME + 30) },
      ["c"],
    ),
    no(
      "an unlinkable proof in a ballot of another kind",
      template((one) => ({ ...one, kind: 1 })),
      "ballot-kind",
    ),
    no("no poll", template(tagged((tags) => tags.slice(1))), "ballot-poll"),
    no("two polls", template(tagged((tags) => [...tags, ["e", otherPoll]])), "ballot-poll"),
    no(
      "another poll",
      template(
        tagged((tags) => [["e", otherPoll], ...tags.slice(1)]),
        { poll: otherPoll },
      ),
      "ballot-poll",
    ),
    no(
      "an unlinkable proof",
      template((one) => one),
      "ballot-scope",
    ),
    no(
      "a proof in the scope of an app",
      template((one) => one, { app: { origin: "https://a.example", text: "poll" } }),
      "ballot-scope",
    ),
    no("another ring", vote({ ring: other }), "ballot-ring"),
    no("a ring of three of the four", vote({ ring: fewer() }), "ballot-ring"),
    no("a second before the poll", vote({ at: TIME - 1 }), "ballot-time"),
    no("a second after the end", vote({ at: END + 1 }), "ballot-time"),
    no("no response", vote({ choices: [] }), "ballot-choice"),
    no("an unknown option", vote({ choices: ["x"] }), "ballot-choice"),
    no("an unknown option after a known one", vote({ choices: ["t", "x"] }), "ballot-choice"),
    no(
      "a response without an option",
      template(
        tagged((tags) => [...tags, ["response"]]),
        { poll: poll.id },
      ),
      "ballot-choice",
    ),
    no(
      "no proof",
      publish({
        kind: 1018,
        created_at: TIME + 1,
        tags: [
          ["e", poll.id],
          ["response", "t"],
        ],
        content: "",
      }),
      "proof-missing",
    ),
    no(
      "a vote changed on its way",
      { ...forged, tags: [["e", poll.id], ["response", "c"], ...forged.tags.slice(2)] },
      "event-id",
    ),
    no("a vote changed and signed again by another", moved(), "proof-invalid"),
  ];
}

function fewer(): Members {
  const keys = four.keys.slice(0, 3);
  return { ...four, keys };
}

function moved(): SignedEvent {
  const { kind, created_at, content, tags } = vote();
  return publish({ kind, created_at, content, tags });
}

function pollCases(): readonly (readonly [why: string, event: SignedEvent, reason?: string])[] {
  const good = writePoll(draft);
  const changed = (change: (tags: readonly Tag[]) => readonly Tag[], more: Partial<EventTemplate> = {}): SignedEvent =>
    publish({ ...good, ...more, tags: change(good.tags) });
  const without = (name: string) => (tags: readonly Tag[]) => tags.filter((tag) => tag[0] !== name);
  const ring = (change: (tag: readonly string[]) => readonly string[]) => (tags: readonly Tag[]) =>
    tags.map((tag) => (tag[0] === "ring" ? change(tag) : tag));
  const directory = `30097:${four.keys[0]}:club`;
  const grouped = (...g: readonly string[]) => changed((tags) => [...without("ring")(tags), ["g", ...g]]);
  return [
    ["single choice", pollEvent],
    [
      "several choices",
      publish(writePoll({ ...draft, type: "multiplechoice", revote: true, relays: ["wss://relay.example"] })),
    ],
    ["no end", changed(without("endsAt"))],
    ["no polltype", changed(without("polltype"))],
    [
      "the keys in another order under the same name",
      changed(ring(([tag = "", name = "", ...keys]) => [tag, name, ...keys.reverse()])),
    ],
    ["the ring by a directory", grouped(directory, poll.ring)],
    ["another kind", changed((tags) => tags, { kind: 1 }), "poll-kind"],
    ["no ring", changed(without("ring")), "poll-ring"],
    ["two rings", changed((tags) => [...tags, tags.at(-1)!]), "poll-ring"],
    ["another ring's name", changed(ring(([tag = "", , ...keys]) => [tag, "0".repeat(64), ...keys])), "poll-ring"],
    ["a key more than the name says", changed(ring((tag) => [...tag, members(2, "strangers").keys[0]!])), "poll-ring"],
    ["a key twice", changed(ring((tag) => [...tag, tag.at(-1)!])), "poll-ring"],
    ["a key in uppercase", changed(ring((tag) => [...tag.slice(0, -1), tag.at(-1)!.toUpperCase()])), "poll-ring"],
    ["one key", changed(ring((tag) => tag.slice(0, 3))), "poll-ring"],
    ["a directory without the ring's name", grouped(directory), "poll-ring"],
    ["a g of four elements", grouped(directory, poll.ring, "x"), "poll-ring"],
    ["a g of another kind", grouped(`30000:${four.keys[0]}:club`, poll.ring), "poll-ring"],
    ["no options", changed(without("option")), "poll-options"],
    ["an option twice", changed((tags) => [["option", "t", "Tee"], ...tags]), "poll-options"],
    ["an option without an id", changed((tags) => [["option"], ...tags]), "poll-options"],
    ["an unknown polltype", changed((tags) => [...without("polltype")(tags), ["polltype", "ranked"]]), "poll-type"],
    ["two polltypes", changed((tags) => [...tags, ["polltype", "multiplechoice"]]), "poll-type"],
    ["an end of nine digits", changed((tags) => [...without("endsAt")(tags), ["endsAt", "999999999"]]), "poll-time"],
    [
      "an end that is no number",
      changed((tags) => [...without("endsAt")(tags), ["endsAt", "tomorrow00"]]),
      "poll-time",
    ],
    ["an end without a time", changed((tags) => [...without("endsAt")(tags), ["endsAt"]]), "poll-time"],
    ["two ends", changed((tags) => [...tags, ["endsAt", String(END)]]), "poll-time"],
  ];
}

function tallyVector(
  why: string,
  event: SignedEvent,
  all: readonly SignedEvent[],
  places: readonly number[],
  id: number,
): TallyVector {
  const tally = finish(
    countPoll(
      pollOf(event),
      places.map((place) => all[place]),
      shelf(),
    ),
  );
  const placesOf = (ballots: readonly { readonly id: string }[]): number[] =>
    ballots.map((ballot) => all.findIndex((one) => one.id === ballot.id)).sort((a, b) => a - b);
  return {
    ...{ id, why, poll: event, ballots: places, votes: Object.fromEntries(tally.votes), voters: tally.voters },
    ...{ counted: placesOf(tally.counted), superseded: placesOf(tally.superseded) },
  };
}

export function makePolls(): PollFile {
  const polls = pollCases().map(([why, event, reason], id) => ({
    ...{ id, why, event },
    expect: reason === undefined ? { ok: true, ring: poll.ring } : { ok: false, reason },
  }));
  const cases = ballotCases();
  const all = cases.map(([, event]) => event);
  const ballots = cases.map(([why, event, verdict], id) => ({ id, why, event, expect: verdict }));
  const every = all.map((_, place) => place);
  const tallies = [
    tallyVector("all of them: of each voter the earliest", pollEvent, all, every, 0),
    tallyVector(
      "the same in another order, some twice",
      pollEvent,
      all,
      [...every].reverse().concat(every.slice(0, 4)),
      1,
    ),
    tallyVector("one voter alone", pollEvent, all, [1], 2),
    tallyVector("nobody", pollEvent, all, [], 3),
  ];
  const source = SOURCE;
  return { spec: "docs/spec/member-proofs.md §1, PROOF-11", source, poll: pollEvent, polls, ballots, tallies };
}
