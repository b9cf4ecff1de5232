/** PROOF-9: the relay's word on proofs: as labels under its own key, in searches, and never in anybody's way. */

import { randomFillSync } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toHex } from "@subrosa/core/bytes";
import { plain, type SignedEvent, VerifiedEvent } from "@subrosa/core/nostr/event";
import { readRelayVerdict } from "@subrosa/core/proof/relay-verdict";
import { drawMemberKeys, openSigningRing, planMemberEvent, signMemberEvent } from "@subrosa/core/proof/sign";
import type { Ring } from "@subrosa/core/ring/ring";
import { RingShelf } from "@subrosa/core/ring/ring-shelf";
import { Secret } from "@subrosa/core/secret";
import { openCurve } from "@subrosa/curve/open-curve";
import { describe, expect, test } from "vitest";
import { Court } from "../../src/proofs/court.ts";
import { stepwiseJudge } from "../../src/proofs/proof-judge.ts";
import { RelayKey } from "../../src/proofs/relay-key.ts";
import { openLmdbStore } from "../../src/store/lmdb-store.ts";
import { verifierOf } from "../../src/verify/verifier.ts";
import type { Client } from "../client.ts";
import { admit, event, NOW } from "../events.ts";
import { RelayUnderTest } from "../relay-under-test.ts";

const curve = openCurve();
const random = (length: number): Uint8Array => randomFillSync(new Uint8Array(length));
const member = Secret.from(random(32), curve);

function ringOf(size: number): Ring {
  const others = Array.from({ length: size - 1 }, () => toHex(Secret.from(random(32), curve).pubkey));
  const opening = openSigningRing([toHex(member.pubkey), ...others], curve);
  if (!opening.ok) throw new Error(opening.reason);
  return opening.ring;
}

function speak(ring: Ring, content: string): SignedEvent {
  const template = { kind: 1, created_at: NOW, tags: [["t", "said"]], content };
  return plain(signMemberEvent(planMemberEvent(template, ring), drawMemberKeys(member, random)));
}

/** A right event with a proof that was made for another one. */
function borrow(ring: Ring): SignedEvent {
  const proof = speak(ring, "something else").tags.find(([name]) => name === "group-member-proof")!;
  const secret = Secret.from(random(32), curve);
  const key = new RelayKey(secret, curve);
  return key.sign({ kind: 1, created_at: NOW, tags: [["t", "said"], proof], content: "not mine" });
}

const relayKey = (): RelayKey => new RelayKey(Secret.from(random(32), curve), curve);

async function labelFor(client: Client, name: string, about: string): Promise<SignedEvent> {
  const [, , label] = await client.wait(
    ([verb, of, it]) =>
      verb === "EVENT" && of === name && (it as SignedEvent).tags.some((tag) => tag[0] === "e" && tag[1] === about),
  );
  return label as SignedEvent;
}

test("a good proof is labelled verified and found by searching; a bad one is labelled invalid and is not", async () => {
  const key = relayKey();
  await using it = await RelayUnderTest.open({ verifier: verifierOf(curve), proofs: { key, curve } });
  const [writer, reader] = [await it.client(), await it.client()];
  const { name: labels } = await reader.ask({ kinds: [1985], authors: [key.pubkey] });
  const { name: live } = await reader.ask({ search: "proof:verified", limit: 0 });
  const [ring, other] = [ringOf(3), ringOf(4)];
  const [good, second, bad, none] = [
    speak(ring, "good"),
    speak(other, "second"),
    borrow(ring),
    event({ content: "no proof" }),
  ];
  for (const each of [good, second, bad]) expect(await writer.publish(each)).toEqual({ accepted: true, reason: "" });
  await writer.publish(none);

  for (const [about, label] of [
    [good, "verified"],
    [second, "verified"],
    [bad, "invalid"],
  ] as const) {
    const verdict = VerifiedEvent.check(await labelFor(reader, labels, about.id), curve);
    if (!verdict.ok) throw new Error("the label is not signed");
    expect(readRelayVerdict(verdict.event, key.pubkey as never)).toEqual({ event: about.id, label });
  }
  expect(reader.events(live).sort()).toEqual([good.id, second.id].sort());

  const found = async (filter: object): Promise<string[]> => (await reader.ask(filter)).ids.sort();
  expect(await found({ search: "proof:verified" })).toEqual([good.id, second.id].sort());
  expect(await found({ search: `ring:${ring.name}` })).toEqual([good.id]);
  expect(await found({ search: `proof:verified ring:${other.name}`, kinds: [1] })).toEqual([second.id]);
  expect(await found({ search: "proof:verified", kinds: [7] })).toEqual([]);
  expect(await found({ search: "proof:verified", "#t": ["said"], authors: [good.pubkey as string] })).toEqual([
    good.id,
  ]);
  expect(await found({ search: "proof:verified", ids: [bad.id, second.id] })).toEqual([second.id]);
  expect(await found({ search: `ring:${"0".repeat(64)}` })).toEqual([]);
  expect(await reader.count({ search: "proof:verified" })).toBe(2);
  expect((await reader.ask({ search: "roses" })).closed).toMatch(/^unsupported: /);

  const document = await (
    await fetch(`http://127.0.0.1:${it.relay.port}/`, { headers: { accept: "application/nostr+json" } })
  ).json();
  expect(document).toMatchObject({ self: key.pubkey, supported_nips: expect.arrayContaining([50, 97]) });
});

test("what is deleted is not found by its proof, and leaves nothing in the index", async () => {
  const dir = mkdtempSync(join(tmpdir(), "subrosa-proofs-"));
  try {
    const store = await openLmdbStore({ dir });
    const it = admit(speak(ringOf(3), "soon gone"));
    await store.append([it], NOW);
    expect(await store.setVerdict(it.event.id, "ab".repeat(32))).toBe(true);
    expect(await store.setVerdict(event().id, "ab".repeat(32))).toBe(false);
    await store.remove([it.event.id], false);
    for await (const fault of store.check()) expect(fault).toBe("");
    await store.close();
  } finally {
    rmSync(dir, { recursive: true });
  }
});

test("a relay that judges no proofs says so", async () => {
  await using it = await RelayUnderTest.open();
  const client = await it.client();
  expect((await client.ask({ search: "proof:verified" })).closed).toMatch(/^unsupported: /);
});

describe("cost", () => {
  test("while a proof of 1,000 members is judged, other events are answered", async () => {
    const key = relayKey();
    await using it = await RelayUnderTest.open({ verifier: verifierOf(curve), proofs: { key, curve } });
    const [writer, reader] = [await it.client(), await it.client()];
    const { name } = await reader.ask({ kinds: [1985] });
    const heavy = speak(ringOf(1_000), "heavy");
    await writer.publish(heavy);
    const author = relayKey();
    let answeredBefore = 0;
    for (let i = 0; i < 5; i++) {
      const light = author.sign({ kind: 1, created_at: NOW, tags: [], content: String(i) });
      expect((await writer.publish(light)).accepted).toBe(true);
      if (reader.events(name).length === 0) answeredBefore++;
    }
    await labelFor(reader, name, heavy.id);
    expect(answeredBefore).toBeGreaterThan(0);
  });

  test("the court's queue is bounded, and closing ends it", async () => {
    const court = new Court(stepwiseJudge(new RingShelf(curve)), () => {});
    const it = speak(ringOf(3), "again");
    const judgements = Array.from({ length: 10_050 }, () => court.judge(it, "label"));
    expect(await judgements.at(-1)).toBeUndefined();
    expect(await judgements[0]).toMatchObject({ ok: true });
    court.close();
    expect((await Promise.all(judgements)).filter((judgement) => judgement === undefined).length).toBeGreaterThan(40);
    expect(await court.judge(it, "label")).toBeUndefined();
  });
});

describe("the relay's key", () => {
  test("is made once, readable by its owner alone, and the same afterwards", () => {
    const dir = mkdtempSync(join(tmpdir(), "subrosa-key-"));
    const path = join(dir, "deep", "relay.key");
    const first = RelayKey.open(path, curve);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(RelayKey.open(path, curve).pubkey).toBe(first.pubkey);
    expect(JSON.stringify(first)).not.toContain(readFileSync(path, "utf8"));
    writeFileSync(path, "not a key");
    expect(() => RelayKey.open(path, curve)).toThrow("usage/secret");
    rmSync(dir, { recursive: true });
  });
});

test("a template's placeholder is not a proof to be judged good", async () => {
  const key = relayKey();
  await using it = await RelayUnderTest.open({ verifier: verifierOf(curve), proofs: { key, curve } });
  const client = await it.client();
  const { name } = await client.ask({ kinds: [1985] });
  const author = relayKey();
  const placeholder = author.sign({
    kind: 1,
    created_at: NOW,
    tags: [["group-member-proof", "", key.pubkey, author.pubkey]],
    content: "",
  });
  await client.publish(placeholder);
  const label = await labelFor(client, name, placeholder.id);
  expect(label.tags).toContainEqual(["l", "invalid", "group-member-proof"]);
});
