/** Two processes of one relay, as their clients see them: whatever one of them was told, the other knows. */
import type { SignedEvent } from "@subrosa/core/nostr/event";
import { openCurve } from "@subrosa/curve/open-curve";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Rulebook } from "../../src/management/rulebook.ts";
import { RelayKey } from "../../src/proofs/relay-key.ts";
import { openPostgresStore, type PostgresStore } from "../../src/store/postgres/postgres-store.ts";
import type { Client } from "../client.ts";
import { entry, event, key, NOW } from "../events.ts";
import { PATIENCE_MS, PostgresUnderTest, postgres, WITHOUT_POSTGRES } from "../postgres.ts";
import { RelayUnderTest } from "../relay-under-test.ts";

const curve = openCurve();

if (postgres === undefined) test.skip(WITHOUT_POSTGRES);

describe.runIf(postgres !== undefined)("two processes of one relay", () => {
  let server: PostgresUnderTest;
  const stores: PostgresStore[] = [];
  let [one, other]: RelayUnderTest[] = [];
  beforeAll(async () => {
    server = await PostgresUnderTest.start();
    const url = await server.database();
    const open = async (): Promise<RelayUnderTest> => {
      const store = await openPostgresStore({ connectionString: url, clock: () => NOW });
      stores.push(store);
      return RelayUnderTest.open({ store, managed: curve });
    };
    // At the same time, on an empty database: one of them makes the tables.
    [one, other] = await Promise.all([open(), open()]);
  }, PATIENCE_MS);
  afterAll(async () => {
    await one?.[Symbol.asyncDispose]();
    await other?.[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  }, PATIENCE_MS);

  const clients = async (): Promise<[Client, Client]> => [await one!.client(), await other!.client()];

  async function listen(client: Client, name: string, filter: object): Promise<void> {
    client.send("REQ", name, { ...filter, limit: 0 });
    await client.settle();
  }

  async function authenticate(client: Client, it: RelayUnderTest, by: number): Promise<void> {
    const tags = [
      ["relay", it.relay.url],
      ["challenge", await client.challenge()],
    ];
    expect((await client.publish(event({ by, kind: 22_242, tags }), "AUTH")).accepted).toBe(true);
  }

  const heard = (client: Client, name: string, wanted: SignedEvent): Promise<unknown> =>
    client.wait(([verb, of, body]) => verb === "EVENT" && of === name && (body as { id: string }).id === wanted.id);

  test("what one acknowledged stands before EOSE at the other, in COUNT and in negotiations", async () => {
    const [writer, reader] = await clients();
    for (let i = 0; i < 30; i++) {
      const it = event({ by: 40, content: `read ${i}` });
      await writer.publish(it);
      expect((await reader.ask({ ids: [it.id] })).ids).toEqual([it.id]);
      expect(await reader.count({ authors: [key(40)] })).toBe(i + 1);
    }
  });

  test("a deletion at one is a deletion at the other, for what is stored and for what comes again", async () => {
    const [writer, reader] = await clients();
    const it = event({ by: 41, content: "regretted" });
    await writer.publish(it);
    await reader.publish(event({ by: 41, kind: 5, tags: [["e", it.id]] }));
    expect((await writer.ask({ ids: [it.id] })).ids).toEqual([]);
    expect(await writer.publish(it)).toEqual({ accepted: false, reason: expect.stringMatching(/^blocked: /) });
  });

  test("ephemeral events reach the subscribers of both, once, however long they are, and stand nowhere", async () => {
    const [writer, reader] = await clients();
    await listen(writer, "here", { kinds: [20_001] });
    await listen(reader, "there", { kinds: [20_001] });
    const events = [1, 7_000, 300_000].map((length) =>
      event({ by: 42, kind: 20_001, content: "🌹".repeat(length / 4 + 1) }),
    );
    for (const each of events) expect((await writer.publish(each)).accepted).toBe(true);
    for (const each of events) await heard(reader, "there", each);
    const last = event({ by: 42, kind: 20_001, content: "last" });
    await writer.publish(last);
    await heard(reader, "there", last);
    const ids = [...events, last].map(({ id }) => id);
    expect(reader.events("there")).toEqual(ids);
    expect(writer.events("here")).toEqual(ids);
    expect((await reader.ask({ kinds: [20_001] })).ids).toEqual([]);
  });

  test("NIP-59: a gift wrap, kept or ephemeral, reaches its recipient at the other process and nobody else there", async () => {
    const [writer, recipient] = await clients();
    const stranger = await other!.client();
    await authenticate(recipient, other!, 8);
    await authenticate(stranger, other!, 9);
    for (const client of [recipient, stranger]) await listen(client, "wraps", { kinds: [1059, 21_059] });
    await listen(stranger, "open", { authors: [key(43)] });
    const wraps = [1059, 21_059].map((kind) => event({ by: 44, kind, tags: [["p", key(8)]] }));
    for (const wrap of wraps) expect((await writer.publish(wrap)).accepted).toBe(true);
    for (const wrap of wraps) await heard(recipient, "wraps", wrap);
    const last = event({ by: 43 });
    await writer.publish(last);
    await heard(stranger, "open", last);
    expect(stranger.events("wraps")).toEqual([]);
  });

  test("NIP-86: what the operator decides at one holds at the other, and two decisions at once are both kept", async () => {
    const books = await Promise.all(stores.map((store) => Rulebook.open(store)));
    const ban = (i: number, by: number): Promise<void> =>
      books[i]!.change(({ bannedKeys }) => ({ bannedKeys: [...bannedKeys, { of: key(by), reason: "" }] }));
    await Promise.all([ban(0, 50), ban(1, 51), ban(0, 52), ban(1, 53)]);
    const [here, there] = await clients();
    for (const by of [50, 51, 52, 53]) {
      for (const client of [here, there]) {
        for (let n = 0; ; n++) {
          // Rules travel like events: shortly after the decision, without a restart.
          const { accepted, reason } = await client.publish(event({ by, content: `${n}` }));
          if (accepted && n < 200) continue;
          expect(reason).toMatch(/^blocked: /);
          break;
        }
      }
    }
  });

  test("PROOF-9: what one found proven is told to who follows the other; both judge under one key", async () => {
    const [here, there] = stores;
    const it = entry({ by: 45, content: "proven" });
    await here!.append([it], NOW);
    const [reader] = [await other!.client()];
    expect(await here!.setVerdict(it.event.id, key(7))).toBe(true);
    await there!.append([entry({ by: 45, content: "after" })], NOW);
    const found: string[] = [];
    const filters = [{ search: `ring:${key(7)}` }];
    const scan = there!.scan({ filters, viewer: new Set<string>(), now: NOW, defaultLimit: 9, maxWork: 99 });
    while ((await scan.run(9, (record) => Boolean(found.push(record.id)))) !== "done");
    expect(found).toEqual([it.event.id]);
    expect((await reader.ask({ authors: [key(45)] })).ids.length).toBe(2);
    const keys = await Promise.all(stores.map((store) => RelayKey.share(store, "/nowhere/relay.key", curve)));
    expect(keys[0]!.pubkey).toBe(keys[1]!.pubkey);
  });
});
