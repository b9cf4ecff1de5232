/** NIP-01: what a filter selects, stored and live. Every condition is tried in both ways on events that meet it or not. */
import type { SignedEvent } from "@subrosa/core/nostr/event";
import { type CheckCase, withPeer } from "../case.ts";
import { demand, demandEqual } from "../fault.ts";
import type { AnyFilter, Peer } from "../peer.ts";
import type { Person } from "../person.ts";

interface Scene {
  readonly alice: Person;
  readonly bob: Person;
  readonly now: number;
  /** Oldest first; alice's notes a, b, c and bob's reaction d. */
  readonly events: Readonly<Record<"a" | "b" | "c" | "d", SignedEvent>>;
}

const HASH = "ab".repeat(32);

function scene(alice: Person, bob: Person, now: number): Scene {
  const a = alice.sign({ created_at: now - 40, tags: [["t", "rose"]] });
  const b = alice.sign({
    created_at: now - 30,
    tags: [
      ["t", "Rose"],
      ["p", bob.pubkey],
      ["long", "rose"],
    ],
  });
  const c = alice.sign({
    created_at: now - 20,
    tags: [
      ["e", a.id, "", "root"],
      ["e", b.id, "", "reply"],
      ["r", "https://x.example/é?a=1"],
      ["t", ""],
    ],
  });
  const d = bob.sign({
    kind: 7,
    created_at: now - 10,
    tags: [
      ["e", c.id],
      ["p", alice.pubkey],
      ["k", "1"],
      ["x", HASH],
      ["T", "rose"],
    ],
    content: "+",
  });
  return { alice, bob, now, events: { a, b, c, d } };
}

type Name = keyof Scene["events"];

/** A filter and what it finds, newest first. `both` authors are added where a filter would find other people's events. */
const selections: readonly (readonly [title: string, filter: (it: Scene) => AnyFilter, found: string])[] = [
  ["one id", ({ events: { b } }) => ({ ids: [b.id] }), "b"],
  ["several ids", ({ events: { a, d } }) => ({ ids: [a.id, d.id] }), "da"],
  ["ids, some unknown", ({ events: { c } }) => ({ ids: ["0".repeat(64), c.id] }), "c"],
  ["the same id twice", ({ events: { c } }) => ({ ids: [c.id, c.id] }), "c"],
  ["one author", ({ alice }) => ({ authors: [alice.pubkey] }), "cba"],
  ["two authors", ({ alice, bob }) => ({ authors: [alice.pubkey, bob.pubkey] }), "dcba"],
  ["an author and a kind", ({ alice }) => ({ authors: [alice.pubkey], kinds: [1] }), "cba"],
  ["an author and a kind he never used", ({ alice }) => ({ authors: [alice.pubkey], kinds: [7] }), ""],
  ["authors and kinds", (it) => ({ authors: both(it), kinds: [7, 1] }), "dcba"],
  ["a tag", (it) => ({ authors: both(it), "#t": ["rose"] }), "a"],
  ["a tag with another case of letters", (it) => ({ authors: both(it), "#t": ["Rose"] }), "b"],
  ["two values of a tag", (it) => ({ authors: both(it), "#t": ["rose", "Rose"] }), "ba"],
  ["a tag in capitals", (it) => ({ authors: both(it), "#T": ["rose"] }), "d"],
  ["an empty tag value", (it) => ({ authors: both(it), "#t": [""] }), "c"],
  ["part of a tag value", (it) => ({ authors: both(it), "#t": ["ros"] }), ""],
  ["an e tag", ({ events: { a } }) => ({ "#e": [a.id] }), "c"],
  ["the second e tag", ({ events: { b } }) => ({ "#e": [b.id] }), "c"],
  ["a p tag", ({ bob }) => ({ "#p": [bob.pubkey] }), "b"],
  ["p tags of two people", ({ alice, bob }) => ({ "#p": [alice.pubkey, bob.pubkey] }), "db"],
  ["a tag and a kind", ({ events: { c } }) => ({ "#e": [c.id], kinds: [7] }), "d"],
  ["a tag and a kind that do not meet", ({ events: { c } }) => ({ "#e": [c.id], kinds: [1] }), ""],
  ["two tags that one event has", ({ events: { c }, alice }) => ({ "#e": [c.id], "#p": [alice.pubkey] }), "d"],
  ["two tags that no event has together", ({ events: { a }, bob }) => ({ "#e": [a.id], "#p": [bob.pubkey] }), ""],
  ["a tag value that is an address", (it) => ({ authors: both(it), "#r": ["https://x.example/é?a=1"] }), "c"],
  ["a tag value that is a hash", (it) => ({ authors: both(it), "#x": [HASH] }), "d"],
  ["a tag value that is a number", (it) => ({ authors: both(it), "#k": ["1"] }), "d"],
  ["a word that stands in no first value", (it) => ({ authors: both(it), "#e": ["f".repeat(64)] }), ""],
  ["since, which is included", (it) => ({ authors: both(it), since: it.now - 20 }), "dc"],
  ["until, which is included", (it) => ({ authors: both(it), until: it.now - 30 }), "ba"],
  ["since and until", (it) => ({ authors: both(it), since: it.now - 30, until: it.now - 20 }), "cb"],
  ["since and until of one second", (it) => ({ authors: both(it), since: it.now - 30, until: it.now - 30 }), "b"],
  ["since after until", (it) => ({ authors: both(it), since: it.now - 10, until: it.now - 20 }), ""],
  ["since of zero", (it) => ({ authors: both(it), since: 0 }), "dcba"],
  ["an id and its author", ({ alice, events: { a } }) => ({ ids: [a.id], authors: [alice.pubkey] }), "a"],
  ["an id and another author", ({ bob, events: { a } }) => ({ ids: [a.id], authors: [bob.pubkey] }), ""],
  ["an id and another kind", ({ events: { a } }) => ({ ids: [a.id], kinds: [7] }), ""],
  ["an id and a time before it", ({ events: { a }, now }) => ({ ids: [a.id], until: now - 41 }), ""],
  [
    "everything at once",
    (it) => ({
      ids: [it.events.d.id],
      authors: [it.bob.pubkey],
      kinds: [7],
      "#e": [it.events.c.id],
      "#p": [it.alice.pubkey],
      since: it.now - 10,
      until: it.now - 10,
    }),
    "d",
  ],
];

function both({ alice, bob }: Scene): string[] {
  return [alice.pubkey, bob.pubkey];
}

const stored = selections.map(([title, filter, found]) =>
  withPeer(1, `stored events by ${title}`, async (peer, check) => {
    const it = scene(check.person(), check.person(), check.now);
    const { a, b, c, d } = it.events;
    await peer.accept(c, a, d, b);
    const expected = [...found].map((name) => it.events[name as Name].id);
    demandEqual(await peer.find(filter(it)), expected, "found");
  }),
);

const live = selections.map(([title, filter, found]) =>
  withPeer(1, `live events by ${title}`, async (peer, check) => {
    const it = scene(check.person(), check.person(), check.now);
    const marker = check.person().sign();
    const listener = await check.connect();
    const { name } = await listener.subscribe(filter(it), { ids: [marker.id] });
    const { a, b, c, d } = it.events;
    await peer.accept(a, b, c, d, marker);
    await listener.wait(
      "the event after them",
      ([verb, id, event]) => verb === "EVENT" && id === name && (event as SignedEvent).id === marker.id,
    );
    const expected = [...found].reverse().map((one) => it.events[one as Name].id);
    demandEqual(
      listener.eventsOf(name).map(({ id }) => id),
      [...expected, marker.id],
      "delivered",
    );
  }),
);

async function notes(peer: Peer, author: Person, times: readonly number[]): Promise<SignedEvent[]> {
  const events = times.map((created_at, i) => author.sign({ created_at, content: String(i) }));
  await peer.accept(...events);
  return events.sort((a, b) => b.created_at - a.created_at || (a.id < b.id ? -1 : 1));
}

const order: readonly CheckCase[] = [
  withPeer(1, "stored events come newest first, however they were published", async (peer, check) => {
    const author = check.person();
    const sorted = await notes(
      peer,
      author,
      [3, 1, 4, 5, 9, 2, 6].map((age) => check.now - age),
    );
    demandEqual(
      await peer.find({ authors: [author.pubkey] }),
      sorted.map(({ id }) => id),
      "order",
    );
  }),
  withPeer(1, "events of one second come in the order of their ids", async (peer, check) => {
    const author = check.person();
    const sorted = await notes(
      peer,
      author,
      Array.from({ length: 8 }, () => check.now - 5),
    );
    demandEqual(
      await peer.find({ authors: [author.pubkey] }),
      sorted.map(({ id }) => id),
      "order",
    );
  }),
  ...[1, 2, 5, 7, 20].map((limit) =>
    withPeer(1, `limit ${limit} gives the newest ones`, async (peer, check) => {
      const author = check.person();
      const sorted = await notes(
        peer,
        author,
        [6, 5, 4, 3, 2, 1, 0].map((age) => check.now - age),
      );
      const expected = sorted.slice(0, limit).map(({ id }) => id);
      demandEqual(await peer.find({ authors: [author.pubkey], limit }), expected, "found");
    }),
  ),
  withPeer(1, "limit 0 gives nothing stored, and everything live", async (peer, check) => {
    const author = check.person();
    await notes(peer, author, [check.now - 1]);
    const { name, stored: before } = await peer.subscribe({ authors: [author.pubkey], limit: 0 });
    demandEqual(before, [], "stored");
    const next = author.sign({ content: "next" });
    await peer.accept(next);
    await peer.wait("the event", ([verb, id]) => verb === "EVENT" && id === name);
  }),
  withPeer(1, "limit is for stored events only", async (peer, check) => {
    const author = check.person();
    const { name } = await peer.subscribe({ authors: [author.pubkey], limit: 1 });
    const events = [1, 2, 3].map((n) => author.sign({ content: String(n) }));
    await peer.accept(...events);
    await peer.wait("the third event", () => peer.eventsOf(name).length === 3);
  }),
  withPeer(1, "several filters are alternatives, each with its own limit", async (peer, check) => {
    const [alice, bob] = [check.person(), check.person()];
    const ofAlice = await notes(
      peer,
      alice,
      [1, 3, 5].map((age) => check.now - age),
    );
    const ofBob = await notes(
      peer,
      bob,
      [2, 4, 6].map((age) => check.now - age),
    );
    const found = await peer.find({ authors: [alice.pubkey], limit: 1 }, { authors: [bob.pubkey], limit: 2 });
    const expected = [ofAlice[0], ofBob[0], ofBob[1]].map((it) => it!.id).sort();
    demandEqual([...found].sort(), expected, "found");
  }),
  withPeer(1, "an event that meets two filters is sent once", async (peer, check) => {
    const author = check.person();
    const [it] = await notes(peer, author, [check.now]);
    demandEqual(
      await peer.find({ ids: [it!.id] }, { authors: [author.pubkey] }, { ids: [it!.id], kinds: [1] }),
      [it!.id],
      "found",
    );
  }),
  withPeer(1, "a filter of 400 authors works", async (peer, check) => {
    const author = check.person();
    const [it] = await notes(peer, author, [check.now]);
    const others = Array.from({ length: 399 }, (_, i) => (i + 1).toString(16).padStart(64, "0"));
    demandEqual(await peer.find({ authors: [...others, author.pubkey], since: check.now }), [it!.id], "found");
  }),
  withPeer(1, "more events than the default limit can be paged through with until", async (peer, check) => {
    const author = check.person();
    const events = Array.from({ length: 60 }, (_, i) => author.sign({ created_at: check.now - i, content: String(i) }));
    await peer.accept(...events);
    const seen = new Set<string>();
    let until = check.now;
    for (let page = 0; page < 10; page++) {
      const { stored: found } = await peer.subscribe({ authors: [author.pubkey], until, limit: 7 });
      for (const { id } of found) seen.add(id);
      until = found.at(-1)?.created_at ?? 0;
    }
    demand(seen.size >= 50, `paging found ${seen.size} of 60 events`);
  }),
];

export const nip01Filters: readonly CheckCase[] = [...stored, ...live, ...order];
