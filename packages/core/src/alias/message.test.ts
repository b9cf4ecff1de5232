import { describe, expect, test } from "vitest";
import { OPEN, Player, T0 } from "../../test/alias-cast.ts";
import { type PubkeyHex, toHex } from "../bytes.ts";
import { nobleCurve as curve } from "../curve/noble.ts";
import { signEvent, toRumor, type VerifiedEvent } from "../nostr/event.ts";
import { encryptNip04 } from "../nostr/nip04.ts";
import type { Fact } from "./fact.ts";
import { leaksOf, mannerFor, PLAIN_LEAKS } from "./manner.ts";
import { type KnownPair, readMessage, writeMessage } from "./message.ts";
import { readPlain } from "./read-exchange.ts";
import { subscriptionsFor } from "./subscriptions.ts";
import { wrapTo } from "./wrap-to.ts";

const alice = new Player("alice");
const bob = new Player("bob");
const mallory = new Player("mallory");
const [aliceAlias, bobAlias] = [alice.knows(bob), bob.knows(alice)];
const aliceToMallory = alice.knows(mallory);
const malloryAlias = mallory.knows(alice);
const isPair: KnownPair = (mine, theirs) =>
  [aliceAlias + bobAlias, bobAlias + aliceAlias, aliceToMallory + malloryAlias].includes(mine + theirs);

const SEALED = { mode: "sealed", cipher: "nip44" } as const;
const PLAIN = { mode: "plain", cipher: "nip04" } as const;
const aliceKey = alice.alias(bob).secret;
const replyTo = toRumor({ kind: 1, created_at: T0, tags: [], content: "" }, alice.pubkey).id;
const hello = { text: "hello 🌹", to: bobAlias, now: T0, replyTo };

describe("messages between aliases", () => {
  test("sealed: kind 14 between the aliases, one wrap for the peer and one for ourselves", () => {
    const [toPeer, toSelf] = writeMessage(hello, aliceKey, SEALED, alice.random, curve) as [
      VerifiedEvent,
      VerifiedEvent,
    ];
    const message = { text: "hello 🌹", at: T0, form: "kind-14", replyTo };
    const atBob = readMessage(toPeer, bob.keys, isPair, curve);
    expect(atBob).toMatchObject({ ok: true, message: { ...message, by: "peer", peer: alice.pubkey } });
    const atAlice = readMessage(toSelf, alice.keys, isPair, curve);
    expect(atAlice).toMatchObject({ ok: true, message: { ...message, by: "me", peer: bob.pubkey } });
    expect(atBob.ok && atAlice.ok && atBob.message.id === atAlice.message.id).toBe(true);
    expect([toPeer, toSelf].map(({ kind, tags }) => [kind, tags])).toEqual([
      [1059, [["p", bobAlias]]],
      [1059, [["p", aliceAlias]]],
    ]);
  });

  test("plain, to a 0xchat-v1 peer: kind 4 between the aliases, read from both ends", () => {
    const [event] = writeMessage(hello, aliceKey, PLAIN, alice.random, curve) as [VerifiedEvent];
    expect([event.kind, event.pubkey, event.tags[0]]).toEqual([4, aliceAlias, ["p", bobAlias]]);
    expect(readMessage(event, bob.keys, isPair, curve)).toMatchObject({
      ok: true,
      message: { text: "hello 🌹", by: "peer" },
    });
    expect(readMessage(event, alice.keys, isPair, curve)).toMatchObject({
      ok: true,
      message: { by: "me", form: "kind-4" },
    });
  });

  test("wrong-author: somebody else than the peer of this conversation, in both forms", () => {
    const key = mallory.alias(alice).secret;
    const rumor = toRumor({ kind: 14, created_at: T0, tags: [["p", aliceAlias]], content: "I am Bob" }, malloryAlias);
    const wrapped = wrapTo(rumor, key, aliceAlias, T0, [], mallory.random, curve);
    expect(readMessage(wrapped, alice.keys, isPair, curve)).toEqual({ ok: false, reason: "wrong-author" });
    const content = encryptNip04("I am Bob", key, aliceAlias, new Uint8Array(16), curve);
    const direct = signEvent(
      { kind: 4, created_at: T0, tags: [["p", aliceAlias]], content },
      key,
      new Uint8Array(32),
      curve,
    );
    expect(readMessage(direct, alice.keys, isPair, curve)).toEqual({ ok: false, reason: "wrong-author" });
  });

  test("wrong-author: a rumor that was written for another alias, sealed again for this one", () => {
    const rumor = toRumor({ kind: 14, created_at: T0, tags: [["p", aliceToMallory]], content: "for Alice" }, bobAlias);
    const wrapped = wrapTo(rumor, bob.alias(alice).secret, aliceAlias, T0, [], bob.random, curve);
    expect(readMessage(wrapped, alice.keys, isPair, curve)).toEqual({ ok: false, reason: "wrong-author" });
  });

  test("not-for-us, not-a-message, wrap and decrypt", () => {
    const [toPeer] = writeMessage(hello, aliceKey, SEALED, alice.random, curve) as [VerifiedEvent];
    expect(readMessage(toPeer, mallory.keys, isPair, curve)).toEqual({ ok: false, reason: "not-for-us" });
    const reaction = toRumor({ kind: 7, created_at: T0, tags: [["p", bobAlias]], content: "+" }, aliceAlias);
    const wrapped = wrapTo(reaction, aliceKey, bobAlias, T0, [], alice.random, curve);
    expect(readMessage(wrapped, bob.keys, isPair, curve)).toEqual({ ok: false, reason: "not-a-message" });
    const template = { created_at: T0, tags: [["p", bobAlias]], content: "nonsense" };
    const signed = (kind: number): VerifiedEvent =>
      signEvent({ ...template, kind }, aliceKey, new Uint8Array(32), curve);
    expect(readMessage(signed(1059), bob.keys, isPair, curve)).toEqual({ ok: false, reason: "wrap" });
    expect(readMessage(signed(4), bob.keys, isPair, curve)).toEqual({ ok: false, reason: "decrypt" });
    expect(readMessage({ ...signed(4), kind: 4 } as VerifiedEvent, mallory.keys, isPair, curve).ok).toBe(false);
  });
});

describe("ALIAS-3: the manner of writing", () => {
  const event = { id: "1".repeat(64), alias: "a", at: T0, cipher: "nip04" } as const;
  const fact = { kind: "request", by: "peer", variant: "bound", ...event } as unknown as Fact;

  test("sealed by default, plain to 0xchat-v1, NIP-44 there only when the peer has shown that he reads it", () => {
    const old = { ...fact, variant: "0xchat-v1" } as Fact;
    expect(mannerFor([])).toEqual(SEALED);
    expect(mannerFor([fact])).toEqual(SEALED);
    expect(mannerFor([old])).toEqual(PLAIN);
    expect(mannerFor([old, { ...fact, cipher: "nip44" } as Fact])).toEqual({ mode: "plain", cipher: "nip44" });
    expect(mannerFor([{ ...old, by: "me" } as Fact])).toEqual(SEALED);
    expect(mannerFor([], "plain")).toEqual(PLAIN);
    expect(mannerFor([old], "sealed")).toEqual(SEALED);
  });

  test("A-02: what plain gives away is said in sentences, and sealed gives nothing of it", () => {
    expect(leaksOf(PLAIN).map(({ leak }) => leak)).toContain("peer-alias");
    expect(leaksOf(SEALED)).toEqual([]);
    for (const { sentence } of PLAIN_LEAKS) expect(sentence).toMatch(/^[A-Z].+\.$/);
  });
});

test("aliases are never subscribed to on the socket of the real key, nor on each other's", () => {
  const subscriptions = subscriptionsFor(alice.pubkey, alice.keys.aliases());
  expect(new Set(subscriptions.map(({ identity }) => identity)).size).toBe(subscriptions.length);
  for (const { identity, filters } of subscriptions) {
    for (const filter of filters) expect(filter["#p"]).toEqual([identity]);
  }
  expect(subscriptions[0]?.filters.map(({ kinds }) => kinds)).toEqual([[10_100], [1_059]]);
  // Asked for together with others, a relay that guards them would leave them out and not say so.
  for (const { kinds } of subscriptions.flatMap(({ filters }) => filters)) {
    expect(new Set(kinds.map((kind) => [4, 1_059].includes(kind))).size).toBe(1);
  }
});

test("a request in plain mode says nothing of its author's real key outside the ciphertext", () => {
  const rumor = alice.write(bob, { kind: "request", to: bob.pubkey, created_at: T0, content: "x" }, "nip04");
  const event = signEvent(rumor, aliceKey, new Uint8Array(32), curve);
  expect(JSON.stringify({ ...event })).not.toContain(alice.pubkey);
  expect(readPlain(event, bob.keys, OPEN, curve)).toMatchObject({ ok: true, peer: alice.pubkey });
  expect(toHex(aliceKey.pubkey) as PubkeyHex).toBe(event.pubkey);
});
