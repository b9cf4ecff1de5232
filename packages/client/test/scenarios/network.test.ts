import { toHex } from "@subrosa/core/bytes";
import { FakeRelay } from "@subrosa/testkit/fake-relay";
import { expect, test } from "vitest";
import type { Clock } from "../../src/ports.ts";
import { ask } from "../../src/relay/ask.ts";
import { type Following, Network } from "../../src/relay/network.ts";
import { fastClock, type Person, person, relayOptions, START, until } from "./relay-stage.ts";

const user = person("user");
const channel = person("channel key");
const aliases = [person("alias one"), person("alias two")];
const oneTime = person("one-time key");
const everybody = [user, channel, ...aliases];

const listening: Pick<Following, "onEvent"> = { onEvent: () => undefined };
const inbox = (who: Person): Following => ({ ...listening, filter: { kinds: [1_059], "#p": [who.pubkey] } });
const wrapTo = (who: Person) =>
  oneTime.sign({ kind: 1_059, tags: [["p", who.pubkey]], content: who.pubkey.slice(0, 8) });

test("identities never meet: in no captured frame of a connection is there a sign of another identity", async () => {
  await using fake = await FakeRelay.open();
  fake.misbehaviour = { requireAuth: "both" };
  using network = new Network(relayOptions("network"));
  const here = [fake.url];
  for (const who of everybody) network.as(who).follow(here, inbox(who));
  await until("all have authenticated", () => fake.connections.filter(({ keys }) => keys.size > 0).length === 4);
  await Promise.all(everybody.map((who) => network.as(who).publish(here, who.sign({ content: `by ${who.pubkey}` }))));
  // The relay drops them all: what comes back must be apart again.
  fake.dropAll();
  await until("all are back", () => fake.connections.filter(({ keys }) => keys.size > 0).length === 8);
  fake.misbehaviour = {};
  using nobody = network.anonymously();
  const anonymous = await nobody.publish(here, oneTime.sign({ content: "by nobody" }));
  expect(anonymous[0]?.outcome).toBe("accepted");

  const names = new Map(everybody.map((who) => [who.pubkey, everybody.indexOf(who)]));
  for (const { number, said, keys } of fake.connections) {
    const text = JSON.stringify(said);
    const seen = [...names.keys()].filter((pubkey) => text.includes(pubkey));
    expect(seen.length, `connection ${number}`).toBeLessThanOrEqual(1);
    expect([...keys].every((key) => seen.includes(key))).toBe(true);
    if (text.includes("by nobody")) expect([seen, keys.size]).toEqual([[], 0]);
  }
  const met = fake.connections.map(({ said }) => [...names.keys()].find((key) => JSON.stringify(said).includes(key)));
  for (const who of everybody) expect(met.filter((key) => key === who.pubkey).length).toBe(2);
  const ids = fake.connections.flatMap(({ said }) =>
    said.flatMap((each) => ("subscription" in each ? [each.subscription] : [])),
  );
  // No counter that goes on from one connection to another.
  expect(new Set(ids).size).toBeGreaterThanOrEqual(8);
  expect(ids.every((id) => /^[0-9a-f]{16}$/.test(id))).toBe(true);
});

test("refuses to ask for, or to publish as, another identity of ours on one's sockets", async () => {
  await using fake = await FakeRelay.open();
  using network = new Network(relayOptions("refusals"));
  for (const who of everybody) network.as(who);
  const [alias] = aliases as [Person, Person];
  expect(() => network.as(user).follow([fake.url], inbox(alias))).toThrow("must not meet");
  expect(() => network.as(alias).follow([fake.url], inbox(user))).toThrow("must not meet");
  expect(() => network.anonymously().follow([fake.url], { ...listening, filter: { authors: [user.pubkey] } })).toThrow(
    "must not meet",
  );
  expect(() => network.as(user).publish([fake.url], channel.sign({}))).toThrow("must not meet");
  expect(() => network.anonymously().publish([fake.url], user.sign({}))).toThrow("must not meet");
  expect(fake.connections).toEqual([]);
});

test("never authenticates with a key that is not the identity's, whatever the signer does", async () => {
  await using fake = await FakeRelay.open();
  fake.misbehaviour = { requireAuth: "both" };
  using network = new Network(relayOptions("wrong signer"));
  const confused = { pubkey: aliases[0]!.pubkey, authenticate: user.authenticate };
  const [result] = await network.as(confused).publish([fake.url], wrapTo(user));
  expect(result).toMatchObject({ outcome: "refused", reason: "auth-required: show your key" });
  expect(fake.connections.flatMap(({ said }) => said.map(({ type }) => type))).toEqual(["EVENT"]);
});

test("each opening of an anonymous set is new sockets, so two posts do not share one", async () => {
  await using fake = await FakeRelay.open();
  using network = new Network(relayOptions("anonymous"));
  for (const content of ["first", "second"]) {
    using nobody = network.anonymously();
    await nobody.publish([fake.url], person(content).sign({ content }));
  }
  expect(fake.connections.map(({ said }) => said.length)).toEqual([1, 1]);
});

test("publishing says what each relay said, one relay once, in whatever spelling it was named", async () => {
  await using good = await FakeRelay.open();
  await using strict = await FakeRelay.open();
  strict.misbehaviour.refuse = () => "blocked: members only";
  const gone = await FakeRelay.open();
  await gone[Symbol.asyncDispose]();
  using network = new Network(relayOptions("publish"));
  const relays = [good.url, `${good.url.replace("ws:", "WS:")}/`, strict.url, gone.url];
  const results = await network.as(user).publish(relays, user.sign({ content: "to all" }));
  expect(results).toEqual([
    { relay: good.url, outcome: "accepted", reason: "" },
    { relay: strict.url, outcome: "refused", reason: "blocked: members only" },
    { relay: gone.url, outcome: "unreachable" },
  ]);
  expect(good.connections).toHaveLength(1);
});

test("follows several relays, one of which drops, repeats and withholds, and hears everything that any of them has", async () => {
  await using honest = await FakeRelay.open();
  await using broken = await FakeRelay.open();
  const events = Array.from({ length: 40 }, (_, i) => oneTime.sign({ content: `${i}`, created_at: 1_700_000_000 + i }));
  for (const event of events) {
    honest.add(event);
    broken.add(event);
  }
  honest.misbehaviour = { withhold: ({ content }) => Number(content) % 2 === 0 };
  broken.misbehaviour = { withhold: ({ content }) => Number(content) % 3 === 0, repeat: 2, dropAfter: 30, cut: 6 };
  using network = new Network({ ...relayOptions("two relays"), backoff: { first: 20, longest: 20 } });
  const heard = new Map<string, Set<string>>();
  using _following = network.as(user).follow([honest.url, broken.url], {
    filter: { kinds: [1] },
    onEvent: ({ content }, relay) => heard.set(content, new Set(heard.get(content)).add(relay)),
  });
  const expected = events.filter((_, i) => i % 6 !== 0).map(({ content }) => content);
  await until("all that any has", () => heard.size === expected.length);
  expect([...heard.keys()].toSorted()).toEqual(expected.toSorted());
  expect(toHex(user.secret.pubkey)).toBe(user.pubkey);
});

test("an identity that has left is not connected any more", async () => {
  await using fake = await FakeRelay.open();
  using network = new Network(relayOptions("leave"));
  await network.as(user).publish([fake.url], user.sign({}));
  const before = network.as(user);
  network.leave(user.pubkey);
  expect(() => before.publish([fake.url], user.sign({}))).toThrow("usage/state");
  expect(network.as(user)).not.toBe(before);
});

test("a question that these sockets may not ask is the caller's mistake at once, and leaves nothing behind", async () => {
  await using relay = await FakeRelay.open();
  using network = new Network(relayOptions("mistake"));
  network.as(user);
  using nobody = network.anonymously();
  const timers: number[] = [];
  const clock: Clock = {
    now: () => START,
    after: (milliseconds, run) => {
      timers.push(milliseconds);
      return fastClock(20).after(milliseconds, run);
    },
  };
  await expect(ask(nobody, [relay.url], { kinds: [0], authors: [user.pubkey] }, { clock })).rejects.toThrow(
    "must not meet",
  );
  expect(timers).toEqual([]);
});
