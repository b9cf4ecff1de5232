import { expect, test } from "vitest";
import { OPEN, Player, T0 } from "../../test/alias-cast.ts";
import { nobleCurve as curve } from "../curve/noble.ts";
import { toRumor, type VerifiedEvent } from "../nostr/event.ts";
import { sealExchange } from "./exchange.ts";
import { readInbox } from "./inbox.ts";
import { writeMessage } from "./message.ts";
import { OpenedWrap } from "./opened-wrap.ts";
import { wrapSessionEvent, writeSessionEvent } from "./oxchat-v2.ts";
import { readOpened } from "./read-exchange.ts";
import { wrapTo } from "./wrap-to.ts";

const alice = new Player("alice");
const bob = new Player("bob");
const [aliceAlias, bobAlias] = [alice.knows(bob), bob.knows(alice)];
const { secret: aliceKey } = alice.alias(bob);
const policy = { ...OPEN, isPair: (mine: string, theirs: string) => mine + theirs === bobAlias + aliceAlias };
const read = (wrapped: VerifiedEvent) => readInbox(wrapped, bob.keys, policy, curve);

const request = alice.write(bob, { kind: "request", to: bob.pubkey, created_at: T0, content: "hello" });
const { toPeer: asked } = sealExchange(request, { real: alice.real, alias: aliceKey }, T0, alice.random, curve);

test("a wrap is read as the alias event, the message or the session event that it holds", () => {
  expect(read(asked)).toMatchObject({ kind: "exchange", exchange: { peer: alice.pubkey, words: "hello" } });
  const template = { text: "hi", to: bobAlias, now: T0 };
  const [message] = writeMessage(template, aliceKey, { mode: "sealed", cipher: "nip44" }, alice.random, curve);
  expect(read(message!)).toMatchObject({ kind: "message", message: { text: "hi", by: "peer" } });
  const session = { kind: "request", to: bob.pubkey, created_at: T0, alias: aliceAlias, settings: {} } as const;
  const { toPeer } = wrapSessionEvent(writeSessionEvent(session, alice.real), alice.real, T0, alice.random, curve);
  expect(read(toPeer)).toMatchObject({ kind: "session", event: { from: alice.pubkey, alias: aliceAlias } });
});

test("what is for another key, or of another protocol, is refused", () => {
  const wrapped = (kind: number, to = bob.pubkey): VerifiedEvent => {
    const rumor = toRumor({ kind, created_at: T0, tags: [["p", to]], content: "x" }, alice.pubkey);
    return wrapTo(rumor, alice.real, to, T0, [], alice.random, curve);
  };
  expect(read(wrapped(400))).toEqual({ kind: "refused", reason: "not-an-exchange" });
  expect(read(wrapped(14))).toEqual({ kind: "refused", reason: "not-for-us" });
  expect(read(wrapped(14, bobAlias))).toEqual({ kind: "refused", reason: "wrong-author" });
  expect(read(wrapped(10_104))).toEqual({ kind: "refused", reason: "form" });
  expect(read(wrapped(10_104, bobAlias))).toEqual({ kind: "refused", reason: "not-for-us" });
  expect(read(wrapped(14, new Player("carol").pubkey))).toEqual({ kind: "refused", reason: "not-for-us" });
});

test("an opened wrap can't be made from a rumor that nobody sealed: a copy is refused by the compiler and at run time", () => {
  const verdict = OpenedWrap.open(asked, bob.keys, curve);
  expect(verdict.ok && OpenedWrap.is(verdict.opened)).toBe(true);
  const forged = { rumor: request, recipient: bob.pubkey };
  expect(OpenedWrap.is(forged)).toBe(false);
  // @ts-expect-error the private member is missing
  const unread = (): unknown => readOpened(forged, bob.keys, policy, curve);
  expect(unread).toBeTypeOf("function");
});
