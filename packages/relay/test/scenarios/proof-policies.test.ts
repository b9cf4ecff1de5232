/** PROOF-9: proofs judged after or before an event is stored, in a thread of their own; large ones hold nobody up. */
import { plain, type SignedEvent } from "@subrosa/core/nostr/event";
import { drawMemberKeys, planMemberEvent, signMemberEvent } from "@subrosa/core/proof/sign";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Config } from "../../src/config.ts";
import { PoolJudge } from "../../src/proofs/pool-judge.ts";
import type { ProofJudge } from "../../src/proofs/proof-judge.ts";
import { verifierOf } from "../../src/verify/verifier.ts";
import type { Client } from "../client.ts";
import { NOW } from "../events.ts";
import { curve, forged, memberRing, person, random } from "../member.ts";
import { bundle } from "../process.ts";
import { RelayUnderTest } from "../relay-under-test.ts";

const small = memberRing(5);
const LARGE = 1_000;
const large = memberRing(LARGE);
let program: Awaited<ReturnType<typeof bundle>>;
beforeAll(async () => {
  program = await bundle("src/cli.ts");
});
afterAll(() => program.remove());

const pool = (): ProofJudge =>
  new PoolJudge(new URL(`file://${program.path.replace("program.js", "proofs/worker.js")}`));

function speak({ ring, secrets }: ReturnType<typeof memberRing>, content: string, kind = 1): SignedEvent {
  const template = { kind, created_at: NOW, tags: [["t", "said"]], content };
  return plain(signMemberEvent(planMemberEvent(template, ring), drawMemberKeys(secrets[0]!, random)));
}

const open = (proofs: Config["proofs"], judge = pool()): Promise<RelayUnderTest> =>
  RelayUnderTest.open({ verifier: verifierOf(curve), proofs: { key: person(), curve }, judge, config: { proofs } });

const label = (client: Client, name: string, about: string): Promise<unknown> =>
  client.wait(
    ([verb, of, it]) =>
      verb === "EVENT" && of === name && (it as SignedEvent).tags.some((tag) => tag[0] === "e" && tag[1] === about),
    60_000,
  );

test("PROOF-9: judged before: only what holds is stored, delivered, labelled and found", async () => {
  await using it = await open("before");
  const [writer, reader] = [await it.client(), await it.client()];
  const { name } = await reader.ask({ kinds: [1, 20_001], limit: 0 });
  const { name: labels } = await reader.ask({ kinds: [1985], limit: 0 });
  const [good, fleeting] = [speak(small, "good"), speak(small, "fleeting", 20_001)];
  expect(await writer.publish(forged(good))).toEqual({
    accepted: false,
    reason: expect.stringMatching(/^invalid: the proof does not hold \(/),
  });
  expect((await writer.publish(forged(fleeting))).accepted).toBe(false);
  expect(await writer.publish(good)).toEqual({ accepted: true, reason: "" });
  expect((await writer.publish(fleeting)).accepted).toBe(true);
  expect((await writer.publish(person().sign({ kind: 1, created_at: NOW, tags: [], content: "none" }))).accepted).toBe(
    true,
  );
  await label(reader, labels, good.id);
  expect((await reader.ask({ search: `ring:${small.ring.name}` })).ids).toEqual([good.id]);
  expect(reader.events(name)).toEqual(expect.arrayContaining([good.id, fleeting.id]));
  expect(reader.events(name).length).toBe(3);
  expect(await reader.count({ kinds: [1] })).toBe(2);
});

describe("PROOF-9: a flood of proofs over rings of 1,000", () => {
  for (const proofs of ["before", "after"] as const) {
    test(`judged ${proofs}: others write, ask and hear as if it were not there`, async () => {
      await using it = await open(proofs);
      const [flooder, other, listener] = [await it.client(), await it.client(), await it.client()];
      const { name } = await listener.ask({ "#t": ["light"], limit: 0 });
      const heavy = speak(large, "heavy");
      const flood = Array.from({ length: 10 }, () => forged(heavy));
      for (const each of flood) flooder.send("EVENT", each);
      flooder.send("EVENT", heavy);
      const author = person();
      for (let i = 0; i < 8; i++) {
        const light = author.sign({ kind: 1, created_at: NOW, tags: [["t", "light"]], content: String(i) });
        expect((await other.publish(light)).accepted).toBe(true);
      }
      expect((await other.ask({ "#t": ["light"] })).ids.length).toBe(8);
      expect(new Set(listener.events(name)).size).toBe(8);
      // All this while proofs still waited: nobody's event stood behind them.
      const refused = flooder.frames.filter(([verb, , accepted]) => verb === "OK" && accepted === false).length;
      if (proofs === "before") expect(refused).toBeLessThan(flood.length);
    });
  }

  test("judged before: an honest proof comes in turn, not after everybody else's flood", async () => {
    await using it = await open("before");
    const [flooder, honest] = [await it.client(), await it.client()];
    const heavy = speak(large, "heavy");
    const flood = Array.from({ length: 10 }, () => forged(heavy));
    for (const each of flood) flooder.send("EVENT", each);
    await flooder.wait(([verb]) => verb === "OK", 60_000);
    expect((await honest.publish(speak(small, "in turn"))).accepted).toBe(true);
    expect(flooder.frames.filter(([verb]) => verb === "OK").length).toBeLessThan(flood.length);
  });
});

test("PROOF-9: a judge that fails is an error with a reason, and the relay goes on", async () => {
  const broken: ProofJudge = { judge: () => Promise.reject(new Error("the thread died")) };
  await using it = await open("before", broken);
  const client = await it.client();
  expect((await client.publish(speak(small, "unlucky"))).reason).toMatch(/^error: the proof could not be judged/);
  expect((await client.publish(person().sign({ kind: 1, created_at: NOW, tags: [], content: "" }))).accepted).toBe(
    true,
  );
});

test("PROOF-9: stopping answers what waits for a judgement", async () => {
  const never: ProofJudge = { judge: () => new Promise(() => {}), [Symbol.dispose]() {} };
  await using it = await open("before", never);
  const client = await it.client();
  const waiting = [speak(small, "one"), speak(small, "two")];
  for (const each of waiting) client.send("EVENT", each);
  await client.settle();
  const closing = it.relay.close();
  for (const each of waiting) {
    const [, , accepted, reason] = await client.wait(([verb, id]) => verb === "OK" && id === each.id);
    expect([accepted, reason]).toEqual([false, expect.stringMatching(/^error: /)]);
  }
  await closing;
});
