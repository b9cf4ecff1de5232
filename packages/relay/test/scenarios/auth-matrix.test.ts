/**
 * Who sees a gift wrap? Every way to ask × everybody who may ask, for every private kind, and every way round the
 * sides: limits that hidden events use up, counts, and answers that tell that something exists.
 */
import type { SignedEvent } from "@subrosa/core/nostr/event";
import { nip77 } from "nostr-tools";
import { describe, expect, test } from "vitest";
import type { Client } from "../client.ts";
import { type EventFields, event, key, NOW } from "../events.ts";
import { RelayUnderTest } from "../relay-under-test.ts";

const RECIPIENT = 8;
const CHANNEL = 9;
const STRANGER = 10;
const ONE_TIME = 100;

interface Asker {
  readonly name: string;
  readonly keys: readonly number[];
}
const askers: readonly Asker[] = [
  { name: "nobody", keys: [] },
  { name: "a stranger", keys: [STRANGER] },
  { name: "the recipient", keys: [RECIPIENT] },
  { name: "the channel key", keys: [CHANNEL] },
  { name: "a stranger who is the recipient too", keys: [STRANGER, RECIPIENT] },
  { name: "the author", keys: [ONE_TIME] },
];

const wrapFor = (to: number, fields: EventFields = {}): SignedEvent =>
  event({ by: ONE_TIME, kind: 1059, tags: [["p", key(to)]], ...fields });

async function authenticate(client: Client, it: RelayUnderTest, keys: readonly number[]): Promise<void> {
  const challenge = await client.challenge();
  for (const by of keys) {
    const tags = [
      ["relay", it.relay.url],
      ["challenge", challenge],
    ];
    expect(await client.publish(event({ by, kind: 22_242, tags }), "AUTH")).toEqual({ accepted: true, reason: "" });
  }
}

async function negotiate(client: Client, filter: object): Promise<string[]> {
  const empty = new nip77.NegentropyStorageVector();
  empty.seal();
  const side = new nip77.Negentropy(empty, 60_000);
  const name = `neg-${Math.floor(performance.now() * 1_000)}`;
  const need: string[] = [];
  let message: string | null = side.initiate();
  client.send("NEG-OPEN", name, filter, message);
  for (let round = 0; message !== null && round < 100; round++) {
    const before = client.frames.length;
    const answer = await client.wait(
      (frame) => String(frame[0]).startsWith("NEG-") && frame[1] === name && client.frames.indexOf(frame) >= before - 1,
    );
    client.frames.splice(client.frames.indexOf(answer), 1);
    if (answer[0] === "NEG-ERR") break;
    message = side.reconcile(answer[2] as string, undefined, (id) => need.push(id));
    if (message !== null) client.send("NEG-MSG", name, message);
  }
  client.send("NEG-CLOSE", name);
  return need;
}

describe.each([1059, 4])("stored events of kind %i", (kind) => {
  for (const asker of askers) {
    const maySeeFirst = asker.keys.includes(RECIPIENT) || asker.keys.includes(ONE_TIME);
    const maySeeSecond = asker.keys.includes(CHANNEL) || asker.keys.includes(ONE_TIME);
    test(`${asker.name}: REQ, COUNT, NEG and live, by every filter`, async () => {
      await using it = await RelayUnderTest.open();
      const writer = await it.client();
      const first = wrapFor(RECIPIENT, { kind });
      const second = wrapFor(CHANNEL, { kind, created_at: NOW - 1 });
      const open = event({ by: 3, created_at: NOW - 2, tags: [["p", key(RECIPIENT)]] });
      for (const each of [first, second, open]) await writer.publish(each);
      const client = await it.client();
      await authenticate(client, it, asker.keys);
      const visible = new Set<string>([
        ...(maySeeFirst ? [first.id] : []),
        ...(maySeeSecond ? [second.id] : []),
        open.id,
      ]);
      const filters: { filter: object; all: string[] }[] = [
        { filter: {}, all: [first.id, second.id, open.id] },
        { filter: { kinds: [kind] }, all: [first.id, second.id] },
        { filter: { kinds: [kind, 1] }, all: [first.id, second.id, open.id] },
        { filter: { "#p": [key(RECIPIENT)] }, all: [first.id, open.id] },
        { filter: { "#p": [key(RECIPIENT), key(CHANNEL)], kinds: [kind] }, all: [first.id, second.id] },
        { filter: { ids: [first.id] }, all: [first.id] },
        { filter: { ids: [first.id, second.id, open.id] }, all: [first.id, second.id, open.id] },
        { filter: { authors: [key(ONE_TIME)] }, all: [first.id, second.id] },
        { filter: { authors: [key(ONE_TIME)], kinds: [kind] }, all: [first.id, second.id] },
        { filter: { since: NOW - 10, until: NOW }, all: [first.id, second.id, open.id] },
      ];
      for (const { filter, all } of filters) {
        const expected = all.filter((id) => visible.has(id));
        const { ids, name } = await client.ask(filter);
        client.send("CLOSE", name);
        expect(ids, `REQ ${JSON.stringify(filter)}`).toEqual(expected);
        const count = await client.count(filter);
        expect(typeof count === "string" ? 0 : count, `COUNT ${JSON.stringify(filter)}`).toBe(expected.length);
        expect((await negotiate(client, filter)).sort(), `NEG ${JSON.stringify(filter)}`).toEqual([...expected].sort());
      }
      // Hidden events use up no limit: the first visible one is found, however many hidden ones are newer.
      const [only] = (await client.ask({ limit: 1 })).ids;
      expect(only).toBe([first.id, second.id, open.id].find((id) => visible.has(id)));
      // Live.
      const names = [
        (await client.ask({ limit: 0 })).name,
        (await client.ask({ "#p": [key(RECIPIENT)], limit: 0 })).name,
      ];
      const now = wrapFor(RECIPIENT, { kind, content: "live" });
      const end = event({ by: 3, content: "end", tags: [["p", key(RECIPIENT)]] });
      await writer.publish(now);
      await writer.publish(end);
      for (const name of names)
        await client.wait(([verb, of, it]) => verb === "EVENT" && of === name && (it as SignedEvent).id === end.id);
      for (const name of names) expect(client.events(name)).toEqual(maySeeFirst ? [now.id, end.id] : [end.id]);
    });
  }
});

describe("kind 21059, which is never stored", () => {
  for (const asker of askers) {
    test(`${asker.name}: delivered live to whom it may concern`, async () => {
      await using it = await RelayUnderTest.open();
      const [writer, client] = [await it.client(), await it.client()];
      await authenticate(client, it, asker.keys);
      const { name } = await client.ask({ limit: 0 });
      const wrap = wrapFor(RECIPIENT, { kind: 21_059 });
      const end = event({ content: "end" });
      expect((await writer.publish(wrap)).accepted).toBe(true);
      await writer.publish(end);
      await client.wait(([verb, of, it]) => verb === "EVENT" && of === name && (it as SignedEvent).id === end.id);
      const mayNow = asker.keys.includes(RECIPIENT) || asker.keys.includes(ONE_TIME);
      expect(client.events(name)).toEqual(mayNow ? [wrap.id, end.id] : [end.id]);
      expect((await client.ask({ ids: [wrap.id] })).ids).toEqual([]);
      expect(await client.count({ ids: [wrap.id] })).toBe(0);
    });
  }
});

describe("by the side", () => {
  test("publishing a private event again is answered as the first time, before and after AUTH", async () => {
    await using it = await RelayUnderTest.open();
    const [writer, prober] = [await it.client(), await it.client()];
    for (const kind of [1059, 4, 21_059]) {
      const wrap = wrapFor(RECIPIENT, { kind });
      const first = await writer.publish(wrap);
      expect(await prober.publish(wrap)).toEqual(first);
      expect(first).toEqual({ accepted: true, reason: "" });
    }
  });

  test("a forged signature on an event that exists is answered as on one that does not", async () => {
    await using it = await RelayUnderTest.open();
    const client = await it.client();
    const there = wrapFor(RECIPIENT);
    await client.publish(there);
    const forge = (it: SignedEvent): SignedEvent => ({ ...it, sig: `bad0${"1".repeat(124)}` });
    const known = await client.publish(forge(there));
    const unknown = await client.publish(forge(wrapFor(RECIPIENT, { content: "never sent" })));
    expect(known).toEqual(unknown);
    expect(known.accepted).toBe(false);
  });

  test("a key that authenticates later sees what comes later, on subscriptions that are open", async () => {
    await using it = await RelayUnderTest.open();
    const [writer, client] = [await it.client(), await it.client()];
    const { name, ids } = await client.ask({});
    expect(ids).toEqual([]);
    await authenticate(client, it, [RECIPIENT]);
    const wrap = wrapFor(RECIPIENT);
    await writer.publish(wrap);
    await client.wait(([verb, of]) => verb === "EVENT" && of === name);
    expect(client.events(name)).toEqual([wrap.id]);
  });

  test("questions for private kinds alone say what to do, whatever is stored", async () => {
    await using it = await RelayUnderTest.open();
    const [writer, client] = [await it.client(), await it.client()];
    const ask = async (): Promise<unknown> => [
      (await client.ask({ kinds: [1059] })).closed,
      (await client.ask({ kinds: [1059], "#p": [key(RECIPIENT)] })).closed,
      await client.count({ kinds: [1059] }),
    ];
    const before = await ask();
    await writer.publish(wrapFor(RECIPIENT));
    expect(await ask()).toEqual(before);
    expect(before).toEqual(Array(3).fill(expect.stringMatching(/^auth-required: /)));
  });
});
