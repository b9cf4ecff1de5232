import type { EventId, PubkeyHex } from "@subrosa/core/bytes";
import { announce, revoke, ringSign } from "@subrosa/core/nip97/sign";
import { type EventTemplate, plain, signEvent, type VerifiedEvent } from "@subrosa/core/nostr/event";
import { relayUrl } from "@subrosa/core/nostr/relay-url";
import { writeDirectory } from "@subrosa/core/proof/directory";
import { directoryAddress } from "@subrosa/core/proof/directory-address";
import { writeRelayVerdict } from "@subrosa/core/proof/relay-verdict";
import type { ScopeRequest } from "@subrosa/core/proof/scope-request";
import { drawMemberKeys, openSigningRing, signAsGroupMember } from "@subrosa/core/proof/sign";
import type { TrustSources } from "@subrosa/core/proof/trust";
import { Secret } from "@subrosa/core/secret";
import { FakeRelay } from "@subrosa/testkit/fake-relay";
import { seededRandom } from "@subrosa/testkit/random";
import { expect, test } from "vitest";
import { Network } from "../../src/relay/network.ts";
import { Feed, type FeedOptions } from "../../src/session/feed.ts";
import { type Judge, judgeInPlace } from "../../src/session/judge.ts";
import { openKnownRings } from "../../src/session/known-rings.ts";
import { isOfKnownRing, POST_SENTENCES, type Post, type Proven } from "../../src/session/post.ts";
import { openMemoryStore } from "../../src/store/memory-store.ts";
import { curve, fastClock, person, relayOptions, START, until } from "./relay-stage.ts";

const random = seededRandom("feed");
const clock = fastClock(20);
const members = ["ann", "ben", "cat", "dan"].map(person);
const [ann, ben] = members as [(typeof members)[0], (typeof members)[0]];
const keys = members.map(({ pubkey }) => pubkey).sort();
const opened = openSigningRing(keys, curve);
if (!opened.ok) throw new Error(opened.reason);
const { ring } = opened;

function memberPost(content: string, author = ann, scope?: ScopeRequest, at = START): VerifiedEvent {
  const template = { kind: 1, created_at: at, tags: [], content, keys };
  return signAsGroupMember(template, drawMemberKeys(author.secret, random), curve, scope);
}

const pen = person("a lasting pen");
function ringPost(level: "content" | "pubkey" | "event", content: string): VerifiedEvent {
  const template: EventTemplate = { kind: 1, created_at: START + 1, tags: [], content };
  const oneTime = person(`one time ${level} ${content}`);
  return oneTime.sign(
    ringSign({ template, level, ring, secret: ann.secret, pubkey: oneTime.pubkey, fresh: random(32) }),
  );
}
const announcement = (createdAt = START): VerifiedEvent =>
  pen.sign(
    announce({ text: "I am a pen", createdAt, ring, secret: ben.secret, pubkey: pen.pubkey, fresh: random(32) }),
  );

function broken(event: VerifiedEvent): VerifiedEvent {
  // Other words under the same proof, signed anew: the proof does not hold for them.
  const { kind, created_at, tags } = event;
  return signEvent({ kind, created_at, tags, content: "forged" }, Secret.from(random(32), curve), random(32), curve);
}

const stateOf = (feed: Feed, id: EventId): Post["state"] | undefined =>
  feed.posts.current.find(({ event }) => event.id === id)?.state;
const kindOf = (feed: Feed, id: EventId): string => stateOf(feed, id)?.kind ?? "absent";

function feedOf(options: Partial<FeedOptions> = {}, name = "feed"): { feed: Feed; network: Network } & Disposable {
  const network = new Network(relayOptions(name));
  const feed = new Feed({ network, judge: judgeInPlace(curve, clock), clock, ...options });
  return {
    ...{ feed, network },
    [Symbol.dispose]: () => {
      feed[Symbol.dispose]();
      network[Symbol.dispose]();
    },
  };
}

test("posts of members are read as nobody and verified here, each with its reason where it fails (PROOF-3, NIP97-2)", async () => {
  await using relay = await FakeRelay.open();
  const posts = {
    member: memberPost("one of us"),
    forged: broken(memberPost("said")),
    words: ringPost("content", "anybody may repost"),
    line: ringPost("pubkey", "bound by a line"),
    bound: ringPost("event", "bound"),
    plain: ann.sign({ content: "no proof at all" }),
    future: memberPost("from tomorrow", ann, undefined, Math.floor(Date.now() / 1000) + 90_000),
  };
  for (const post of Object.values(posts)) relay.add(plain(post));
  using stage = feedOf();
  const { feed } = stage;
  using _ = feed.follow({ relays: [relay.url], filters: [{ kinds: [1] }] });
  await until(
    "all are judged",
    () => feed.posts.current.filter(({ state }) => "reason" in state || "ring" in state).length === 5,
  );
  const of = (post: VerifiedEvent): unknown => {
    const { trust, sameMember, members: _members, ring: _ring, ...rest } = stateOf(feed, post.id) as Proven;
    return rest;
  };
  expect(of(posts.member)).toEqual({ kind: "verified", by: "member-proof", n: 4, badge: true });
  expect(of(posts.forged)).toEqual({ kind: "failed", reason: "proof-invalid" });
  const ringSigned = { kind: "verified", by: "ring-signature", n: 4 };
  expect(of(posts.words)).toEqual({ ...ringSigned, level: "content", badge: false });
  expect(of(posts.line)).toEqual({ ...ringSigned, level: "pubkey", badge: true });
  expect(of(posts.bound)).toEqual({ ...ringSigned, level: "event", badge: true });
  expect([...feed.ignored.current].toSorted()).toEqual([
    ["future", 1],
    ["no-proof", 1],
  ]);
  expect(feed.verified.current).toHaveLength(4);
  expect(POST_SENTENCES["proof-invalid"]).toContain("no member of this ring");
  // Nobody authenticated, and nobody said who is reading.
  expect(relay.connections.every(({ keys: shown }) => shown.size === 0)).toBe(true);
});

test("two posts are by the same member only within one scope of a ring that the viewer knows (PROOF-6, PROOF-7)", async () => {
  const scope: ScopeRequest = { app: { origin: "https://rose.example", text: "talk" } };
  const posts = [
    memberPost("a", ann, scope),
    memberPost("b", ann, scope),
    memberPost("c", ben, scope),
    memberPost("d"),
  ];
  let trust: TrustSources = {};
  using stage = feedOf({ trust: () => trust, score: (key) => (key === ben.pubkey ? 0.25 : 1) });
  const { feed } = stage;
  for (const post of posts) feed.ingest(post);
  await until("verified", () => feed.verified.current.length === 4);
  const same = (): unknown => posts.map(({ id }) => (stateOf(feed, id) as Proven).sameMember);
  expect(same()).toEqual([[], [], [], []]);
  expect(feed.verified.current.filter(isOfKnownRing)).toEqual([]);
  trust = { pins: new Map([[ring.name, "The four"]]) };
  feed.trustChanged();
  await until("known", () => feed.verified.current.every(isOfKnownRing));
  expect(same()).toEqual([[posts[1]!.id], [posts[0]!.id], [], []]);
  const shown = stateOf(feed, posts[0]!.id) as Proven;
  expect([shown.trust, shown.score]).toEqual([{ by: "pin", label: "The four" }, 0.25]);
});

test("a pseudonym's posts inherit its ring, early ones too, until its own key ends it (NIP97-3)", async () => {
  using stage = feedOf({ trust: () => ({ pins: new Map([[ring.name, "The four"]]) }) });
  const { feed } = stage;
  const first = announcement();
  const before = pen.sign({ created_at: START - 5, content: "before I was announced" });
  const early = pen.sign({ created_at: START + 5, content: "first words" });
  expect(feed.ingest(early)).toBe("no-proof");
  feed.ingest(first);
  await until("announced", () => kindOf(feed, early.id) === "verified");
  const later = pen.sign({ created_at: START + 6, content: "more words" });
  expect([feed.ingest(later), feed.ingest(before)]).toEqual([undefined, undefined]);
  await until("inherited", () => kindOf(feed, later.id) === "verified");
  expect(stateOf(feed, later.id)).toMatchObject({
    by: "pseudonym",
    n: 4,
    badge: true,
    sameMember: expect.arrayContaining([first.id, early.id]),
  });
  expect(stateOf(feed, before.id)).toEqual({ kind: "failed", reason: "pseudonym-unknown" });
  const end = pen.sign(revoke(first.id, START + 9));
  feed.ingest(end);
  await until("ended", () => kindOf(feed, later.id) === "failed");
  // A thief of the key announces anew: nothing comes back.
  const again = announcement(START + 20);
  feed.ingest(again);
  await until("judged", () => !["absent", "unchecked", "checking"].includes(kindOf(feed, again.id)));
  for (const { id } of [first, early, later, again]) {
    expect(stateOf(feed, id)).toEqual({ kind: "failed", reason: "pseudonym-ended" });
  }
  expect([stateOf(feed, end.id), feed.pseudonym(pen.pubkey)]).toEqual([
    { kind: "revocation", of: first.id },
    { state: "ended", by: end.id },
  ]);
});

/** Answers when told to; counts. */
function slowJudge(): { judge: Judge; asked: EventId[]; answer: () => unknown; aborted: EventId[] } {
  const waiting: (() => void)[] = [];
  const [asked, aborted]: [EventId[], EventId[]] = [[], []];
  const real = judgeInPlace(curve, clock);
  const judge: Judge = {
    ...real,
    member: (event, signal) =>
      new Promise((resolve, reject) => {
        asked.push(event.id);
        signal.addEventListener("abort", () => {
          aborted.push(event.id);
          reject(signal.reason);
        });
        waiting.push(() => resolve(real.member(event, new AbortController().signal)));
      }),
  };
  return { judge, asked, aborted, answer: () => waiting.splice(0).map((go) => go()) };
}

test("what nobody looks at is not begun, and taken back where it was (PROOF-8)", async () => {
  const { judge, asked, aborted, answer } = slowJudge();
  using stage = feedOf({ judge, parallel: 2 });
  const { feed } = stage;
  const posts = Array.from({ length: 5 }, (_, i) => memberPost(`post ${i}`, ann, undefined, START + i));
  feed.look([]);
  for (const post of posts) feed.ingest(post);
  await until("shown", () => feed.posts.current.length === 5);
  expect([asked, new Set(posts.map(({ id }) => kindOf(feed, id)))]).toEqual([[], new Set(["unchecked"])]);
  const [a, b, c] = posts.map(({ id }) => id) as [EventId, EventId, EventId];
  feed.look([a, b, c]);
  await until("two are asked for", () => asked.length === 2);
  expect(asked).toEqual([a, b]);
  await until("checking", () => kindOf(feed, b) === "checking");
  feed.look([b, c]);
  await until("the third has its place", () => asked.length === 3);
  expect([aborted, asked]).toEqual([[a], [a, b, c]]);
  answer();
  await until("verified", () => [b, c].every((id) => kindOf(feed, id) === "verified"));
  expect(kindOf(feed, a)).toBe("unchecked");
  feed.look([a]);
  await until("asked again", () => asked.length === 4);
  answer();
  await until("verified", () => kindOf(feed, a) === "verified");
});

test("a relay's word is shown as its word, and never survives one's own verdict (PROOF-9)", async () => {
  await using relay = await FakeRelay.open();
  const url = relayUrl(relay.url)!;
  const self = person("the relay itself");
  const [good, forged] = [memberPost("good"), broken(memberPost("x"))];
  for (const event of [good, forged]) {
    relay.add(plain(event));
    relay.add(plain(self.sign(writeRelayVerdict({ event: event.id, label: "verified" }, START))));
  }
  // Somebody else's label says nothing.
  relay.add(plain(ann.sign(writeRelayVerdict({ event: good.id, label: "invalid" }, START))));
  using stage = feedOf();
  const { feed } = stage;
  feed.look([]);
  using _ = feed.follow({ relays: [relay.url], filters: [{ kinds: [1] }], vouchers: new Map([[url, self.pubkey]]) });
  const vouched = { kind: "vouched", relays: [url] };
  await until("vouched", () => [good, forged].every(({ id }) => kindOf(feed, id) === "vouched"));
  expect(stateOf(feed, forged.id)).toEqual(vouched);
  feed.look("all");
  await until("checked", () => kindOf(feed, good.id) === "verified" && kindOf(feed, forged.id) === "failed");
});

test("a feed is bounded, the oldest posts go first, and a worker that dies is no verdict", async () => {
  let failures = 0;
  const real = judgeInPlace(curve, clock);
  const judge: Judge = {
    ...real,
    member: async (event, signal) => {
      if (event.content === "poison") failures++;
      if (event.content === "poison") throw new Error("a worker died");
      return real.member(event, signal);
    },
  };
  using stage = feedOf({ judge, maxPosts: 10 });
  const { feed } = stage;
  for (let i = 0; i < 25; i++) feed.ingest(ringPost("event", `post ${i}`));
  const poison = memberPost("poison", ann, undefined, START + 100);
  feed.ingest(poison);
  expect(feed.ingest(memberPost("ancient", ann, undefined, START - 100_000))).toBe("too-old");
  await until("checked", () => feed.verified.current.length >= 5 && failures === 2);
  expect(feed.posts.current.length).toBeLessThanOrEqual(10);
  expect(kindOf(feed, poison.id)).toBe("unchecked");
  using small = feedOf({ maxSize: 100 }, "small");
  expect(small.feed.ingest(poison)).toBe("too-large");
});

test("a group's directory is known by the name the viewer gave it, nested, and as it was (PROOF-10)", async () => {
  await using relay = await FakeRelay.open();
  const owner = person("the owner of the lists");
  const [whole, part] = ["whole", "part"].map((d) => directoryAddress(`30097:${owner.pubkey}:${d}`)!) as [never, never];
  const dir = (d: string, people: readonly PubkeyHex[], createdAt: number, includes: readonly never[] = []) =>
    owner.sign(writeDirectory({ d, members: people, includes, createdAt }));
  relay.add(plain(dir("part", keys.slice(2), START)));
  relay.add(plain(dir("whole", keys.slice(0, 2), START, [part])));
  relay.add(plain(dir("other", keys, START)));
  const store = openMemoryStore();
  const options = { store, clock, random, curve };
  const network = new Network(relayOptions("rings"));
  using _network = network;
  const presence = network.anonymously();
  {
    await using rings = await openKnownRings(options);
    expect(await rings.ingest(dir("whole", keys, START))).toEqual({ ok: false, reason: "not-asked-for" });
    await rings.know(whole, "Our circle", [relay.url]);
    using _following = rings.follow(presence);
    await until("resolved", () => rings.resolve(whole).ok);
    expect(rings.resolve(whole)).toMatchObject({ ok: true, keys, ring: ring.name });
    await rings.remember(whole, ring.name);
    expect(rings.earlier(whole, ring.name)).toEqual([]);
    expect(rings.earlier(whole, "00".repeat(32) as never)).toEqual([ring.name]);
    // Somebody leaves: what was signed before stays checkable.
    expect(await rings.ingest(dir("part", keys.slice(2, 3), START + 50))).toEqual({ ok: true });
  }
  await using rings = await openKnownRings(options);
  using stage = feedOf({ trust: () => rings.sources() }, "dir");
  const post = memberPost("we said");
  stage.feed.ingest(post);
  await until("verified", () => kindOf(stage.feed, post.id) === "verified");
  expect((stateOf(stage.feed, post.id) as Proven).trust).toEqual({
    ...{ by: "directory", label: "Our circle", address: whole, standing: "was" },
  });
  expect(rings.current.current.directories.get(whole)?.resolution).toMatchObject({ ok: true, keys: keys.slice(0, 3) });
  await rings.forget(whole);
  expect(rings.sources().directories?.trusted.size).toBe(0);
});
