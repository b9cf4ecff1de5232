import type { PubkeyHex } from "@subrosa/core/bytes";
import { hasWork } from "@subrosa/core/nostr/nip13";
import { FakeRelay } from "@subrosa/testkit/fake-relay";
import { seededRandom } from "@subrosa/testkit/random";
import { expect, test } from "vitest";
import { Network } from "../../src/relay/network.ts";
import { type AnonymousPost, postAnonymously } from "../../src/session/anonymous-post.ts";
import { Feed } from "../../src/session/feed.ts";
import { judgeInPlace } from "../../src/session/judge.ts";
import { openOutbox } from "../../src/session/outbox.ts";
import { DATE_STEP } from "../../src/session/post-checklist.ts";
import { openPseudonyms } from "../../src/session/pseudonyms.ts";
import { minerInPlace } from "../../src/session/work.ts";
import { type MemoryDisk, openMemoryStore } from "../../src/store/memory-store.ts";
import { curve, fastClock, type Person, person, relayOptions, until } from "./relay-stage.ts";

const people = ["ann", "ben", "cat", "dan"].map(person);
const [ann] = people as [Person];
const keys = people.map(({ pubkey }) => pubkey).sort();
const clock = fastClock(20);

async function account(name: string, disk: MemoryDisk = new Map()) {
  const random = seededRandom(name);
  const network = new Network(relayOptions(name));
  const store = openMemoryStore(disk);
  const presence = (pubkey: PubkeyHex) => network.as({ pubkey });
  const outbox = await openOutbox({ store, network, presence, clock, random, curve });
  const common = { secret: ann.secret, outbox, clock, random, curve };
  const pens = await openPseudonyms({ ...common, store });
  return {
    ...{ network, outbox, common, pens },
    async [Symbol.asyncDispose]() {
      await pens[Symbol.asyncDispose]();
      await outbox[Symbol.asyncDispose]();
      network[Symbol.dispose]();
    },
  };
}

test("every form of anonymous post goes out as nobody, carries its work, and is verified by a stranger (NIP97-2, PROOF-12)", async () => {
  await using relay = await FakeRelay.open();
  await using writer = await account("writer");
  const forms: readonly AnonymousPost["proof"][] = [
    { form: "member-proof" },
    { form: "member-proof", scope: { app: { origin: "https://rose.example", text: "talk" } } },
    { form: "ring-signature" },
    { form: "ring-signature", level: "pubkey" },
    { form: "ring-signature", level: "content" },
  ];
  const tried: number[] = [];
  const onProgress = ({ tried: count }: { tried: number }): void => void tried.push(count);
  const target = 8;
  for (const proof of forms) {
    for (const work of [undefined, { target, miner: minerInPlace(clock), onProgress }]) {
      const post: AnonymousPost = { content: `by ${JSON.stringify(proof)}`, keys, relays: [relay.url], proof };
      const { ignored } = await postAnonymously(work === undefined ? post : { ...post, work }, writer.common);
      expect(ignored).toBeUndefined();
    }
  }
  await until("all are out", () => relay.events.length === 10);
  expect(tried.length).toBeGreaterThan(0);
  expect(relay.events.filter((event) => hasWork(event, target))).toHaveLength(5);
  expect(new Set(relay.events.map(({ pubkey }) => pubkey)).size).toBe(10);
  expect(relay.events.every(({ created_at }) => created_at % DATE_STEP === 0)).toBe(true);
  // One socket for one post, nobody on it.
  expect(relay.connections.every(({ said, keys: shown }) => said.length === 1 && shown.size === 0)).toBe(true);
  using network = new Network(relayOptions("a reader"));
  using feed = new Feed({ network, judge: judgeInPlace(curve, clock), clock });
  using _ = feed.follow({ relays: [relay.url], filters: [{ kinds: [1] }] });
  await until("verified", () => feed.verified.current.length === 10);
  const levels = feed.verified.current.map(({ state }) => `${state.kind === "verified" && (state.level ?? state.by)}`);
  expect(levels.toSorted()).toEqual(
    ["content", "event", "member-proof", "member-proof", "pubkey"].flatMap((each) => [each, each]),
  );
});

test("work is given up when it is called off, and impossible work is refused at once", async () => {
  await using writer = await account("worker");
  const controller = new AbortController();
  const miner = minerInPlace(clock);
  const post: AnonymousPost = { content: "x", keys, relays: ["ws://127.0.0.1:9"], proof: { form: "ring-signature" } };
  const stop = (): void => controller.abort(new Error("enough"));
  const work = { target: 60, miner, signal: controller.signal, onProgress: stop };
  await expect(postAnonymously({ ...post, work }, writer.common)).rejects.toThrow("enough");
  await expect(postAnonymously({ ...post, work: { target: 300, miner } }, writer.common)).rejects.toThrow(
    "usage/range",
  );
  await expect(postAnonymously({ ...post, keys: keys.slice(0, 2) }, writer.common)).rejects.toThrow("usage/ring");
  expect(writer.outbox.deliveries.current.size).toBe(0);
});

test("a pseudonym is announced, speaks, survives the process, and ends for ever (NIP97-3)", async () => {
  await using relay = await FakeRelay.open();
  const disk: MemoryDisk = new Map();
  const relays = [relay.url];
  let pen: PubkeyHex | undefined;
  {
    await using first = await account("first", disk);
    const made = await first.pens.create({ label: "Quill", text: "I am a quill", keys, relays });
    pen = made.pubkey;
    if (pen === undefined) throw new Error("not made");
    expect((await first.pens.say(pen, { content: "one" })).ok).toBe(true);
    await until("out", () => relay.events.length === 2);
  }
  await using again = await account("again", disk);
  expect(again.pens.own.current.get(pen)).toMatchObject({ label: "Quill", members: keys, relays });
  expect(JSON.stringify([...again.pens.own.current])).not.toContain("secret");
  expect((await again.pens.say(pen, { content: "two" })).ok).toBe(true);
  expect(
    (
      await again.pens.announceAgain(pen, {
        text: "still a quill",
        keys: keys.slice(0, 3).includes(ann.pubkey) ? keys.slice(0, 3) : keys.slice(1),
      })
    ).ok,
  ).toBe(true);
  using network = new Network(relayOptions("reader"));
  const weakest = keys.find((key) => key !== ann.pubkey);
  using feed = new Feed({
    network,
    judge: judgeInPlace(curve, clock),
    clock,
    score: (key) => (key === weakest ? 0.5 : 1),
  });
  using _ = feed.followKey(pen, { relays });
  await until("its history is known", () => feed.verified.current.length === 4);
  const first = feed.verified.current.find(({ event }) => event.content === "one");
  expect(first?.state).toMatchObject({ by: "pseudonym", n: 4, score: 0.5 });
  const history = feed.pseudonym(pen);
  expect(history.state === "announced" && history.announcements.length).toBe(2);
  expect((await again.pens.end(pen)).ok).toBe(true);
  expect(await again.pens.say(pen, { content: "three" })).toEqual({ ok: false, reason: "pseudonym-ended" });
  await until("ended for all", () => feed.verified.current.length === 0 && feed.posts.current.length === 5);
  expect(await again.pens.end("00".repeat(32) as never)).toEqual({ ok: false, reason: "unknown-pseudonym" });
  // Its dates are in the order in which it spoke, and no socket joined it to anything else.
  expect(
    relay.connections
      .filter(({ said }) => said.some(({ type }) => type === "EVENT"))
      .every(({ said }) => said.length === 1),
  ).toBe(true);
  await again.pens.forget(pen);
  expect(again.pens.own.current.size).toBe(0);
});
