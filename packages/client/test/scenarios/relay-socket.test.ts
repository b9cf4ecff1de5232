import { FakeRelay } from "@subrosa/testkit/fake-relay";
import { expect, test } from "vitest";
import type { Ignored, RelayOptions } from "../../src/relay/relay-options.ts";
import { openRelay } from "../../src/relay/relay-socket.ts";
import { type CaughtUp, Subscription } from "../../src/relay/subscription.ts";
import { fastClock, person, relayOptions, START, until } from "./relay-stage.ts";

const alice = person("alice");
const open = (relay: FakeRelay, more: Partial<RelayOptions> = {}) =>
  openRelay({ ...relayOptions(relay.url), url: relay.url, ...more });

/** Everything that one subscription hears. */
function follow(relay: ReturnType<typeof openRelay>, cursor?: number, pageSize = 500) {
  const heard: string[] = [];
  const caughtUp: CaughtUp[] = [];
  const refused: string[] = [];
  const subscription = Subscription.open(relay, {
    clock: fastClock(20),
    filter: { kinds: [1] },
    ...(cursor === undefined ? {} : { cursor }),
    pageSize,
    onEvent: (event) => heard.push(event.content),
    onCaughtUp: (each) => caughtUp.push(each),
    onRefused: (reason) => refused.push(reason),
  });
  return { subscription, heard, caughtUp, refused };
}

test("a publication is answered with the relay's own word", async () => {
  await using fake = await FakeRelay.open();
  using relay = open(fake);
  const event = alice.sign({ content: "hello" });
  expect(await relay.publish(event)).toEqual({ relay: relay.url, outcome: "accepted", reason: "" });
  const again = await relay.publish(event);
  expect(again).toEqual({ relay: relay.url, outcome: "accepted", reason: "duplicate: known" });
  fake.misbehaviour.refuse = () => "blocked: not you";
  const refused = await relay.publish(alice.sign({ content: "no" }));
  expect(refused).toEqual({ relay: relay.url, outcome: "refused", reason: "blocked: not you" });
  fake.misbehaviour = { mute: ["OK"] };
  expect((await relay.publish(alice.sign({ content: "mute" }))).outcome).toBe("unanswered");
  relay[Symbol.dispose]();
  expect((await relay.publish(event)).outcome).toBe("closed");
  expect(fake.unreadable).toEqual([]);
});

test("a relay that is not there is said to be unreachable", async () => {
  const gone = await FakeRelay.open();
  await gone[Symbol.asyncDispose]();
  using relay = open(gone);
  expect((await relay.publish(alice.sign({}))).outcome).toBe("unreachable");
});

test("a publication that is on its way when the connection breaks is sent again on the next, with the same id", async () => {
  await using fake = await FakeRelay.open();
  using relay = open(fake, { backoff: { first: 20, longest: 20 } });
  fake.misbehaviour = { mute: ["OK"] };
  const result = relay.publish(alice.sign({ content: "once" }));
  await until("it arrives", () => fake.events.length === 1);
  fake.misbehaviour = {};
  fake.dropAll();
  expect(await result).toEqual({ relay: relay.url, outcome: "accepted", reason: "duplicate: known" });
  expect(fake.connections).toHaveLength(2);
});

test("reconnects after growing delays, each at least half of the full one and never more", async () => {
  await using fake = await FakeRelay.open();
  fake.misbehaviour = { hangUp: true };
  const delays: number[] = [];
  const quick = fastClock(1_000);
  const clock = {
    ...quick,
    after: (milliseconds: number, run: () => void) => {
      // Neither the patience with a connection that opens, nor with one that is silent.
      if (milliseconds !== 15_000 && milliseconds !== 60_000) delays.push(milliseconds);
      return (milliseconds === 15_000 ? fastClock(1) : quick).after(milliseconds, run);
    },
  };
  using relay = open(fake, { clock });
  await until("ten attempts", () => delays.length >= 10);
  relay[Symbol.dispose]();
  delays.slice(0, 10).forEach((delay, i) => {
    const full = Math.min(300_000, 1_000 * 2 ** i);
    expect(delay >= full / 2 && delay <= full, `attempt ${i}: ${delay}`).toBe(true);
  });
});

test("pages past every cut, with everything once, in as many pages as it takes", async () => {
  await using fake = await FakeRelay.open();
  for (let i = 0; i < 60; i++) fake.add(alice.sign({ content: `${i}`, created_at: START + Math.floor(i / 3) }));
  for (const cut of [4, 7, 59, 60, 1_000]) {
    fake.misbehaviour = { cut };
    using relay = open(fake);
    const { subscription, heard, caughtUp } = follow(relay);
    await until("caught up", () => caughtUp.length === 1);
    subscription[Symbol.dispose]();
    expect(new Set(heard).size, `cut ${cut}`).toBe(60);
    expect(heard, `cut ${cut}`).toHaveLength(60);
    expect(caughtUp[0]?.complete).toBe(true);
  }
});

test("a second that holds more than a page is told, not passed over: the answer is not complete", async () => {
  await using fake = await FakeRelay.open();
  for (let i = 0; i < 50; i++) fake.add(alice.sign({ content: `same ${i}` }));
  for (let i = 0; i < 5; i++) fake.add(alice.sign({ content: `older ${i}`, created_at: START - 10 - i }));
  fake.misbehaviour = { cut: 30 };
  using relay = open(fake);
  const { heard, caughtUp } = follow(relay);
  await until("caught up", () => caughtUp.length === 1);
  expect(caughtUp[0]?.complete).toBe(false);
  expect(heard.filter((each) => each.startsWith("older"))).toHaveLength(5);
});

test("resumes without a gap: what came while the connection was down, dated back or waiting in an outbox for days", async () => {
  await using fake = await FakeRelay.open();
  const now = Math.floor(Date.now() / 1000);
  for (let i = 0; i < 20; i++) fake.add(alice.sign({ content: `old ${i}`, created_at: now - 864_000 - i }));
  using relay = open(fake, { backoff: { first: 2_000, longest: 2_000 } });
  const { heard, caughtUp } = follow(relay);
  await until("caught up", () => caughtUp.length === 1);
  fake.dropAll();
  await until("it knows", () => !relay.isConnected);
  fake.add(alice.sign({ content: "meanwhile", created_at: now }));
  fake.add(alice.sign({ content: "wrapped, and sent two days later", created_at: now - 4 * 86_400 }));
  await until("caught up again", () => caughtUp.length === 2);
  fake.add(alice.sign({ content: "live", created_at: now + 1 }));
  fake.add(alice.sign({ content: "a month in an outbox", created_at: now - 29 * 86_400 }));
  await until("live", () => heard.includes("a month in an outbox"));
  expect(heard.slice(20).toSorted()).toEqual([
    "a month in an outbox",
    "live",
    "meanwhile",
    "wrapped, and sent two days later",
  ]);
  const resumed = fake.connections[1]?.said.find((message) => message.type === "REQ");
  const since = resumed?.type === "REQ" ? (resumed.filters[0]?.since ?? 0) : 0;
  expect(since).toBeGreaterThan(now - 35 * 86_400);
});

test("a connection that breaks in the middle of old events, again and again, still ends with all of them, once", async () => {
  await using fake = await FakeRelay.open();
  for (let i = 0; i < 90; i++) fake.add(alice.sign({ content: `${i}`, created_at: START + i }));
  fake.misbehaviour = { dropAfter: 40, repeat: 3, cut: 25 };
  using relay = open(fake, { backoff: { first: 20, longest: 20 } });
  const { heard, caughtUp } = follow(relay);
  await until("three connections", () => fake.connections.length >= 3);
  expect(caughtUp).toEqual([]);
  fake.misbehaviour = { repeat: 3, cut: 25 };
  fake.dropAll();
  await until("caught up", () => caughtUp.length === 1);
  expect(heard.toSorted()).toEqual(Array.from({ length: 90 }, (_, i) => `${i}`).toSorted());
});

test("where a relay never says that it is done, its events are taken and it is said to be incomplete", async () => {
  await using fake = await FakeRelay.open();
  fake.add(alice.sign({ content: "taken" }));
  fake.misbehaviour = { mute: ["EOSE"] };
  using relay = open(fake);
  const { subscription, heard, caughtUp } = follow(relay);
  await until("given up", () => caughtUp.length === 1);
  expect(heard).toEqual(["taken"]);
  expect(caughtUp[0]?.complete).toBe(false);
  expect(subscription.cursor).toBeUndefined();
});

test("authenticates once where it is asked, and reads and writes then; without a key it says what the relay said", async () => {
  await using fake = await FakeRelay.open();
  fake.add(alice.sign({ content: "for members" }));
  fake.misbehaviour = { requireAuth: "both" };
  using relay = open(fake, { authenticate: alice.authenticate });
  const { heard, caughtUp } = follow(relay);
  const published = await relay.publish(alice.sign({ content: "from a member" }));
  await until("caught up", () => caughtUp.length === 1);
  expect(published.outcome).toBe("accepted");
  expect(heard).toContain("for members");
  expect(fake.connections[0]?.said.filter(({ type }) => type === "AUTH")).toHaveLength(1);
  expect([...(fake.connections[0]?.keys ?? [])]).toEqual([alice.pubkey]);

  using stranger = open(fake);
  const { refused } = follow(stranger);
  expect(await stranger.publish(alice.sign({ content: "from nobody" }))).toMatchObject({ outcome: "refused" });
  await until("refused", () => refused.length === 1);
  expect(refused[0]).toBe("auth-required: show your key");
  expect(fake.connections[1]?.said.some(({ type }) => type === "AUTH")).toBe(false);
});

test("never authenticates where it is not asked to, though the relay offers it", async () => {
  await using fake = await FakeRelay.open();
  using relay = open(fake, { authenticate: alice.authenticate });
  await until("connected", () => relay.isConnected);
  fake.say('["AUTH","come on"]');
  await relay.publish(alice.sign({ content: "hello" }));
  expect(fake.connections[0]?.said.map(({ type }) => type)).toEqual(["EVENT"]);
});

test("whatever a hostile relay says is ignored with a reason, and nothing throws", async () => {
  await using fake = await FakeRelay.open();
  const ignored: Ignored[] = [];
  using relay = open(fake, { onIgnored: (each) => ignored.push(each) });
  const { heard, caughtUp } = follow(relay);
  await until("caught up", () => caughtUp.length === 1);
  const asked = fake.connections[0]?.said[0];
  const id = asked?.type === "REQ" ? asked.subscription : "";
  const good = alice.sign({ content: "good" });
  const frame = (event: object, subscription: string = id): string => JSON.stringify(["EVENT", subscription, event]);
  const plain = { ...good };
  const hostile: readonly (readonly [string, string])[] = [
    ["frame", "not json"],
    ["frame", "[".repeat(100_000)],
    ["frame", '["EVENT"]'],
    ["frame", '["WHAT","is","this"]'],
    ["frame", frame({ ...plain, content: 7 })],
    ["frame", `["EVENT",${JSON.stringify(id)},{"id":"a","id":"b"}]`],
    ["event-id", frame({ ...plain, content: "forged" })],
    ["event-sig", frame({ ...plain, sig: "0".repeat(128) })],
    ["no-match", frame({ ...alice.sign({ kind: 7 }) })],
    ["not-asked", frame(plain, "another")],
    ["unexpected-ok", `["OK","${"a".repeat(64)}",true,""]`],
  ];
  for (const [, text] of hostile) fake.say(text);
  fake.say(frame(plain));
  await until("the good one", () => heard.includes("good"));
  expect(heard).toEqual(["good"]);
  expect(ignored.map(({ reason }) => reason).toSorted()).toEqual(hostile.map(([reason]) => reason).toSorted());
});

test("a relay that sends faster than we verify is dropped and asked again, and memory stays bounded", async () => {
  await using fake = await FakeRelay.open();
  let most = 0;
  let asked = 0;
  const options = relayOptions(fake.url);
  using relay = openRelay({
    ...options,
    url: fake.url,
    backoff: { first: 20, longest: 20 },
    limits: { maxWaiting: 100 },
    verify: async (items, signal) => {
      most = Math.max(most, items.length);
      if (asked++ === 0) await new Promise((resolve) => setTimeout(resolve, 200));
      return options.verify(items, signal);
    },
  });
  const { heard, caughtUp } = follow(relay, undefined, 50);
  await until("caught up", () => caughtUp.length === 1);
  for (let i = 0; i < 300; i++) fake.add(alice.sign({ content: `${i}`, created_at: START + i }));
  await until("all in the end", () => heard.length === 300);
  expect(fake.connections.length).toBeGreaterThan(1);
  expect(most).toBeLessThanOrEqual(64);
});

test("a connection that died without a word is noticed and replaced", async () => {
  await using fake = await FakeRelay.open();
  using relay = open(fake, { backoff: { first: 20, longest: 20 }, limits: { silence: 1_000 }, clock: fastClock(1) });
  await until("connected", () => relay.isConnected);
  fake.misbehaviour = { mute: ["EOSE"] };
  await until("replaced", () => fake.connections.length === 2);
});
