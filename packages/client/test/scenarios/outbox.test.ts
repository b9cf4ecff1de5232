import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sha256 } from "@subrosa/core/hash";
import { VerifiedEvent } from "@subrosa/core/nostr/event";
import { verifyMemberProof } from "@subrosa/core/proof/verify";
import { RingShelf } from "@subrosa/core/ring/ring-shelf";
import { FakeRelay } from "@subrosa/testkit/fake-relay";
import { seededRandom } from "@subrosa/testkit/random";
import { expect, test } from "vitest";
import { Network } from "../../src/relay/network.ts";
import { standingOf } from "../../src/session/delivery.ts";
import { postAsMember } from "../../src/session/member-post.ts";
import { openOutbox } from "../../src/session/outbox.ts";
import { openLmdbStore } from "../../src/store/lmdb-store.ts";
import { openMemoryStore } from "../../src/store/memory-store.ts";
import { openSealedStore } from "../../src/store/sealed-store.ts";
import type { Store } from "../../src/store/store.ts";
import { curve, fastClock, person, relayOptions, START, until } from "./relay-stage.ts";

const user = person("outbox user");
const random = seededRandom("outbox");

async function opened(network: Network, store: Store = openMemoryStore()) {
  return openOutbox({
    store,
    network,
    presence: (sender) => (sender === user.pubkey ? network.as(user) : undefined),
    clock: fastClock(20),
    random,
    curve,
    backoff: { first: 200, longest: 1_000 },
  });
}

test("an event waits for a relay that is away, says what each relay said, and is resent where the user wants it", async () => {
  await using good = await FakeRelay.open();
  await using strict = await FakeRelay.open();
  await using away = await FakeRelay.open();
  strict.misbehaviour.refuse = () => "blocked: not today";
  away.misbehaviour = { hangUp: true };
  using network = new Network(relayOptions("outbox one"));
  await using outbox = await opened(network);
  const event = user.sign({ content: "to three relays" });
  const urls = [good.url, strict.url, away.url];
  expect(await outbox.send(event, user.pubkey, urls)).toBeUndefined();
  expect(await outbox.send(event, user.pubkey, [good.url])).toBe("known-delivery");
  expect(await outbox.send(event, "nobody", ["wss://other.example"])).toBe("other-sender");
  const kinds = (): unknown =>
    [...(outbox.deliveries.current.get(event.id)?.relays.values() ?? [])].map(({ kind }) => kind);
  await until("two answers", () => JSON.stringify(kinds()) === '["accepted","refused","waiting"]');
  expect(standingOf(outbox.deliveries.current.get(event.id)!)).toBe("sent");
  strict.misbehaviour = {};
  away.misbehaviour = {};
  expect(await outbox.resend(event.id)).toBeUndefined();
  await until("all", () => JSON.stringify(kinds()) === '["accepted","accepted","accepted"]');
  for (const relay of [good, strict, away]) expect(relay.events.map(({ id }) => id)).toEqual([event.id]);
  expect(await outbox.forget(event.id)).toBeUndefined();
  expect(await outbox.forget(event.id)).toBe("unknown-delivery");
});

test("what every relay refused is never called sent; what a relay refuses for the moment is tried again", async () => {
  await using strict = await FakeRelay.open();
  let turns = 0;
  strict.misbehaviour.refuse = ({ content }) =>
    content === "never" ? "blocked: no" : turns++ < 3 ? "rate-limited: slow down" : undefined;
  using network = new Network(relayOptions("outbox two"));
  await using outbox = await opened(network);
  const [never, later] = [user.sign({ content: "never" }), user.sign({ content: "later" })];
  await outbox.send(never, user.pubkey, [strict.url]);
  await outbox.send(later, user.pubkey, [strict.url]);
  const standing = (id: typeof never.id): string => standingOf(outbox.deliveries.current.get(id)!);
  await until("both", () => standing(never.id) === "refused" && standing(later.id) === "sent");
  expect(strict.events.map(({ content }) => content)).toEqual(["later"]);
});

test("closed before anything went out, it goes out after the next opening, from a sealed disk, exactly once", async () => {
  const folder = mkdtempSync(join(tmpdir(), "subrosa-outbox-"));
  try {
    await using fake = await FakeRelay.open();
    fake.misbehaviour = { hangUp: true };
    const sealed = async (): Promise<Store> => {
      const stretch = async (password: Uint8Array, salt: Uint8Array) => sha256(password, salt);
      const opening = await openSealedStore(openLmdbStore(join(folder, "a.mdb")), "p", { random, stretch });
      if (!opening.ok) throw new Error(opening.reason);
      return opening.store;
    };
    const events = Array.from({ length: 5 }, (_, i) => user.sign({ content: `kept ${i}` }));
    {
      await using store = await sealed();
      using network = new Network(relayOptions("outbox three"));
      await using outbox = await opened(network, store);
      for (const event of events) await outbox.send(event, user.pubkey, [fake.url]);
    }
    fake.misbehaviour = {};
    await using store = await sealed();
    using network = new Network(relayOptions("outbox four"));
    await using outbox = await opened(network, store);
    await until("all five", () => fake.events.length === 5);
    await until("known", () => [...outbox.deliveries.current.values()].every((each) => standingOf(each) === "sent"));
    const published = fake.connections.flatMap(({ said }) => said.filter(({ type }) => type === "EVENT"));
    expect(published).toHaveLength(5);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("an anonymous post goes out on sockets of its own, proves membership to anyone, and nothing beside it", async () => {
  await using fake = await FakeRelay.open();
  using network = new Network(relayOptions("outbox five"));
  await using outbox = await opened(network);
  const group = [user, ...["a", "b", "c", "d"].map(person)];
  const keys = group.map(({ pubkey }) => pubkey);
  await outbox.send(user.sign({ content: "in my own name" }), user.pubkey, [fake.url]);
  const template = { kind: 1, created_at: START, tags: [], content: "one of us says this", keys };
  const posts = [1, 2].map(() => postAsMember({ template, relays: [fake.url] }, user.secret, outbox, random, curve));
  await Promise.all(posts);
  await until("all three", () => fake.events.length === 3);
  const anonymous = fake.events.filter(({ content }) => content === template.content);
  const shelf = new RingShelf(curve);
  for (const event of anonymous) {
    const verdict = VerifiedEvent.check(event, curve);
    expect(verdict.ok && verifyMemberProof(verdict.event, shelf).ok).toBe(true);
    const carrier = fake.connections.filter(({ said }) => JSON.stringify(said).includes(event.id));
    expect(carrier.map(({ said, keys: shown }) => [said.length, shown.size])).toEqual([[1, 0]]);
  }
  expect(new Set(anonymous.map(({ pubkey }) => pubkey)).size).toBe(2);
  expect(anonymous.some(({ pubkey }) => keys.includes(pubkey))).toBe(false);
});

test("a live value tells the present at once, then each change, and the latest to who was busy; it ends on abort", async () => {
  using network = new Network(relayOptions("outbox six"));
  await using outbox = await opened(network);
  const seen: number[] = [];
  const stop = outbox.deliveries.subscribe(({ size }) => seen.push(size));
  const abort = new AbortController();
  const walked: number[] = [];
  const walk = (async () => {
    for await (const { size } of outbox.deliveries.values(abort.signal)) walked.push(size);
  })();
  await new Promise((resolve) => setImmediate(resolve));
  for (let i = 0; i < 3; i++) await outbox.send(user.sign({ content: `${i}` }), user.pubkey, ["ws://127.0.0.1:1"]);
  stop();
  await until("the last", () => walked.at(-1) === 3);
  abort.abort();
  await walk;
  await outbox.send(user.sign({ content: "after" }), user.pubkey, ["ws://127.0.0.1:1"]);
  expect(seen).toEqual([0, 1, 2, 3]);
  expect([walked[0], walked.at(-1)]).toEqual([0, 3]);
});
