/** NIP-86 by NIP-98: the operator decides while the relay runs; nobody else does. */
import { createHash } from "node:crypto";
import type { EventTemplate } from "@subrosa/core/nostr/event";
import { openCurve } from "@subrosa/curve/open-curve";
import { describe, expect, test } from "vitest";
import { Person } from "../../src/check/person.ts";
import { Rulebook } from "../../src/management/rulebook.ts";
import { openLmdbStore } from "../../src/store/lmdb-store.ts";
import { verifierOf } from "../../src/verify/verifier.ts";
import { RelayUnderTest } from "../relay-under-test.ts";

const curve = openCurve();
const operator = new Person(curve);
const clock = (): number => Math.floor(Date.now() / 1_000);

const open = (): Promise<RelayUnderTest> =>
  RelayUnderTest.open({ verifier: verifierOf(curve), clock, managed: curve, config: { admins: [operator.pubkey] } });

interface Asked {
  readonly by?: Person;
  readonly event?: Partial<EventTemplate>;
  readonly body?: string;
  readonly authorization?: string;
}

async function ask(
  it: RelayUnderTest,
  method: string,
  params: readonly unknown[] = [],
  asked: Asked = {},
): Promise<{ status: number; result?: unknown; error?: string }> {
  const url = `http://127.0.0.1:${it.relay.port}/`;
  const body = JSON.stringify({ method, params });
  const payload = createHash("sha256").update(body).digest("hex");
  const template = {
    kind: 27_235,
    tags: [
      ["u", url],
      ["method", "POST"],
      ["payload", payload],
    ],
    ...asked.event,
  };
  const token = Buffer.from(JSON.stringify((asked.by ?? operator).sign(template))).toString("base64");
  const headers = {
    authorization: asked.authorization ?? `Nostr ${token}`,
    "content-type": "application/nostr+json+rpc",
  };
  const response = await fetch(url, { method: "POST", headers, body: asked.body ?? body });
  return { status: response.status, ...((await response.json()) as object) };
}

test("the operator bans and allows: keys, events, kinds, and it is kept", async () => {
  await using it = await open();
  const client = await it.client();
  const author = new Person(curve);
  const first = author.sign({ content: "first" });
  await client.publish(first);
  expect(await ask(it, "supportedmethods")).toMatchObject({
    status: 200,
    result: expect.arrayContaining(["banpubkey", "banevent", "blockip"]),
  });

  expect(await ask(it, "banevent", [first.id, "spam"])).toEqual({ status: 200, result: true });
  expect((await client.ask({ ids: [first.id] })).ids).toEqual([]);
  expect(await client.publish(first)).toMatchObject({ accepted: false, reason: expect.stringMatching(/^blocked: /) });
  expect((await ask(it, "listbannedevents")).result).toEqual([{ id: first.id, reason: "spam" }]);
  await ask(it, "allowevent", [first.id]);
  expect((await client.publish(first)).accepted).toBe(true);

  await ask(it, "banpubkey", [author.pubkey]);
  expect(await client.publish(author.sign({ content: "second" }))).toMatchObject({ accepted: false });
  expect((await ask(it, "listbannedpubkeys")).result).toEqual([{ pubkey: author.pubkey, reason: "" }]);
  await ask(it, "unbanpubkey", [author.pubkey]);
  expect((await client.publish(author.sign({ content: "second" }))).accepted).toBe(true);

  await ask(it, "disallowkind", [7]);
  expect((await client.publish(author.sign({ kind: 7 }))).accepted).toBe(false);
  await ask(it, "allowkind", [1]);
  expect((await client.publish(author.sign({ kind: 6 }))).accepted).toBe(false);
  expect((await client.publish(author.sign({ content: "third" }))).accepted).toBe(true);

  await ask(it, "allowpubkey", [operator.pubkey]);
  expect((await client.publish(author.sign({ content: "fourth" }))).reason).toMatch(/^auth-required: /);
  expect((await client.publish(operator.sign({ content: "mine" }))).accepted).toBe(true);

  await it.relay.close();
  const store = await openLmdbStore({ dir: it.dir });
  expect((await Rulebook.open(store)).rules).toMatchObject({
    allowedKinds: [1],
    refusedKinds: [7],
    allowedKeys: [{ of: operator.pubkey }],
  });
  await store.close();
});

test("the relay is renamed while it runs; an address is kept out", async () => {
  await using it = await open();
  await ask(it, "changerelayname", ["Rosa"]);
  await ask(it, "changerelaydescription", ["under it"]);
  const document = await (
    await fetch(`http://127.0.0.1:${it.relay.port}/`, { headers: { accept: "application/nostr+json" } })
  ).json();
  expect(document).toMatchObject({
    name: "Rosa",
    description: "under it",
    supported_nips: expect.arrayContaining([86, 98]),
  });
  await ask(it, "blockip", ["127.0.0.1", "testing"]);
  await expect(it.client()).rejects.toThrow("503");
  await ask(it, "unblockip", ["127.0.0.1"]);
  await it.client();
});

describe("nobody else", () => {
  const url = "http://127.0.0.1:1/";
  const refused: [string, number, Asked][] = [
    ["a stranger", 403, { by: new Person(curve) }],
    ["no signature", 401, { authorization: "" }],
    ["a password", 401, { authorization: "Basic eDp5" }],
    ["no base64", 401, { authorization: "Nostr ???" }],
    ["no event", 401, { authorization: `Nostr ${Buffer.from("{}").toString("base64")}` }],
    ["another kind", 401, { event: { kind: 22_242 } }],
    ["a minute ago", 401, { event: { created_at: clock() - 70 } }],
    [
      "another address",
      401,
      {
        event: {
          tags: [
            ["u", url],
            ["method", "POST"],
          ],
        },
      },
    ],
    ["another body", 401, { body: JSON.stringify({ method: "changerelayname", params: ["stolen"] }) }],
  ];
  for (const [title, status, asked] of refused) {
    test(`${title}: ${status}, and nothing changes`, async () => {
      await using it = await open();
      const answer = await ask(it, "banpubkey", [operator.pubkey], asked);
      expect(answer).toEqual({ status, error: expect.any(String) });
      expect((await ask(it, "listbannedpubkeys")).result).toEqual([]);
    });
  }

  test("a relay without operators answers every call with a refusal", async () => {
    await using it = await RelayUnderTest.open({ verifier: verifierOf(curve), clock, managed: curve });
    expect((await ask(it, "supportedmethods")).status).toBe(403);
  });
});

describe("calls that are not right", () => {
  const wrong: [string, readonly unknown[]][] = [
    ["dance", []],
    ["__proto__", []],
    ["banpubkey", []],
    ["banpubkey", ["npub1"]],
    ["banpubkey", [operator.pubkey, 5]],
    ["banevent", ["abc"]],
    ["allowkind", ["1"]],
    ["allowkind", [65_536]],
    ["blockip", ["example.com"]],
    ["changerelayname", [5]],
  ];
  for (const [method, params] of wrong) {
    test(`${method} ${JSON.stringify(params).slice(0, 40)}: a sentence`, async () => {
      await using it = await open();
      expect(await ask(it, method, params)).toEqual({ status: 400, error: expect.any(String) });
    });
  }
});
