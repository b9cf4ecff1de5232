/** NIP-01: which kinds replace each other, and which are not kept at all. */
import type { SignedEvent } from "@subrosa/core/nostr/event";
import { type CheckCase, withPeer } from "../case.ts";
import { demand, demandEqual } from "../fault.ts";

const replaceable = [0, 3, 10_000, 10_002, 15_000, 19_999];
const addressable = [30_000, 30_023, 35_000, 39_999];
const ephemeral = [20_000, 20_001, 25_000, 29_999];

const newest = [...replaceable, ...addressable].flatMap((kind) => {
  const tags = kind >= 30_000 ? [["d", "one"]] : [];
  return [
    withPeer(1, `kind ${kind}: a newer version replaces the older one`, async (peer, check) => {
      const author = check.person();
      const [old, now] = [
        author.sign({ kind, tags, created_at: check.now - 9 }),
        author.sign({ kind, tags, created_at: check.now }),
      ];
      await peer.accept(old, now);
      demandEqual(await peer.find({ authors: [author.pubkey] }), [now.id], "stored");
      demandEqual(await peer.find({ ids: [old.id] }), [], "the old version, by its id");
    }),
    withPeer(1, `kind ${kind}: an older version that comes later replaces nothing`, async (peer, check) => {
      const author = check.person();
      const [old, now] = [
        author.sign({ kind, tags, created_at: check.now - 9 }),
        author.sign({ kind, tags, created_at: check.now }),
      ];
      await peer.accept(now);
      await peer.publish(old);
      demandEqual(await peer.find({ authors: [author.pubkey] }), [now.id], "stored");
    }),
  ];
});

const ties = [0, 10_002, 30_023].map((kind) =>
  withPeer(
    1,
    `kind ${kind}: of the same second the lowest id stays, in whatever order they come`,
    async (peer, check) => {
      for (const reversed of [false, true]) {
        const author = check.person();
        const tags = kind >= 30_000 ? [["d", "x"]] : [];
        const versions = [1, 2, 3].map((n) => author.sign({ kind, tags, created_at: check.now, content: String(n) }));
        versions.sort((a, b) => (a.id < b.id ? -1 : 1));
        const lowest = versions[0]!.id;
        if (reversed) versions.reverse();
        for (const it of versions) await peer.publish(it);
        demandEqual(await peer.find({ authors: [author.pubkey] }), [lowest], "stored");
      }
    },
  ),
);

const kept: readonly CheckCase[] = [
  withPeer(1, "versions of different authors do not replace each other", async (peer, check) => {
    const events = [check.person(), check.person()].map((author) => author.sign({ kind: 0 }));
    await peer.accept(...events);
    demandEqual((await peer.find({ authors: events.map(({ pubkey }) => pubkey), kinds: [0] })).length, 2, "stored");
  }),
  withPeer(1, "versions of different kinds do not replace each other", async (peer, check) => {
    const author = check.person();
    await peer.accept(...[0, 3, 10_000, 10_001].map((kind) => author.sign({ kind })));
    demandEqual((await peer.find({ authors: [author.pubkey] })).length, 4, "stored");
  }),
  withPeer(1, "addressable events of different d values do not replace each other", async (peer, check) => {
    const author = check.person();
    const events = ["a", "b", "A", "", "a "].map((d) => author.sign({ kind: 30_000, tags: [["d", d]] }));
    await peer.accept(...events);
    demandEqual((await peer.find({ authors: [author.pubkey] })).length, 5, "stored");
    demandEqual(
      await peer.find({ authors: [author.pubkey], kinds: [30_000], "#d": ["b"] }),
      [events[1]!.id],
      "found by d",
    );
  }),
  withPeer(1, "an addressable event without d has the empty one", async (peer, check) => {
    const author = check.person();
    const old = author.sign({ kind: 30_000, tags: [["d", ""]], created_at: check.now - 5 });
    const now = author.sign({ kind: 30_000, tags: [], created_at: check.now });
    await peer.accept(old, now);
    demandEqual(await peer.find({ authors: [author.pubkey] }), [now.id], "stored");
  }),
  withPeer(1, "the first d tag counts", async (peer, check) => {
    const author = check.person();
    const first = author.sign({
      kind: 30_000,
      tags: [
        ["d", "a"],
        ["d", "b"],
      ],
      created_at: check.now - 5,
    });
    const second = author.sign({ kind: 30_000, tags: [["d", "b"]], created_at: check.now });
    await peer.accept(first, second);
    demandEqual((await peer.find({ authors: [author.pubkey] })).length, 2, "stored");
  }),
  withPeer(1, "a replaced version is not found by tags that only it had", async (peer, check) => {
    const author = check.person();
    await peer.accept(
      author.sign({ kind: 0, tags: [["t", "old"]], created_at: check.now - 5 }),
      author.sign({ kind: 0, tags: [["t", "new"]] }),
    );
    demandEqual(await peer.find({ authors: [author.pubkey], "#t": ["old"] }), [], "found");
  }),
  withPeer(1, "kind 1 with a d tag is not replaced", async (peer, check) => {
    const author = check.person();
    await peer.accept(...["1", "2"].map((content) => author.sign({ tags: [["d", "x"]], content })));
    demandEqual((await peer.find({ authors: [author.pubkey] })).length, 2, "stored");
  }),
  withPeer(1, "a new version is delivered live", async (peer, check) => {
    const author = check.person();
    const { name } = await peer.subscribe({ authors: [author.pubkey] });
    const versions = [3, 2, 1].map((age) => author.sign({ kind: 0, created_at: check.now - age }));
    await peer.accept(...versions);
    await peer.wait("the third version", () => peer.eventsOf(name).length === 3);
  }),
];

const passing = ephemeral.flatMap((kind) => [
  withPeer(1, `kind ${kind} is delivered to those who listen`, async (peer, check) => {
    await using listener = await check.connect();
    const author = check.person();
    const { name } = await listener.subscribe({ authors: [author.pubkey] });
    const it = author.sign({ kind });
    await peer.accept(it);
    await listener.wait(
      "the event",
      ([verb, id, event]) => verb === "EVENT" && id === name && (event as SignedEvent).id === it.id,
    );
  }),
  withPeer(1, `kind ${kind} is not stored`, async (peer, check) => {
    const it = check.person().sign({ kind });
    await peer.accept(it);
    demandEqual(await peer.find({ ids: [it.id] }, { authors: [it.pubkey] }), [], "stored");
    demand(!peer.isClosed, "the relay hung up");
  }),
]);

export const replaceableCases: readonly CheckCase[] = [...newest, ...ties, ...kept, ...passing];
