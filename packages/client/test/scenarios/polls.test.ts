import { toHex } from "@subrosa/core/bytes";
import { plain, VerifiedEvent } from "@subrosa/core/nostr/event";
import { ballotTemplate } from "@subrosa/core/poll/ballot";
import { drawMemberKeys, signAsGroupMember } from "@subrosa/core/proof/sign";
import { readProofTemplate } from "@subrosa/core/proof/template";
import { FakeRelay } from "@subrosa/testkit/fake-relay";
import { seededRandom } from "@subrosa/testkit/random";
import { expect, test } from "vitest";
import { Network } from "../../src/relay/network.ts";
import { judgeInPlace } from "../../src/session/judge.ts";
import { localMemberSigner, remoteMemberSigner } from "../../src/session/member-signer.ts";
import { openOutbox } from "../../src/session/outbox.ts";
import { recount } from "../../src/session/poll-count.ts";
import { openPolls, type Polls } from "../../src/session/polls.ts";
import { localSigner } from "../../src/signer/local-signer.ts";
import { type Nip07Signer, openSigner } from "../../src/signer/signer.ts";
import { type MemoryDisk, openMemoryStore } from "../../src/store/memory-store.ts";
import { curve, fastClock, type Person, person, relayOptions, until } from "./relay-stage.ts";

const people = ["ann", "ben", "cat"].map(person);
const [ann, ben, cat] = people as [Person, Person, Person];
const stranger = person("a stranger");
const keys = people.map(({ pubkey }) => pubkey).sort();
const options = [
  { id: "t", label: "Tea" },
  { id: "c", label: "Coffee" },
];

interface Device extends AsyncDisposable {
  readonly polls: Polls;
  readonly network: Network;
}

async function device(who: Person, disk: MemoryDisk = new Map()): Promise<Device> {
  const random = seededRandom(`polls of ${who.pubkey}`);
  const clock = fastClock(20);
  const network = new Network(relayOptions(`polls ${who.pubkey}`, fastClock(1)));
  const store = openMemoryStore(disk);
  const presence = (pubkey: Person["pubkey"]) => network.as({ pubkey });
  const outbox = await openOutbox({ store, network, presence, clock, random, curve });
  const member = localMemberSigner(who.secret, random, curve);
  const judge = judgeInPlace(curve, clock);
  const sign = async (template: Parameters<Person["sign"]>[0]) => who.sign(template);
  const polls = await openPolls({ store, outbox, network, judge, member, sign, clock, random });
  return {
    ...{ polls, network },
    async [Symbol.asyncDispose]() {
      await polls[Symbol.asyncDispose]();
      await outbox[Symbol.asyncDispose]();
      network[Symbol.dispose]();
    },
  };
}

test("a poll is asked, voted in as nobody, changed where it allows it, and counted alike by all (PROOF-11)", async () => {
  await using relay = await FakeRelay.open();
  const disk: MemoryDisk = new Map();
  await using asker = await device(ann, disk);
  const created = await asker.polls.create({ question: "What?", options, keys, revote: true }, [relay.url]);
  if (!created.ok) throw new Error(created.reason);
  const { id } = created;
  await until("the poll is out", () => relay.events.some((event) => event.id === id));
  await using second = await device(ben);
  expect(await second.polls.vote(id, ["t"])).toEqual({ ok: false, reason: "no-such-poll" });
  const published = ann.sign({}); // any event of another kind
  expect(await second.polls.learn(published, [])).toBe("poll-kind");
  const event = relay.events.find((each) => each.id === id)!;
  await using third = await device(cat);
  await using outsider = await device(stranger);
  const checked = VerifiedEvent.check(event, curve);
  if (!checked.ok) throw new Error(checked.reason);
  for (const { polls } of [second, third, outsider])
    expect(await polls.learn(checked.event, [relay.url])).toBeUndefined();
  using count = third.polls.count(id)!;
  const votes = (): unknown => Object.fromEntries(count.standing.current.tally.votes);
  expect(await second.polls.vote(id, ["x"])).toEqual({ ok: false, reason: "choice-unknown" });
  expect(await second.polls.vote(id, ["t", "c"])).toEqual({ ok: false, reason: "choice-unknown" });
  expect(await outsider.polls.vote(id, ["t"])).toEqual({ ok: false, reason: "not-a-member" });
  for (const { polls } of [asker, second, third]) expect((await polls.vote(id, ["t"])).ok).toBe(true);
  await until("three votes", () => count.standing.current.tally.voters === 3);
  expect(votes()).toEqual({ t: 3, c: 0 });
  const changed = await asker.polls.vote(id, ["c"]);
  await until("a changed vote", () => count.standing.current.tally.superseded.length === 1);
  expect([votes(), count.standing.current.tally.voters]).toEqual([{ t: 2, c: 1 }, 3]);
  expect(asker.polls.known.current.get(id)?.vote).toMatchObject({ choices: ["c"], ballot: changed.ok && changed.id });

  // Hostile ballots: for another ring, forged, of another time. Nothing of it counts, all of it has its reason.
  const known = asker.polls.known.current.get(id)!;
  const random = seededRandom("hostile");
  const others = [stranger, person("x"), person("y")].map(({ pubkey }) => pubkey);
  const elsewhere = { ...ballotTemplate(known.poll, ["c"], known.poll.createdAt), keys: others };
  relay.add(plain(signAsGroupMember(elsewhere, drawMemberKeys(stranger.secret, random), curve)));
  const [real] = relay.events.filter(({ kind }) => kind === 1_018);
  relay.add(plain(stranger.sign({ kind: 1_018, created_at: known.poll.createdAt, tags: real!.tags })));
  await until("they are refused", () => [...count.standing.current.refused.values()].length === 2);
  expect([...count.standing.current.refused.keys()].toSorted()).toEqual(["ballot-ring", "proof-invalid"]);
  expect([votes(), count.standing.current.complete]).toEqual([{ t: 2, c: 1 }, true]);

  // Anyone comes to the same from the relays alone, and a closed tally can be pinned.
  const clock = fastClock(1);
  const inputs = {
    poll: known.poll,
    relays: [relay.url],
    network: outsider.network,
    judge: judgeInPlace(curve, clock),
    clock,
  };
  const again = await recount(inputs);
  expect(again.tally).toEqual(count.standing.current.tally);
  expect([...again.relays.values()]).toEqual(["fully"]);
  const pinned = new Set([again.tally.counted[0]!.id]);
  expect((await recount(inputs, { pinned })).tally.voters).toBe(1);

  // Nobody on the wire is a voter.
  const ballots = relay.connections.flatMap(({ said, keys: shown }) =>
    said.flatMap((each) => (each.type === "EVENT" && each.event.kind === 1_018 ? [{ said, shown }] : [])),
  );
  expect(ballots).toHaveLength(4);
  for (const { said, shown } of ballots) expect([said.length, shown.size]).toEqual([1, 0]);
  expect(JSON.stringify(relay.events.filter(({ kind }) => kind === 1_018)).includes(toHex(ann.secret.expose()))).toBe(
    false,
  );
});

test("in a poll where the first vote counts, a second one is refused, also after the account was opened again", async () => {
  await using relay = await FakeRelay.open();
  const disk: MemoryDisk = new Map();
  let id: string | undefined;
  {
    await using asker = await device(ann, disk);
    const created = await asker.polls.create({ question: "Once", options, keys }, [relay.url]);
    if (!created.ok) throw new Error(created.reason);
    id = created.id;
    expect((await asker.polls.vote(created.id, ["t"])).ok).toBe(true);
  }
  await using asker = await device(ann, disk);
  expect(await asker.polls.vote(id as never, ["c"])).toEqual({ ok: false, reason: "already-voted" });
  await asker.polls.forget(id as never);
  expect(asker.polls.known.current.size).toBe(0);
});

test("a signer with member proofs signs the ballot; what it returns is looked at again", async () => {
  const random = seededRandom("provider");
  const local = localSigner(ann.secret, random, curve);
  const inner = localMemberSigner(ann.secret, random, curve);
  let meddle = (event: unknown): unknown => event;
  const theirs: Nip07Signer = {
    ...local,
    signEventAsGroupMember: async (asked, given) => {
      const scope = (given as { scope?: never } | undefined)?.scope;
      const signed = await inner.sign(readProofTemplate(asked), scope);
      return meddle(signed.ok ? plain(signed.event) : undefined);
    },
  };
  const opening = await openSigner(theirs, curve);
  if (!opening.ok) throw new Error(opening.reason);
  expect(opening.signer.capabilities.memberProofs).toBe(true);
  const remote = remoteMemberSigner(opening.signer, curve);
  const template = { kind: 1, created_at: 1_700_000_000, tags: [["t", "rose"]], content: "one of us", keys };
  const poll = "ab".repeat(32) as never;
  const ballot = {
    ...template,
    kind: 1_018,
    tags: [
      ["e", poll],
      ["response", "t"],
    ],
  };
  expect((await remote.sign(template)).ok).toBe(true);
  expect((await remote.sign(ballot, { poll })).ok).toBe(true);
  // Signed without the scope that was asked for, and the other way round.
  const plainBallot = await inner.sign(ballot);
  const other = await inner.sign({ ...template, content: "I owe you" });
  if (!plainBallot.ok || !other.ok) throw new Error("not signed");
  meddle = () => plain(plainBallot.event);
  expect(await remote.sign(ballot, { poll })).toEqual({ ok: false, reason: "other-proof" });
  meddle = () => plain(other.event);
  expect(await remote.sign(template)).toEqual({ ok: false, reason: "other-proof" });
  meddle = () => undefined;
  expect(await remote.sign(template)).toEqual({ ok: false, reason: "not-proven" });
  const others = [ben, cat, stranger].map(({ pubkey }) => pubkey);
  expect(await remote.sign({ ...template, keys: others })).toEqual({ ok: false, reason: "not-a-member" });
});
