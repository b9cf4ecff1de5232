/** NIP-01: subscriptions, and what a relay says to messages that it cannot read. */
import type { SignedEvent } from "@subrosa/core/nostr/event";
import { type CheckCase, withPeer } from "../case.ts";
import { demand, demandEqual } from "../fault.ts";
import type { Peer } from "../peer.ts";

async function hears(peer: Peer, name: string, event: SignedEvent): Promise<void> {
  await peer.wait(
    "the event",
    ([verb, id, it]) => verb === "EVENT" && id === name && (it as SignedEvent).id === event.id,
  );
}

const subscriptions: readonly CheckCase[] = [
  withPeer(1, "EOSE comes after the stored events, before the live ones", async (peer, check) => {
    const author = check.person();
    await peer.accept(author.sign({ created_at: check.now - 1 }));
    const { name } = await peer.subscribe({ authors: [author.pubkey] });
    const next = author.sign();
    await peer.accept(next);
    await hears(peer, name, next);
    const verbs = peer.received.filter(([, id]) => id === name).map(([verb]) => verb);
    demandEqual(verbs, ["EVENT", "EOSE", "EVENT"], "messages");
  }),
  withPeer(1, "a subscription that finds nothing is answered with EOSE", async (peer, check) => {
    demandEqual(await peer.find({ authors: [check.person().pubkey] }), [], "found");
  }),
  withPeer(1, "after CLOSE nothing more is sent", async (peer, check) => {
    const author = check.person();
    const { name } = await peer.subscribe({ authors: [author.pubkey] });
    peer.send("CLOSE", name);
    await peer.settle();
    await peer.accept(author.sign());
    await peer.settle();
    demandEqual(peer.eventsOf(name), [], "delivered");
  }),
  withPeer(1, "CLOSE of a name that is not open is no error", async (peer) => {
    peer.send("CLOSE", "never-opened");
    await peer.settle();
    demand(!peer.received.some(([verb]) => verb === "NOTICE" || verb === "CLOSED"), "the relay complained");
  }),
  withPeer(1, "a REQ of a name in use replaces the subscription", async (peer, check) => {
    const [alice, bob] = [check.person(), check.person()];
    const { name } = await peer.subscribe({ authors: [alice.pubkey] });
    const from = peer.received.length;
    peer.send("REQ", name, { authors: [bob.pubkey] });
    await peer.wait("EOSE", ([verb, id]) => verb === "EOSE" && id === name, from);
    const [old, fresh] = [alice.sign(), bob.sign()];
    await peer.accept(old, fresh);
    await hears(peer, name, fresh);
    demandEqual(
      peer.eventsOf(name).map(({ id }) => id),
      [fresh.id],
      "delivered",
    );
  }),
  withPeer(1, "names of subscriptions belong to their connection", async (peer, check) => {
    await using other = await check.connect();
    const [alice, bob] = [check.person(), check.person()];
    const [mine, his] = [
      await peer.subscribe({ authors: [alice.pubkey] }),
      await other.subscribe({ authors: [bob.pubkey] }),
    ];
    demandEqual(mine.name, his.name, "names");
    other.send("CLOSE", his.name);
    await other.settle();
    const it = alice.sign();
    await peer.accept(it);
    await hears(peer, mine.name, it);
  }),
  withPeer(1, "an event goes to every subscription that asks for it, once each", async (peer, check) => {
    const author = check.person();
    const first = await peer.subscribe({ authors: [author.pubkey] }, { kinds: [1], authors: [author.pubkey] });
    const second = await peer.subscribe({ authors: [author.pubkey], kinds: [1] });
    const it = author.sign();
    await peer.accept(it);
    await hears(peer, first.name, it);
    await hears(peer, second.name, it);
    await peer.settle();
    demandEqual([peer.eventsOf(first.name).length, peer.eventsOf(second.name).length], [1, 1], "deliveries");
  }),
  withPeer(1, "events by others reach a subscription of another connection", async (peer, check) => {
    await using other = await check.connect();
    const author = check.person();
    const { name } = await other.subscribe({ authors: [author.pubkey] });
    const it = author.sign();
    await peer.accept(it);
    await hears(other, name, it);
  }),
  withPeer(1, "a duplicate is not delivered again", async (peer, check) => {
    const author = check.person();
    const { name } = await peer.subscribe({ authors: [author.pubkey] });
    const [it, end] = [author.sign(), author.sign({ content: "end" })];
    await peer.accept(it, it, end);
    await hears(peer, name, end);
    demandEqual(peer.eventsOf(name).length, 2, "deliveries");
  }),
  withPeer(1, "a refused event is not delivered", async (peer, check) => {
    const author = check.person();
    const { name } = await peer.subscribe({ authors: [author.pubkey] });
    const it = author.sign();
    const forged = { ...it, sig: "0".repeat(128) };
    await peer.refuse(forged);
    const end = author.sign({ content: "end" });
    await peer.accept(end);
    await hears(peer, name, end);
    demandEqual(
      peer.eventsOf(name).map(({ id }) => id),
      [end.id],
      "delivered",
    );
  }),
  ...["a", "x".repeat(64), "🌹", 'quote " and \\', "\u0000", "a b"].map((name) =>
    withPeer(1, `a subscription may be called ${JSON.stringify(name).slice(0, 20)}`, async (peer, check) => {
      peer.send("REQ", name, { authors: [check.person().pubkey] });
      await peer.wait("EOSE", ([verb, id]) => verb === "EOSE" && id === name);
    }),
  ),
  ...(
    [
      ["", "empty"],
      ["x".repeat(65), "longer than 64 characters"],
    ] as const
  ).map(([name, title]) =>
    withPeer(1, `a name that is ${title} opens no subscription`, async (peer) => {
      peer.send("REQ", name, {});
      await peer.settle();
      demand(!peer.received.some(([verb, id]) => verb === "EOSE" && id === name), "the relay took the name");
    }),
  ),
];

const badFilters: readonly (readonly [string, unknown])[] = [
  ["a filter that is a text", "kinds"],
  ["a filter that is a list", []],
  ["a filter that is null", null],
  ["kinds that are no list", { kinds: 1 }],
  ["kinds with text in them", { kinds: ["1"] }],
  ["kinds below zero", { kinds: [-1] }],
  ["kinds with a fraction", { kinds: [1.5] }],
  ["ids that are no list", { ids: "0".repeat(64) }],
  ["ids with a number in them", { ids: [5] }],
  ["ids that are too short", { ids: ["abcd"] }],
  ["ids in capitals", { ids: ["A".repeat(64)] }],
  ["authors that are too short", { authors: ["abcd"] }],
  ["authors with null in them", { authors: [null] }],
  ["#e values that are no ids", { "#e": ["abcd"] }],
  ["#p values that are no keys", { "#p": ["abcd"] }],
  ["#t values that are no list", { "#t": "rose" }],
  ["#t values that are numbers", { "#t": [5] }],
  ["a since that is text", { since: "5" }],
  ["a since below zero", { since: -5 }],
  ["a since with a fraction", { since: 1.5 }],
  ["an until that is null", { until: null }],
  ["a limit that is text", { limit: "5" }],
  ["a limit below zero", { limit: -1 }],
  ["a limit with a fraction", { limit: 1.5 }],
];

const refused = badFilters.map(([title, filter]) =>
  withPeer(1, `${title}: CLOSED with a reason, not silence`, async (peer) => {
    const reason = await peer.closedBecause("REQ", filter);
    demand(reason.length > 0, "the reason is empty");
    await peer.settle();
  }),
);

const noise: readonly (readonly [string, string])[] = [
  ["text that is no JSON", "hello"],
  ["half an array", '["REQ","a"'],
  ["an empty text", ""],
  ["an empty array", "[]"],
  ["an object", '{"a":1}'],
  ["a number", "5"],
  ["null", "null"],
  ["an unknown verb", '["HELLO","a"]'],
  ["a verb in small letters", '["req","a",{}]'],
  ["a verb that is a number", "[5]"],
  ["EVENT without an event", '["EVENT"]'],
  ["EVENT with null", '["EVENT",null]'],
  ["EVENT with a list", '["EVENT",[]]'],
  ["REQ without anything", '["REQ"]'],
  ["REQ with a name that is a number", '["REQ",5,{}]'],
  ["CLOSE without a name", '["CLOSE"]'],
  ["a thousand brackets", "[".repeat(1_000)],
  ["a repeated key", '["REQ","a",{"kinds":[1],"kinds":[2]}]'],
];

const answered = noise.map(([title, text]) =>
  withPeer(1, `${title} does not end the connection`, async (peer) => {
    peer.sendText(text);
    await peer.settle();
    demand(!peer.isClosed, "the relay hung up");
  }),
);

const binary = withPeer(1, "a binary message does no harm to other connections", async (peer, check) => {
  peer.sendText(Buffer.from('["REQ","a",{}]'));
  await using other = await check.connect();
  await other.settle();
});

export const nip01Messages: readonly CheckCase[] = [...subscriptions, ...refused, ...answered, binary];
