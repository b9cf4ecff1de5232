/** NIP-11, NIP-45 and NIP-77: what a relay says of itself, how many there are, and what the other side lacks. */

import type { SignedEvent } from "@subrosa/core/nostr/event";
import { ItemList } from "../../negentropy/item-list.ts";
import { opening, reconcile } from "../../negentropy/negentropy.ts";
import { type Check, type CheckCase, withPeer } from "../case.ts";
import { demand, demandEqual, NotApplicable } from "../fault.ts";
import type { AnyFilter, Peer } from "../peer.ts";

type Document = Readonly<Record<string, unknown>>;

async function document(check: Check): Promise<Document> {
  const value: unknown = await (await check.information()).json();
  demand(typeof value === "object" && value !== null && !Array.isArray(value), "the document is no object");
  return value as Document;
}

const field = (name: string, holds: (value: unknown) => boolean, what: string): CheckCase => ({
  nip: 11,
  title: `${name}, where it is given, is ${what}`,
  run: async (check) => {
    const value = (await document(check))[name];
    if (value === undefined) throw new NotApplicable(`the document has no ${name}`);
    demand(holds(value), `${name} is ${JSON.stringify(value)}`);
  },
});
const isText = (value: unknown): boolean => typeof value === "string";
const isKey = (value: unknown): boolean => typeof value === "string" && /^[0-9a-f]{64}$/.test(value);

const information: readonly CheckCase[] = [
  {
    nip: 11,
    title: "the document comes as application/nostr+json",
    run: async (check) => {
      const type = (await check.information()).headers.get("content-type") ?? "";
      demand(/^application\/(nostr\+)?json\b/.test(type), `content-type is ${type}`);
    },
  },
  {
    nip: 11,
    title: "pages of other origins may read it",
    run: async (check) => {
      demandEqual(
        (await check.information()).headers.get("access-control-allow-origin"),
        "*",
        "access-control-allow-origin",
      );
    },
  },
  {
    nip: 11,
    title: "supported_nips are distinct whole numbers, 1 and 11 among them",
    run: async (check) => {
      const nips = (await document(check))["supported_nips"];
      demand(Array.isArray(nips) && nips.every((nip) => Number.isInteger(nip)), "supported_nips is no list of numbers");
      demand(
        new Set(nips).size === nips.length && nips.includes(1) && nips.includes(11),
        "supported_nips is not right",
      );
    },
  },
  field("name", isText, "a text"),
  field("description", isText, "a text"),
  field("software", isText, "a text"),
  field("version", isText, "a text"),
  field("contact", isText, "a text"),
  field("icon", isText, "a text"),
  field("pubkey", isKey, "a key in hex"),
  field("self", isKey, "a key in hex"),
  field("retention", Array.isArray, "a list"),
  {
    nip: 11,
    title: "limits are whole numbers or truth values",
    run: async (check) => {
      const limits = (await document(check))["limitation"];
      if (limits === undefined) throw new NotApplicable("the document has no limits");
      const isLimit = (value: unknown): boolean =>
        typeof value === "boolean" || (Number.isInteger(value) && (value as number) >= 0);
      demand(Object.values(limits as object).every(isLimit), `limits are ${JSON.stringify(limits)}`);
    },
  },
  withPeer(11, "a message longer than max_message_length is not taken", async (peer, check) => {
    const limit = ((await document(check))["limitation"] as Document | undefined)?.["max_message_length"];
    if (typeof limit !== "number" || limit > 4 << 20) throw new NotApplicable("no such limit to try");
    const it = check.person().sign({ tags: ["a", "b", "c"].map((name) => [name, "x".repeat(limit / 3 + 1)]) });
    peer.send("EVENT", it);
    await using other = await check.connect();
    demandEqual(await other.find({ ids: [it.id] }), [], "stored");
  }),
  withPeer(11, "max_limit is kept", async (peer, check) => {
    const limit = ((await document(check))["limitation"] as Document | undefined)?.["max_limit"];
    if (typeof limit !== "number") throw new NotApplicable("the document has no max_limit");
    demand(
      (await peer.find({ limit: limit + 1_000, kinds: [1], since: check.now })).length <= limit,
      "more than max_limit",
    );
  }),
  withPeer(11, "one subscription more than max_subscriptions is refused with a reason", async (peer, check) => {
    const limit = ((await document(check))["limitation"] as Document | undefined)?.["max_subscriptions"];
    if (typeof limit !== "number" || limit > 500) throw new NotApplicable("no such limit to try");
    for (let i = 0; i < limit; i++) await peer.subscribe({ ids: [i.toString(16).padStart(64, "0")] });
    await peer.closedBecause("REQ", {});
  }),
];

async function three(peer: Peer, check: Check): Promise<SignedEvent[]> {
  const author = check.person();
  const events = [1, 2, 3].map((n) =>
    author.sign({ kind: n === 3 ? 7 : 1, created_at: check.now - n, tags: [["t", `t${n}`]] }),
  );
  await peer.accept(...events);
  return events;
}

const counts: readonly (readonly [string, (events: SignedEvent[]) => AnyFilter[], number])[] = [
  ["by author", ([a]) => [{ authors: [a!.pubkey] }], 3],
  ["by author and kind", ([a]) => [{ authors: [a!.pubkey], kinds: [1] }], 2],
  ["by ids", ([a, b]) => [{ ids: [a!.id, b!.id, "0".repeat(64)] }], 2],
  ["by tag", ([a]) => [{ authors: [a!.pubkey], "#t": ["t1", "t3"] }], 2],
  ["by time", ([a, b]) => [{ authors: [a!.pubkey], since: b!.created_at }], 2],
  ["of nothing", ([a]) => [{ authors: [a!.pubkey], kinds: [9] }], 0],
  ["over two filters, nothing twice", ([a, b]) => [{ ids: [a!.id] }, { ids: [a!.id, b!.id] }], 2],
];

const counting: readonly CheckCase[] = [
  ...counts.map(([title, filters, expected]) =>
    withPeer(45, `a count ${title}`, async (peer, check) => {
      demandEqual(await peer.count(...filters(await three(peer, check))), expected, "count");
    }),
  ),
  withPeer(45, "a replaced event is not counted", async (peer, check) => {
    const author = check.person();
    await peer.accept(author.sign({ kind: 0, created_at: check.now - 1 }), author.sign({ kind: 0 }));
    demandEqual(await peer.count({ authors: [author.pubkey] }), 1, "count");
  }),
  withPeer(45, "a count opens no subscription", async (peer, check) => {
    const author = check.person();
    await peer.count({ authors: [author.pubkey] });
    await peer.accept(author.sign());
    await peer.settle();
    demand(!peer.received.some(([verb]) => verb === "EVENT"), "the relay delivered an event");
  }),
  withPeer(45, "a count by a wrong filter is refused with CLOSED", async (peer) => {
    await peer.closedBecause("COUNT", { kinds: "all" });
  }),
];

async function negotiate(
  peer: Peer,
  filter: object,
  own: readonly SignedEvent[],
): Promise<{ have: string[]; need: string[] }> {
  const list = ItemList.from(own.map(({ created_at: time, id }) => ({ time, id: Buffer.from(id, "hex") })));
  const name = peer.newName();
  const have: string[] = [];
  const need: string[] = [];
  let message = opening(list);
  let from = peer.received.length;
  peer.send("NEG-OPEN", name, filter, message.toString("hex"));
  for (let round = 0; round < 50; round++) {
    const answer = await peer.wait("NEG-MSG", ([verb, id]) => verb.startsWith("NEG-") && id === name, from);
    demand(answer[0] === "NEG-MSG", `the relay ended the negotiation: ${String(answer[2])}`);
    from = peer.received.length;
    const next = reconcile(list, Buffer.from(String(answer[2]), "hex"), "initiator");
    have.push(...next.have);
    need.push(...next.need);
    if (next.done) break;
    message = next.message;
    peer.send("NEG-MSG", name, message.toString("hex"));
  }
  peer.send("NEG-CLOSE", name);
  return { have: have.sort(), need: need.sort() };
}

const ids = (events: readonly SignedEvent[]): string[] => events.map(({ id }) => id).sort();

const negotiating: readonly CheckCase[] = [
  ...[0, 1, 20, 40, 150].map((size) =>
    withPeer(77, `negotiation over ${size} events: one side has all, some, none`, async (peer, check) => {
      const author = check.person();
      const events = Array.from({ length: size }, (_, i) =>
        author.sign({ created_at: check.now - (i % 7), content: String(i) }),
      );
      await peer.accept(...events);
      const filter = { authors: [author.pubkey] };
      demandEqual(await negotiate(peer, filter, events), { have: [], need: [] }, "the same on both sides");
      demandEqual(await negotiate(peer, filter, []), { have: [], need: ids(events) }, "we have none");
      const strangers = [1, 2, 3].map((n) => author.sign({ created_at: check.now - 1, content: `unsent ${n}` }));
      const part = events.filter((_, i) => i % 3 !== 0);
      const expected = { have: ids(strangers), need: ids(events.filter((_, i) => i % 3 === 0)) };
      demandEqual(await negotiate(peer, filter, [...part, ...strangers]), expected, "each has something");
    }),
  ),
  withPeer(77, "the filter of a negotiation selects", async (peer, check) => {
    const events = await three(peer, check);
    const filter = { authors: [events[0]!.pubkey], kinds: [7] };
    demandEqual((await negotiate(peer, filter, [])).need, [events[2]!.id], "needed");
  }),
  withPeer(77, "gift wraps are not in the negotiations of others", async (peer, check) => {
    const recipient = check.person();
    const wrap = check.person().sign({ kind: 1_059, tags: [["p", recipient.pubkey]] });
    await peer.accept(wrap);
    demandEqual((await negotiate(peer, { authors: [wrap.pubkey] }, [])).need, [], "needed by nobody");
    await peer.authenticate(recipient);
    demandEqual((await negotiate(peer, { authors: [wrap.pubkey] }, [])).need, [wrap.id], "needed by the recipient");
  }),
  ...[
    ["NEG-MSG for a name that is not open", ["NEG-MSG", "unopened", "61"]],
    ["a message that is no negentropy", ["NEG-OPEN", "n1", {}, "61ff"]],
    ["a message that is no hex", ["NEG-OPEN", "n2", {}, "xyz"]],
    ["a wrong filter", ["NEG-OPEN", "n3", { kinds: 1 }, "61"]],
  ].map(([title, message]) =>
    withPeer(77, `${String(title)}: NEG-ERR`, async (peer) => {
      peer.send(...(message as unknown[]));
      await peer.wait("NEG-ERR", ([verb, id]) => verb === "NEG-ERR" && id === message![1]);
    }),
  ),
  withPeer(77, "NEG-CLOSE ends a negotiation", async (peer, check) => {
    peer.send("NEG-OPEN", "n", { authors: [check.person().pubkey] }, opening(ItemList.from([])).toString("hex"));
    await peer.wait("NEG-MSG", ([verb, id]) => verb === "NEG-MSG" && id === "n");
    peer.send("NEG-CLOSE", "n");
    peer.send("NEG-MSG", "n", "61");
    await peer.wait("NEG-ERR", ([verb, id]) => verb === "NEG-ERR" && id === "n");
  }),
];

export const serviceCases: readonly CheckCase[] = [...information, ...counting, ...negotiating];
