import { describe, expect, test } from "vitest";
import { Player, randomFrom, T0 } from "../../test/alias-cast.ts";
import { type EventId, type PubkeyHex, toHex } from "../bytes.ts";
import { nobleCurve as curve } from "../curve/noble.ts";
import { sha256 } from "../hash.ts";
import { type EventTemplate, toRumor } from "../nostr/event.ts";
import { deriveAlias } from "./derive.ts";
import {
  readSessionEvent,
  type SessionEvent,
  type SessionTemplate,
  wrapSessionEvent,
  writeSessionEvent,
} from "./oxchat-v2.ts";
import {
  FIRST_SESSION_INDEX,
  readSessionMessage,
  sessionKey,
  sessionOf,
  writeSessionMessage,
} from "./oxchat-v2-session.ts";
import { wrapTo } from "./wrap-to.ts";

const alice = new Player("alice");
const bob = new Player("bob");
const random = randomFrom("oxchat-v2");
const aliasIn = (who: Player, peer: Player, n: number) =>
  deriveAlias(who.real, peer.pubkey, FIRST_SESSION_INDEX + n, curve);
const hexOf = (secret: { readonly pubkey: Uint8Array }): PubkeyHex => toHex(secret.pubkey) as PubkeyHex;
const [a0, a1, b0] = [aliasIn(alice, bob, 0), aliasIn(alice, bob, 1), aliasIn(bob, alice, 0)];

const settings = { expiration: T0 + 86_400, interval: 3_600, r: "wss://relay.example" };
const request = writeSessionEvent(
  { kind: "request", to: bob.pubkey, created_at: T0, alias: hexOf(a0), settings },
  alice.real,
);
const session = request.id;

function sent(from: Player, to: Player, template: SessionTemplate): SessionEvent {
  const { toPeer, toSelf } = wrapSessionEvent(writeSessionEvent(template, from.real), from.real, T0, random, curve);
  const [theirs, ours] = [readSessionEvent(toPeer, to.keys, curve), readSessionEvent(toSelf, from.keys, curve)];
  if (!theirs.ok || !ours.ok) throw new Error("not read");
  expect(ours).toEqual(theirs);
  return theirs.event;
}
const ask = sent(alice, bob, { kind: "request", to: bob.pubkey, created_at: T0, alias: hexOf(a0), settings });
const reply = { to: alice.pubkey, session };
const accept = sent(bob, alice, { kind: "accept", ...reply, created_at: T0 + 1, alias: hexOf(b0) });
const reject = sent(bob, alice, { kind: "reject", ...reply, created_at: T0 + 1 });
const update = sent(alice, bob, { kind: "update", to: bob.pubkey, session, created_at: T0 + 2, alias: hexOf(a1) });
const close = sent(bob, alice, { kind: "close", ...reply, created_at: T0 + 3 });

describe("A-15: the form that 0xchat writes today", () => {
  test("a request has the alias in the third place of its p tag, and its settings as JSON", () => {
    expect(request.tags).toEqual([["p", bob.pubkey, hexOf(a0)]]);
    expect(JSON.parse(request.content)).toEqual(settings);
    expect(ask).toMatchObject({ kind: "request", session, from: alice.pubkey, alias: hexOf(a0), settings });
    const bare = writeSessionEvent(
      { kind: "request", to: bob.pubkey, created_at: T0, alias: hexOf(a0), settings: {} },
      alice.real,
    );
    expect(bare.content).toBe("");
  });

  test("the others name the session in e, and say nothing else", () => {
    const shapes: [SessionTemplate, number, string[][]][] = [
      [{ kind: "accept", ...reply, created_at: T0, alias: hexOf(b0) }, 10_101, [["p", alice.pubkey, hexOf(b0)]]],
      [{ kind: "reject", ...reply, created_at: T0 }, 10_102, [["p", alice.pubkey]]],
      [{ kind: "close", ...reply, created_at: T0 }, 10_103, [["p", alice.pubkey]]],
      [{ kind: "update", ...reply, created_at: T0, alias: hexOf(b0) }, 10_104, [["p", alice.pubkey, hexOf(b0)]]],
    ];
    for (const [template, kind, p] of shapes) {
      const rumor = writeSessionEvent(template, bob.real);
      expect([rumor.kind, rumor.tags, rumor.content]).toEqual([kind, [...p, ["e", session]], ""]);
    }
  });

  test("refused: missing alias, missing session, settings that are no JSON, strangers' affairs, oneself", () => {
    const p = ["p", bob.pubkey, hexOf(a0)];
    const fault = (template: Partial<EventTemplate>, author = alice): unknown => {
      const rumor = toRumor({ kind: 10_100, created_at: T0, tags: [p], content: "", ...template }, author.pubkey);
      const read = readSessionEvent(wrapTo(rumor, author.real, bob.pubkey, T0, [], random, curve), bob.keys, curve);
      return read.ok ? read.event.kind : read.reason;
    };
    expect(fault({})).toBe("request");
    expect(fault({ tags: [["p", bob.pubkey]] })).toBe("form");
    expect(fault({ tags: [] })).toBe("form");
    expect(fault({ kind: 10_101 })).toBe("form");
    expect(
      fault({
        kind: 10_104,
        tags: [
          ["p", bob.pubkey],
          ["e", session],
        ],
      }),
    ).toBe("form");
    expect(fault({ content: "{" })).toBe("form");
    expect(fault({ content: "hello" })).toBe("form");
    expect(fault({ kind: 1 })).toBe("not-an-exchange");
    expect(fault({ tags: [["p", new Player("carol").pubkey, hexOf(a0)]] })).toBe("not-for-us");
    expect(fault({}, bob)).toBe("own-key");
  });

  test("not-for-us: what is addressed to somebody else", () => {
    const { toPeer } = wrapSessionEvent(request, alice.real, T0, random, curve);
    expect(readSessionEvent(toPeer, new Player("carol").keys, curve)).toEqual({ ok: false, reason: "not-for-us" });
  });
});

describe("a session is a function of the set of its events", () => {
  const [mine, theirs] = [hexOf(a0), hexOf(b0)];
  const at = { me: alice.pubkey, now: T0 + 10 };
  const table: [string, SessionEvent[], object][] = [
    ["nothing", [], { kind: "unknown" }],
    ["an answer to nothing", [accept], { kind: "unknown" }],
    ["a request", [ask], { kind: "requested" }],
    ["an acceptance", [ask, accept], { kind: "active", mine, theirs }],
    ["on a tie the reject", [ask, accept, reject], { kind: "rejected" }],
    ["a later acceptance", [ask, { ...accept, at: T0 + 9 }, reject], { kind: "active", mine, theirs }],
    ["a new alias", [ask, accept, update], { kind: "active", mine: hexOf(a1), theirs }],
    ["a close, for good", [ask, accept, update, close, { ...accept, at: T0 + 9 }], { kind: "closed" }],
    ["an event ahead of time", [ask, { ...accept, at: T0 + 911 }], { kind: "requested" }],
    ["the asker accepting himself", [ask, { ...accept, from: alice.pubkey, to: bob.pubkey }], { kind: "requested" }],
    ["a stranger closing", [ask, { ...close, from: new Player("carol").pubkey }], { kind: "requested" }],
  ];

  test.each(table)("%s", (_title, events, expected) => {
    expect(sessionOf(session, events, at)).toEqual(expected);
    expect(sessionOf(session, [...events].reverse(), at)).toEqual(expected);
  });

  test("the other side sees the same from there", () => {
    const there = { me: bob.pubkey, now: T0 + 10 };
    expect(sessionOf(session, [ask], there)).toEqual({ kind: "requested-by-peer" });
    expect(sessionOf(session, [accept, ask], there)).toEqual({ kind: "active", mine: theirs, theirs: mine });
  });
});

describe("messages of a session", () => {
  const key = sessionKey(a0, hexOf(b0), curve);
  const people = [alice.pubkey, bob.pubkey] as const;

  test("the key is SHA-256 of the x of the two aliases' ECDH, the same from both sides", () => {
    const x = curve.ecdh(a0.expose(), b0.pubkey)!;
    expect(hexOf(key)).toBe(toHex(curve.baseMultiply(sha256(x)).slice(1)));
    expect(hexOf(sessionKey(b0, hexOf(a0), curve))).toBe(hexOf(key));
  });

  test("kind 14 by the real key, sealed to the session and wrapped by it, as that app does", () => {
    const wrapped = writeSessionMessage(
      { text: "hi", to: bob.pubkey, now: T0 },
      { real: alice.real, session: key },
      random,
      curve,
    );
    expect([wrapped.kind, wrapped.pubkey, wrapped.tags]).toEqual([1059, hexOf(key), [["p", hexOf(key)]]]);
    expect(readSessionMessage(wrapped, key, people, curve)).toMatchObject({ from: alice.pubkey, text: "hi", at: T0 });
    expect(readSessionMessage(wrapped, sessionKey(a1, hexOf(b0), curve), people, curve)).toBeUndefined();
  });

  test("a message of somebody who is not in the session is none", () => {
    const mallory = new Player("mallory");
    const keys = { real: mallory.real, session: key };
    const wrapped = writeSessionMessage({ text: "hi", to: bob.pubkey, now: T0 }, keys, random, curve);
    expect(readSessionMessage(wrapped, key, people, curve)).toBeUndefined();
  });
});

test("A-11: an alias can be replaced without a new exchange, and sessions never use an index of draft 3", () => {
  expect(FIRST_SESSION_INDEX).toBeGreaterThan(1_000_000);
  expect(hexOf(a0)).not.toBe(hexOf(a1));
  const newKey = sessionKey(a1, hexOf(b0), curve);
  expect(hexOf(newKey)).not.toBe(hexOf(sessionKey(a0, hexOf(b0), curve)));
  expect(sessionOf("0".repeat(64) as EventId, [ask], { me: alice.pubkey, now: T0 })).toEqual({ kind: "unknown" });
});
