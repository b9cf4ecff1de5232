import { AliasKeyring } from "@subrosa/core/alias/keyring";
import type { PubkeyHex } from "@subrosa/core/bytes";
import { FakeRelay } from "@subrosa/testkit/fake-relay";
import { seededRandom } from "@subrosa/testkit/random";
import { expect, test } from "vitest";
import { Network } from "../../src/relay/network.ts";
import { type Correspondence, openCorrespondence } from "../../src/session/correspondence.ts";
import { openOutbox } from "../../src/session/outbox.ts";
import { type MemoryDisk, openMemoryStore } from "../../src/store/memory-store.ts";
import { curve, fastClock, type Person, person, relayOptions, until } from "./relay-stage.ts";

const alice = person("alice writes");
const bob = person("bob answers");

interface Device extends AsyncDisposable {
  readonly talk: Correspondence;
  /** Whether everything that was said has reached the relays. */
  isQuiet(): boolean;
}

/** One device of one person; `disk` survives it. */
async function device(
  who: Person,
  name: string,
  relays: readonly string[],
  disk: MemoryDisk = new Map(),
): Promise<Device> {
  const random = seededRandom(`device ${name}`);
  const clock = fastClock(20);
  const network = new Network({ ...relayOptions(`network ${name}`), backoff: { first: 200, longest: 1_000 } });
  const store = openMemoryStore(disk);
  const keys = new AliasKeyring(who.secret, curve);
  const presence = (pubkey: PubkeyHex) => network.as({ pubkey });
  const outbox = await openOutbox({
    store,
    network,
    presence,
    clock,
    random,
    curve,
    backoff: { first: 200, longest: 1_000 },
  });
  const relaysOf = () => relays;
  const talk = await openCorrespondence({ keys, store, outbox, network, relaysOf, clock, random, curve });
  return {
    talk,
    isQuiet: () =>
      [...outbox.deliveries.current.values()].every(({ relays }) =>
        [...relays.values()].every(({ kind }) => kind !== "waiting"),
      ),
    async [Symbol.asyncDispose]() {
      await talk[Symbol.asyncDispose]();
      await outbox[Symbol.asyncDispose]();
      network[Symbol.dispose]();
      keys[Symbol.dispose]();
    },
  };
}

const relationWith = (talk: Correspondence, peer: Person): string =>
  talk.contacts.current.get(peer.pubkey)?.acquaintance.relation.kind ?? "none";
const words = (talk: Correspondence, peer: Person): string[] =>
  [...(talk.contacts.current.get(peer.pubkey)?.messages.values() ?? [])]
    .map(({ by, text }) => `${by}: ${text}`)
    .toSorted();

test("two people become friends by alias and talk, over two relays of which one drops, repeats and withholds", async () => {
  await using good = await FakeRelay.open();
  await using bad = await FakeRelay.open();
  bad.misbehaviour = { repeat: 2, dropAfter: 12, withhold: ({ id }) => id < "8" };
  const relays = [good.url, bad.url];
  await using a = await device(alice, "a", relays);
  await using b = await device(bob, "b", relays);
  expect(await a.talk.say(bob.pubkey, "too early")).toBe("not-in-touch");
  expect(await a.talk.request(bob.pubkey, "it is me, Alice")).toBeUndefined();
  await until("bob is asked", () => relationWith(b.talk, alice) === "requested-by-peer");
  expect(b.talk.contacts.current.get(alice.pubkey)?.words).toBe("it is me, Alice");
  expect(await b.talk.answer(alice.pubkey, "accept")).toBeUndefined();
  await until("both in touch", () =>
    [relationWith(a.talk, bob), relationWith(b.talk, alice)].every((r) => r === "active"),
  );
  // The same word twice within a second is said twice, before the answer and after it.
  for (const _ of [1, 2]) expect(await a.talk.say(bob.pubkey, "well?")).toBeUndefined();
  await until("bob heard both", () => words(b.talk, alice).length === 2);
  expect(words(b.talk, alice)).toEqual(["peer: well?", "peer: well?"]);
  await a.talk.say(bob.pubkey, "hello Bob");
  await b.talk.say(alice.pubkey, "hello Alice");
  await until("both heard", () => words(a.talk, bob).length === 4 && words(b.talk, alice).length === 4);
  expect(words(a.talk, bob)).toEqual(["me: hello Bob", "me: well?", "me: well?", "peer: hello Alice"]);
  expect(words(b.talk, alice)).toEqual(["me: hello Alice", "peer: hello Bob", "peer: well?", "peer: well?"]);

  // Nobody who sees the relays learns a word, or who wrote what.
  const seen = JSON.stringify([good.events, good.connections.map(({ said }) => said)]);
  for (const secret of ["hello", "it is me"]) expect(seen).not.toContain(secret);
  const people = [alice.pubkey, bob.pubkey];
  expect(good.events.every(({ kind }) => kind === 1_059 || kind === 30_078)).toBe(true);
  expect(good.events.every(({ pubkey, kind }) => people.includes(pubkey) === (kind === 30_078))).toBe(true);
  for (const { said } of good.connections) {
    const asked = new Set(
      said.flatMap((each) => (each.type === "REQ" ? each.filters.flatMap((f) => f["#p"] ?? []) : [])),
    );
    const published = said.flatMap((each) => (each.type === "EVENT" ? [each.event] : []));
    const wraps = published.filter(({ kind }) => kind === 1_059);
    // A socket listens for one key, or carries one wrap; only the user's own carries what the user signs.
    expect(asked.size + wraps.length).toBeLessThanOrEqual(1);
    for (const { kind, pubkey } of published)
      if (kind === 30_078 && asked.size > 0) expect([...asked]).toEqual([pubkey]);
  }

  expect(await b.talk.answer(alice.pubkey, "remove")).toBeUndefined();
  await until("over", () => relationWith(a.talk, bob) === "removed");
  expect(await a.talk.say(bob.pubkey, "still there?")).toBe("not-in-touch");
});

test("a second device, and the same one reopened, come to the same state: from the relays alone, and from the disk alone", async () => {
  const disk: MemoryDisk = new Map();
  await using fake = await FakeRelay.open();
  const relays = [fake.url];
  await using b = await device(bob, "bob's", relays);
  {
    await using a = await device(alice, "first", relays, disk);
    await a.talk.request(bob.pubkey, "hi");
    await until("asked", () => relationWith(b.talk, alice) === "requested-by-peer");
    await b.talk.answer(alice.pubkey, "accept");
    await until("in touch", () => relationWith(a.talk, bob) === "active");
    for (const text of ["one", "two", "three"]) await a.talk.say(bob.pubkey, text);
    await b.talk.say(alice.pubkey, "four");
    await until("all said", () => words(a.talk, bob).length === 4 && words(b.talk, alice).length === 4);
    // The list waits a moment for more to say; a device closed before that says it when it is opened again.
    await until("the list of contacts is out", () =>
      fake.events.some(({ kind, pubkey }) => kind === 30_078 && pubkey === alice.pubkey),
    );
    await until("nothing left to send", () => a.isQuiet());
  }
  await using second = await device(alice, "second", relays);
  await until("from the relays", () => words(second.talk, bob).length === 4);
  await using reopened = await device(alice, "reopened", [], disk);
  for (const { talk } of [second, reopened]) {
    expect(relationWith(talk, bob)).toBe("active");
    expect(words(talk, bob)).toEqual(["me: one", "me: three", "me: two", "peer: four"]);
  }
  const facts = (talk: Correspondence) => talk.contacts.current.get(bob.pubkey)?.acquaintance;
  expect(facts(second.talk)).toEqual(facts(reopened.talk));
});

test("ingest throws for nothing that a stranger may send, and says why it ignored it", async () => {
  await using a = await device(alice, "hostile", []);
  const stranger = person("stranger");
  const hostile = [
    stranger.sign({ kind: 1_059, tags: [["p", alice.pubkey]], content: "not encrypted" }),
    stranger.sign({ kind: 1_059, tags: [["p", bob.pubkey]], content: "" }),
    stranger.sign({ kind: 1_059, tags: [], content: "" }),
    stranger.sign({ kind: 10_100, tags: [["p", alice.pubkey]], content: "x" }),
    stranger.sign({ kind: 10_101, tags: [["p", "zz"]], content: "" }),
    stranger.sign({ kind: 4, tags: [["p", alice.pubkey]], content: "?iv=" }),
    stranger.sign({ kind: 7, content: "+" }),
  ];
  for (const event of hostile) {
    const outcome = await a.talk.ingest(event);
    expect(outcome.ok ? "" : outcome.reason).toMatch(/^[a-z-]+$/);
  }
  expect(a.talk.contacts.current.size).toBe(0);
});
