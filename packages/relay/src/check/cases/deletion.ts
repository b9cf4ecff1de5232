/** NIP-09, NIP-40 and NIP-62: what an author takes back, what ends by itself, and who asks to be forgotten. */
import type { SignedEvent } from "@subrosa/core/nostr/event";
import { type CheckCase, withPeer } from "../case.ts";
import { demand, demandEqual } from "../fault.ts";
import type { Peer } from "../peer.ts";

async function isGone(peer: Peer, it: SignedEvent): Promise<void> {
  demandEqual(await peer.find({ ids: [it.id] }), [], "found by id");
  demandEqual(await peer.find({ authors: [it.pubkey], kinds: [it.kind] }), [], "found by author");
}

const deletions: readonly CheckCase[] = [
  ...[1, 7, 30_023, 0, 1_111].map((kind) =>
    withPeer(9, `an author deletes his event of kind ${kind} by its id`, async (peer, check) => {
      const author = check.person();
      const it = author.sign({ kind, tags: [["d", "x"]], created_at: check.now - 5 });
      await peer.accept(
        it,
        author.sign({
          kind: 5,
          tags: [
            ["e", it.id],
            ["k", String(kind)],
          ],
        }),
      );
      await isGone(peer, it);
    }),
  ),
  withPeer(9, "the deletion itself is kept and served", async (peer, check) => {
    const author = check.person();
    const it = author.sign();
    const deletion = author.sign({ kind: 5, tags: [["e", it.id]], content: "a mistake" });
    await peer.accept(it, deletion);
    demandEqual(await peer.find({ authors: [author.pubkey] }), [deletion.id], "stored");
  }),
  withPeer(9, "a deleted event is not taken again", async (peer, check) => {
    const author = check.person();
    const it = author.sign();
    await peer.accept(it, author.sign({ kind: 5, tags: [["e", it.id]] }));
    await peer.publish(it);
    await isGone(peer, it);
  }),
  withPeer(9, "a deletion that comes first is obeyed", async (peer, check) => {
    const author = check.person();
    const it = author.sign();
    await peer.accept(author.sign({ kind: 5, tags: [["e", it.id]] }));
    await peer.publish(it);
    await isGone(peer, it);
  }),
  withPeer(9, "nobody deletes another's event", async (peer, check) => {
    const it = check.person().sign();
    await peer.accept(it);
    await peer.publish(check.person().sign({ kind: 5, tags: [["e", it.id]] }));
    demandEqual(await peer.find({ ids: [it.id] }), [it.id], "stored");
  }),
  withPeer(9, "one request deletes several events, and no other", async (peer, check) => {
    const author = check.person();
    const events = [1, 2, 3].map((n) => author.sign({ content: String(n) }));
    await peer.accept(
      ...events,
      author.sign({
        kind: 5,
        tags: [
          ["e", events[0]!.id],
          ["e", events[2]!.id],
        ],
      }),
    );
    demandEqual(await peer.find({ authors: [author.pubkey], kinds: [1] }), [events[1]!.id], "stored");
  }),
  withPeer(9, "deleting a deletion brings nothing back", async (peer, check) => {
    const author = check.person();
    const it = author.sign();
    const deletion = author.sign({ kind: 5, tags: [["e", it.id]] });
    await peer.accept(it, deletion);
    await peer.publish(author.sign({ kind: 5, tags: [["e", deletion.id]], content: "again" }));
    await peer.publish(it);
    await isGone(peer, it);
  }),
  withPeer(9, "an address is deleted by its a tag", async (peer, check) => {
    const author = check.person();
    const it = author.sign({ kind: 30_023, tags: [["d", "a:b"]], created_at: check.now - 5 });
    await peer.accept(it, author.sign({ kind: 5, tags: [["a", `30023:${author.pubkey}:a:b`]] }));
    await isGone(peer, it);
  }),
  withPeer(9, "an address is deleted up to the time of the request only", async (peer, check) => {
    const author = check.person();
    const tags = [["d", "x"]];
    await peer.accept(author.sign({ kind: 5, tags: [["a", `30023:${author.pubkey}:x`]], created_at: check.now - 5 }));
    await peer.publish(author.sign({ kind: 30_023, tags, created_at: check.now - 9 }));
    const later = author.sign({ kind: 30_023, tags, created_at: check.now });
    await peer.accept(later);
    demandEqual(await peer.find({ authors: [author.pubkey], kinds: [30_023] }), [later.id], "stored");
  }),
  withPeer(9, "nobody deletes another's address", async (peer, check) => {
    const it = check.person().sign({ kind: 30_023, tags: [["d", "x"]] });
    await peer.accept(it);
    await peer.publish(check.person().sign({ kind: 5, tags: [["a", `30023:${it.pubkey}:x`]] }));
    demandEqual(await peer.find({ ids: [it.id] }), [it.id], "stored");
  }),
  withPeer(9, "a deleted event is not counted and not delivered", async (peer, check) => {
    const author = check.person();
    const it = author.sign();
    await peer.accept(it, author.sign({ kind: 5, tags: [["e", it.id]] }));
    const { name } = await peer.subscribe({ authors: [author.pubkey], kinds: [1] });
    await peer.publish(it);
    await peer.settle();
    demandEqual(peer.eventsOf(name), [], "delivered");
  }),
  withPeer(9, "malformed e and a tags in a request do no harm", async (peer, check) => {
    const author = check.person();
    const it = author.sign();
    await peer.accept(it);
    await peer.publish(
      author.sign({
        kind: 5,
        tags: [["e"], ["e", ""], ["e", "zz"], ["a"], ["a", "x"], ["a", "1:2:3"], ["a", `99999999:${author.pubkey}:x`]],
      }),
    );
    demandEqual(await peer.find({ ids: [it.id] }), [it.id], "stored");
  }),
];

const expirations: readonly CheckCase[] = [
  withPeer(40, "an event that has expired is refused", async (peer, check) => {
    await peer.refuse(check.person().sign({ tags: [["expiration", String(check.now - 10)]] }));
  }),
  withPeer(40, "an event that expires later is taken and served", async (peer, check) => {
    const it = check.person().sign({ tags: [["expiration", String(check.now + 600)]] });
    await peer.accept(it);
    demandEqual(await peer.find({ ids: [it.id] }), [it.id], "stored");
  }),
  withPeer(40, "an event is not served from the second of its expiration on", async (peer, check) => {
    const it = check.person().sign({ tags: [["expiration", String(check.now + 2)]] });
    await peer.accept(it);
    while (Math.floor(Date.now() / 1_000) <= check.now + 2) await new Promise((done) => setTimeout(done, 50));
    await isGone(peer, it);
    demandEqual(await peer.find({ authors: [it.pubkey], limit: 1 }), [], "found with a limit");
  }),
  withPeer(40, "an expired event is not delivered live", async (peer, check) => {
    const author = check.person();
    const { name } = await peer.subscribe({ authors: [author.pubkey] });
    await peer.publish(author.sign({ tags: [["expiration", "1"]] }));
    await peer.settle();
    demandEqual(peer.eventsOf(name), [], "delivered");
  }),
];

const vanish = (check: { readonly now: number }, relay: string): object => ({
  kind: 62,
  created_at: check.now,
  tags: [["relay", relay]],
  content: "please",
});

const forgetting: readonly CheckCase[] = [
  ...["ALL_RELAYS", "this relay"].map((relay) =>
    withPeer(62, `a request to ${relay} deletes all that its author wrote until then`, async (peer, check) => {
      const author = check.person();
      const events = [1, 7, 0, 30_023, 5].map((kind, i) => author.sign({ kind, created_at: check.now - 1 - i }));
      await peer.accept(...events);
      await peer.accept(author.sign(vanish(check, relay === "this relay" ? check.url : relay)));
      demandEqual(await peer.find({ authors: [author.pubkey], kinds: [1, 7, 0, 30_023, 5] }), [], "found");
      await peer.publish(events[0]!);
      await isGone(peer, events[0]!);
    }),
  ),
  withPeer(62, "what the author writes later is taken", async (peer, check) => {
    const author = check.person();
    await peer.accept(author.sign(vanish({ now: check.now - 5 }, "ALL_RELAYS")));
    const it = author.sign({ created_at: check.now });
    await peer.accept(it);
    demandEqual(await peer.find({ ids: [it.id] }), [it.id], "stored");
  }),
  withPeer(62, "a request to another relay deletes nothing here", async (peer, check) => {
    const author = check.person();
    const it = author.sign({ created_at: check.now - 5 });
    await peer.accept(it);
    await peer.publish(author.sign(vanish(check, "wss://elsewhere.example")));
    demandEqual(await peer.find({ ids: [it.id] }), [it.id], "stored");
  }),
  withPeer(62, "nobody else's events are touched", async (peer, check) => {
    const it = check.person().sign({ created_at: check.now - 5 });
    await peer.accept(it);
    await peer.accept(check.person().sign(vanish(check, "ALL_RELAYS")));
    demandEqual(await peer.find({ ids: [it.id] }), [it.id], "stored");
  }),
  withPeer(62, "a deletion of the request has no effect", async (peer, check) => {
    const author = check.person();
    const it = author.sign({ created_at: check.now - 5 });
    const request = author.sign(vanish(check, "ALL_RELAYS"));
    await peer.accept(it, request);
    await peer.publish(author.sign({ kind: 5, created_at: check.now + 1, tags: [["e", request.id]] }));
    const { accepted } = await peer.publish(it);
    demand(!accepted, "the relay took an event of an author who vanished");
  }),
];

export const deletionCases: readonly CheckCase[] = [...deletions, ...expirations, ...forgetting];
