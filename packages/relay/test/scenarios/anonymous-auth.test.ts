/** PROOF-14 on the wire: members come in without saying who they are; nobody else does, and nobody is held up. */
import { type AnonymousAuthTerms, anonymousAuthShape } from "@subrosa/core/proof/anonymous-auth";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Config } from "../../src/config.ts";
import { PoolJudge } from "../../src/proofs/pool-judge.ts";
import { verifierOf } from "../../src/verify/verifier.ts";
import type { Client } from "../client.ts";
import { type event, NOW } from "../events.ts";
import { anonymousAnswer, curve, forged, memberRing, person } from "../member.ts";
import { bundle } from "../process.ts";
import { RelayUnderTest } from "../relay-under-test.ts";

const RELAY = "wss://relay.example";
const { ring, secrets, keys } = memberRing(5);
const clocks = { now: NOW };
let program: Awaited<ReturnType<typeof bundle>>;
beforeAll(async () => {
  program = await bundle("src/cli.ts");
});
afterAll(() => program.remove());

/** A relay for members only, whose ring was published, judging in a thread. */
async function open(config: Partial<Config> = {}): Promise<{ it: RelayUnderTest; terms: AnonymousAuthTerms }> {
  const it = await RelayUnderTest.open({
    verifier: verifierOf(curve),
    anonymous: curve,
    judge: new PoolJudge(new URL(`file://${program.path.replace("program.js", "proofs/worker.js")}`)),
    clock: () => clocks.now,
    config: {
      ...{ urls: [RELAY], anonymousRing: [...keys].reverse(), membersToRead: true, members: keys, ...config },
    },
  });
  const headers = { accept: "application/nostr+json" };
  const document = (await (await fetch(`http://127.0.0.1:${it.relay.port}/`, { headers })).json()) as object;
  const { anonymous_auth: announced } = document as { anonymous_auth: { keys: string } };
  const published = await (await fetch(`http://127.0.0.1:${it.relay.port}${announced.keys}`)).json();
  expect(published).toEqual(keys);
  return { it, terms: anonymousAuthShape.read(announced, "anonymous_auth") };
}

async function challengeOf(client: Client): Promise<string> {
  const [, challenge] = await client.wait(([verb]) => verb === "AUTH");
  return challenge as string;
}

async function answer(client: Client, it: ReturnType<typeof anonymousAnswer>): Promise<string> {
  client.send("AUTH", it);
  const [, , accepted, reason] = await client.wait(([verb, id]) => verb === "OK" && id === it.id, 60_000);
  return accepted === true ? "" : (reason as string);
}

const stranger = (): ReturnType<typeof person> => person();
const note = (content: string): ReturnType<typeof event> =>
  stranger().sign({ kind: 1, created_at: clocks.now, tags: [], content });

test("PROOF-14: a member reads and writes without a name; a stranger does neither", async () => {
  const { it, terms } = await open();
  await using _ = it;
  const [member, outsider] = [await it.client(), await it.client()];
  expect((await outsider.ask({})).closed).toMatch(/^auth-required: /);
  expect((await outsider.publish(note("no"))).reason).toMatch(/^auth-required: /);
  const mine = anonymousAnswer(await challengeOf(member), terms, ring, secrets[2]!);
  expect(await answer(member, mine)).toBe("");
  expect((await member.publish(note("yes"))).accepted).toBe(true);
  expect((await member.ask({})).ids.length).toBe(1);
  // He showed no key, so nothing private is his.
  expect((await member.ask({ kinds: [1059] })).closed).toMatch(/^auth-required: /);
});

describe("PROOF-14: refused", () => {
  const cases: [
    string,
    (terms: AnonymousAuthTerms, challenge: string) => ReturnType<typeof anonymousAnswer>,
    RegExp,
  ][] = [
    ["an answer to another challenge", (terms) => anonymousAnswer("other", terms, ring, secrets[0]!), /^invalid: /],
    [
      "an answer for another relay",
      (terms, challenge) => anonymousAnswer(challenge, terms, ring, secrets[0]!, { relay: "wss://evil.example" }),
      /^invalid: /,
    ],
    [
      "an old answer",
      (terms, challenge) => anonymousAnswer(challenge, terms, ring, secrets[0]!, { now: NOW - 3_600 }),
      /^invalid: /,
    ],
    [
      "a ring of one's own",
      (terms, challenge) => {
        const other = memberRing(5);
        return anonymousAnswer(challenge, terms, other.ring, other.secrets[0]!);
      },
      /^restricted: /,
    ],
    [
      "no scope",
      (terms, challenge) => anonymousAnswer(challenge, terms, ring, secrets[0]!, { scope: "none" }),
      /^restricted: the proof does not admit/,
    ],
    [
      "another scope",
      (terms, challenge) =>
        anonymousAnswer(challenge, terms, ring, secrets[0]!, { scope: { app: { origin: RELAY, text: "auth/1" } } }),
      /^restricted: the proof does not admit/,
    ],
    [
      "somebody else's proof under one's own key",
      (terms, challenge) => forged(anonymousAnswer(challenge, terms, ring, secrets[0]!)),
      /^restricted: the proof does not admit/,
    ],
    [
      "a signature that does not hold",
      (terms, challenge) => ({ ...anonymousAnswer(challenge, terms, ring, secrets[0]!), sig: "ab".repeat(64) }),
      /^invalid: the signature/,
    ],
  ];
  test("each with its reason, and nobody is let in", async () => {
    const { it, terms } = await open();
    await using _ = it;
    for (const [title, make, reason] of cases) {
      const client = await it.client();
      expect(await answer(client, make(terms, await challengeOf(client))), title).toMatch(reason);
      expect((await client.ask({})).closed, title).toMatch(/^auth-required: /);
    }
  });

  test("a proof that was good elsewhere: on another connection, and at another relay", async () => {
    const [first, second] = [await open(), await open({ urls: ["wss://second.example"] })];
    await using _ = first.it;
    await using __ = second.it;
    const [mine, thief, elsewhere] = [await first.it.client(), await first.it.client(), await second.it.client()];
    const good = anonymousAnswer(await challengeOf(mine), first.terms, ring, secrets[1]!);
    expect(await answer(mine, good)).toBe("");
    expect(await answer(thief, good)).toMatch(/^invalid: this answers another challenge/);
    expect(await answer(elsewhere, good)).toMatch(/^invalid: /);
    // A relay that passes on a challenge as its own gets an answer that names it.
    const lured = anonymousAnswer(await challengeOf(elsewhere), first.terms, ring, secrets[1]!);
    expect(await answer(elsewhere, lured)).toMatch(/^invalid: this answer is for another relay/);
  });

  test("a member's own key beside his anonymity", async () => {
    const { it, terms } = await open();
    await using _ = it;
    const client = await it.client();
    const challenge = await challengeOf(client);
    expect(await answer(client, anonymousAnswer(challenge, terms, ring, secrets[0]!))).toBe("");
    const tags = [
      ["relay", RELAY],
      ["challenge", challenge],
    ];
    const named = person(secrets[0]!).sign({ kind: 22_242, created_at: NOW, tags, content: "" });
    expect(await answer(client, named)).toMatch(/^restricted: this connection is anonymous/);
  });
});

test("PROOF-14: one member is one pseudonym for a day: over two connections he has one allowance", async () => {
  const { it, terms } = await open({ eventsPerMinutePerAnonymous: 3 });
  await using _ = it;
  const admitted = async (index: number): Promise<Client> => {
    const client = await it.client();
    const mine = anonymousAnswer(await challengeOf(client), terms, ring, secrets[index]!, { now: clocks.now });
    expect(await answer(client, mine)).toBe("");
    return client;
  };
  const [one, same, other] = [await admitted(0), await admitted(0), await admitted(1)];
  for (const client of [one, same, one]) expect((await client.publish(note(`${Math.random()}`))).accepted).toBe(true);
  expect((await one.publish(note("a"))).reason).toMatch(/^rate-limited: /);
  expect((await same.publish(note("b"))).reason).toMatch(/^rate-limited: /);
  expect((await other.publish(note("c"))).accepted).toBe(true);
  // The next day he is somebody else, and yesterday's admission is over.
  clocks.now = NOW + 86_400 + 601;
  try {
    expect((await one.publish(note("d"))).reason).toMatch(/^auth-required: /);
    expect((await (await admitted(0)).publish(note("e"))).accepted).toBe(true);
  } finally {
    clocks.now = NOW;
  }
});

test("PROOF-14: a flood of forged proofs from many connections delays neither an event nor another member", async () => {
  const { it, terms } = await open();
  await using _ = it;
  const member = await it.client();
  const author = await it.client();
  expect(await answer(author, anonymousAnswer(await challengeOf(author), terms, ring, secrets[3]!))).toBe("");
  const flooders = await Promise.all(Array.from({ length: 40 }, () => it.client()));
  for (const flooder of flooders) {
    const bad = forged(anonymousAnswer(await challengeOf(flooder), terms, ring, secrets[0]!));
    // Once each is judged; while it is, the others are refused unjudged.
    for (let i = 0; i < 50; i++) flooder.send("AUTH", bad);
  }
  expect(await answer(member, anonymousAnswer(await challengeOf(member), terms, ring, secrets[4]!))).toBe("");
  for (let i = 0; i < 20; i++) expect((await author.publish(note(`${i}`))).accepted).toBe(true);
  for (const flooder of flooders) {
    const answers = (): number => flooder.frames.filter(([verb]) => verb === "OK").length;
    while (answers() < 50 && flooder.closed === undefined) await new Promise((done) => setTimeout(done, 5));
    expect(flooder.frames.some(([verb, , accepted]) => verb === "OK" && accepted === true)).toBe(false);
  }
});

test("PROOF-14: four forged proofs end a connection", async () => {
  const { it, terms } = await open();
  await using _ = it;
  const client = await it.client();
  const challenge = await challengeOf(client);
  for (let i = 0; i < 4; i++) {
    expect(await answer(client, forged(anonymousAnswer(challenge, terms, ring, secrets[0]!)))).toMatch(/^restricted: /);
  }
  while (client.closed === undefined) await new Promise((done) => setTimeout(done, 5));
  expect(client.closed.code).toBe(1008);
});

test("PROOF-14: a ring that is none, or a relay without an address of its own, does not start", async () => {
  const start = (config: Partial<Config>): Promise<unknown> => RelayUnderTest.open({ anonymous: curve, config });
  await expect(start({ anonymousRing: keys })).rejects.toThrow(/set urls or --url/);
  await expect(start({ urls: [RELAY], anonymousRing: keys.slice(0, 2) })).rejects.toThrow(/3 to 1,000 keys/);
  await expect(start({ urls: [RELAY], anonymousRing: [...keys, keys[0]!] })).rejects.toThrow(/twice/);
  await expect(start({ urls: [RELAY], anonymousRing: [...keys, "f".repeat(64)] })).rejects.toThrow(/no ring/);
});
