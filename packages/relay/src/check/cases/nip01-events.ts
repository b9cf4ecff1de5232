/** NIP-01: what an event is, and what a relay answers to one that is not. */
import { computeId, type SignedEvent } from "@subrosa/core/nostr/event";
import { type Check, type CheckCase, withPeer } from "../case.ts";
import { demand, demandEqual, demandPrefix } from "../fault.ts";

/** Everything wrong that one field can be; the id is made again where it can be, so that it is not what is wrong. */
const wrongFields: readonly (readonly [string, (event: SignedEvent) => object])[] = [
  ["an id of another event", (it) => ({ ...it, id: "1".repeat(64) })],
  ["an id in capitals", (it) => ({ ...it, id: it.id.toUpperCase().replace(/^[0-9]/, "A") })],
  ["an id that is too short", (it) => ({ ...it, id: it.id.slice(2) })],
  ["an id that is a number", (it) => ({ ...it, id: 5 })],
  ["no id", ({ id: _, ...it }) => it],
  ["a signature of another event", (it) => ({ ...it, sig: `${it.sig.slice(0, -2)}00` })],
  ["a signature of zeros", (it) => ({ ...it, sig: "0".repeat(128) })],
  ["a signature in capitals", (it) => ({ ...it, sig: it.sig.toUpperCase().replace(/^[0-9]/, "A") })],
  ["a signature that is too long", (it) => ({ ...it, sig: `${it.sig}00` })],
  ["no signature", ({ sig: _, ...it }) => it],
  ["a pubkey that is not on the curve", (it) => renamed({ ...it, pubkey: "f".repeat(64) })],
  ["a pubkey in capitals", (it) => renamed({ ...it, pubkey: it.pubkey.toUpperCase().replace(/^[0-9]/, "A") })],
  ["a pubkey that is too short", (it) => renamed({ ...it, pubkey: it.pubkey.slice(2) })],
  ["no pubkey", ({ pubkey: _, ...it }) => it],
  ["a created_at that is text", (it) => renamed({ ...it, created_at: String(it.created_at) })],
  ["a created_at with a fraction", (it) => renamed({ ...it, created_at: it.created_at + 0.5 })],
  ["a created_at below zero", (it) => renamed({ ...it, created_at: -1 })],
  ["no created_at", ({ created_at: _, ...it }) => it],
  ["a kind that is text", (it) => renamed({ ...it, kind: "1" })],
  ["a kind below zero", (it) => renamed({ ...it, kind: -1 })],
  ["a kind of 65536", (it) => renamed({ ...it, kind: 65_536 })],
  ["a kind with a fraction", (it) => renamed({ ...it, kind: 1.5 })],
  ["no kind", ({ kind: _, ...it }) => it],
  ["tags that are no list", (it) => renamed({ ...it, tags: {} })],
  ["a tag that is no list", (it) => renamed({ ...it, tags: ["t"] })],
  ["a tag with a number in it", (it) => renamed({ ...it, tags: [["t", 5]] })],
  ["a tag with null in it", (it) => renamed({ ...it, tags: [["t", null]] })],
  ["a tag with a list in it", (it) => renamed({ ...it, tags: [["t", ["a"]]] })],
  ["no tags", ({ tags: _, ...it }) => it],
  ["a content that is a number", (it) => renamed({ ...it, content: 5 })],
  ["a content that is null", (it) => renamed({ ...it, content: null })],
  ["a content that is a list", (it) => renamed({ ...it, content: [] })],
  ["no content", ({ content: _, ...it }) => it],
  ["changed content", (it) => ({ ...it, content: `${it.content}!` })],
  ["changed tags", (it) => ({ ...it, tags: [...it.tags, ["t", "x"]] })],
  ["a changed kind", (it) => ({ ...it, kind: 7 })],
  ["a changed time", (it) => ({ ...it, created_at: it.created_at - 1 })],
  ["another author", (it) => ({ ...it, pubkey: it.id })],
];

/** What the id would be if the field were allowed. */
function renamed(event: object): object {
  return { ...event, id: computeId(event as SignedEvent) };
}

const refused = wrongFields.map(
  ([title, change]): CheckCase =>
    withPeer(1, `an event with ${title} is refused, and is not served`, async (peer, check) => {
      const author = check.person();
      const wrong = change(author.sign({ content: "true words" })) as { readonly id: unknown };
      if (typeof wrong.id === "string" && /^[0-9a-f]{64}$/.test(wrong.id)) {
        demandPrefix(await peer.refuse(wrong), "invalid");
      } else {
        peer.send("EVENT", wrong);
        await peer.settle();
        const taken = peer.received.some(([verb, , accepted]) => verb === "OK" && accepted === true);
        demand(!taken, "the relay took an event that is wrong");
      }
      demandEqual(await peer.find({ authors: [author.pubkey] }), [], "stored afterwards");
    }),
);

const contents: readonly (readonly [string, string])[] = [
  ["nothing", ""],
  ["quotes and backslashes", '"\\ \\" \\\\'],
  ["line feeds and tabs", "a\nb\r\tc"],
  ["control characters", "\u0000\u0001\u0008\u000c\u001f\u007f"],
  ["characters outside the first plane", "🌹 𝔰𝔲𝔟 𐍈"],
  ["line separators", "\u2028\u2029"],
  ["combining characters, not normalised", "e\u0301 é"],
  ["text that looks like an escape", "\\u0041 \\n"],
  ["a slash and html", "</script><b>&amp;</b>"],
  ["30 kB", "sub rosa ".repeat(3_300)],
];

const kept = contents.map(([title, content]) =>
  withPeer(1, `content of ${title} comes back as it was signed`, async (peer, check) => {
    const author = check.person();
    const it = author.sign({ content, tags: [["alt", content.slice(0, 500)]] });
    await peer.accept(it);
    const { stored } = await peer.subscribe({ ids: [it.id] });
    demandEqual(stored, [it], "what was stored");
  }),
);

const answers: readonly CheckCase[] = [
  withPeer(1, "an event that is right is taken, with an empty or explained OK", async (peer, check) => {
    await peer.accept(check.person().sign());
  }),
  withPeer(1, "the same event again is no error: OK true, duplicate", async (peer, check) => {
    const it = check.person().sign();
    await peer.accept(it);
    const { accepted, reason } = await peer.publish(it);
    demand(accepted, "a duplicate was answered with false");
    demandPrefix(reason, "duplicate");
  }),
  withPeer(1, "a duplicate is stored once", async (peer, check) => {
    const it = check.person().sign();
    await peer.accept(it, it);
    demandEqual(await peer.find({ authors: [it.pubkey] }), [it.id], "stored");
  }),
  withPeer(1, "fields that NIP-01 does not know are not served", async (peer, check) => {
    const it = check.person().sign();
    const { accepted } = await peer.publish({ ...it, extra: "smuggled" } as never);
    const { stored } = await peer.subscribe({ ids: [it.id] });
    demandEqual(stored, accepted ? [it] : [], "what was stored");
  }),
  withPeer(1, "fields in another order are the same event", async (peer, check) => {
    const { sig, content, tags, kind, created_at, pubkey, id } = check.person().sign({ tags: [["t", "x"]] });
    await peer.accept({ sig, content, tags, kind, created_at, pubkey, id });
    demandEqual(await peer.find({ ids: [id] }), [id], "stored");
  }),
  withPeer(1, "every one of fifty events in flight is answered", async (peer, check) => {
    const author = check.person();
    const events = Array.from({ length: 50 }, (_, i) => author.sign({ content: String(i) }));
    for (const it of events) peer.send("EVENT", it);
    for (const it of events) await peer.wait("OK", ([verb, id, ok]) => verb === "OK" && id === it.id && ok === true);
    demandEqual((await peer.find({ authors: [author.pubkey] })).length, 50, "stored");
  }),
  withPeer(1, "what was answered with OK is found at once by somebody else", async (peer, check) => {
    await using other = await check.connect();
    for (let i = 0; i < 10; i++) {
      const it = check.person().sign();
      await peer.accept(it);
      demandEqual(await other.find({ ids: [it.id] }), [it.id], "found");
    }
  }),
  withPeer(1, "a tag of one element is kept", async (peer, check) => {
    const it = check.person().sign({ tags: [["t"], ["p"], ["alone"]] });
    await peer.accept(it);
    demandEqual((await peer.subscribe({ ids: [it.id] })).stored, [it], "stored");
  }),
  withPeer(1, "five hundred tags are kept", async (peer, check) => {
    const it = check.person().sign({ tags: Array.from({ length: 500 }, (_, i) => ["t", `tag ${i}`]) });
    await peer.accept(it);
    demandEqual(await peer.find({ authors: [it.pubkey], "#t": ["tag 499"] }), [it.id], "found by its last tag");
  }),
];

const kinds = [1, 2, 6, 7, 40, 45, 999, 1_000, 1_984, 9_999, 40_000, 65_535].map((kind) =>
  withPeer(1, `kind ${kind} is regular: every event is kept`, (peer, check) => keepsBoth(peer, check, kind)),
);

async function keepsBoth(
  peer: Parameters<Parameters<typeof withPeer>[2]>[0],
  check: Check,
  kind: number,
): Promise<void> {
  const author = check.person();
  const both = [author.sign({ kind, created_at: check.now - 1 }), author.sign({ kind, created_at: check.now })];
  await peer.accept(...both);
  demandEqual(await peer.find({ authors: [author.pubkey] }), [both[1]!.id, both[0]!.id], "stored");
}

export const nip01Events: readonly CheckCase[] = [...answers, ...refused, ...kept, ...kinds];
