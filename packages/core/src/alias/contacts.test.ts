import { expect, test } from "vitest";
import { Player, randomFrom, T0 } from "../../test/alias-cast.ts";
import { type EventId, type PubkeyHex, toHex, utf8 } from "../bytes.ts";
import { nobleCurve as curve } from "../curve/noble.ts";
import { sha256 } from "../hash.ts";
import { signEvent, type VerifiedEvent } from "../nostr/event.ts";
import { ConversationKey, encrypt } from "../nostr/nip44.ts";
import { APP_DATA, CONTACTS, type Contact, mergeContacts, readContacts, writeContacts } from "./contacts.ts";
import type { Fact } from "./fact.ts";
import { relationOf } from "./relation.ts";

const alice = new Player("alice");
const random = randomFrom("contacts");
const hex = (name: string): string => toHex(sha256(utf8(name)));
const id = (name: string): EventId => hex(name) as EventId;
const key = (name: string): PubkeyHex => hex(name) as PubkeyHex;
const base = { at: T0, variant: "bound", cipher: "nip44" } as const;
const request = (name: string, alias: string): Fact => ({
  kind: "request",
  id: id(name),
  by: "me",
  alias: key(alias),
  ...base,
});
const accept = (name: string, to: string): Fact => ({
  ...{ kind: "accept", id: id(`yes ${name}`), by: "peer", alias: key("b0"), to: key(to), request: id(name), ...base },
});
const remove: Fact = { kind: "remove", id: id("end"), by: "me", alias: key("a0"), to: key("b0"), ...base };
const bob: Contact = {
  peer: key("bob"),
  facts: [request("r", "a0"), accept("r", "a0")],
  sessions: [{ id: id("session"), index: 0x8000_0000 }],
};
const write = (contacts: readonly Contact[]) => writeContacts(contacts, { real: alice.real, now: T0 }, random, curve);
const read = (event: VerifiedEvent) => readContacts(event, alice.real, curve);
const sorted = (contacts: readonly Contact[]) => mergeContacts(contacts, [], T0);

test("ALIAS-1: the list is kind 30078 with d subrosa/contacts, and says nothing in the clear", () => {
  const [event] = write([bob]) as [VerifiedEvent];
  expect([event.kind, event.tags, event.pubkey]).toEqual([30_078, [["d", "subrosa/contacts"]], alice.pubkey]);
  expect(event.content).not.toContain(bob.peer);
  expect(read(event)).toEqual({ ok: true, contacts: sorted([bob]) });
});

test("ALIAS-1: peers, indexes and states are learned from it by another device", () => {
  const result = read(write([bob])[0]!);
  expect(result.ok && relationOf(result.contacts[0]!.facts, T0)).toMatchObject({ kind: "active", mine: key("a0") });
});

test("ALIAS-10: lists of two devices are merged by union, in either order", () => {
  const here: Contact = { peer: key("bob"), facts: [request("r", "a0")], sessions: [] };
  const there: Contact = { peer: key("bob"), facts: [accept("r", "a0")], sessions: bob.sessions };
  const carol: Contact = { peer: key("carol"), facts: [], sessions: [] };
  expect(mergeContacts([here], [there, carol], T0)).toEqual(sorted([bob, carol]));
  expect(mergeContacts([carol, there], [here], T0)).toEqual(sorted([bob, carol]));
  expect(mergeContacts([bob], [bob], T0)).toEqual(sorted([bob]));
});

test("ALIAS-7: what a removed alias said is left out, and the state is the same without it", () => {
  const all = [...bob.facts, remove, request("again", "a1")];
  const [merged] = mergeContacts([{ ...bob, facts: all }], [], T0);
  expect(merged!.facts.map((fact) => fact.id).sort()).toEqual([id("end"), id("again")].sort());
  expect(relationOf(merged!.facts, T0)).toEqual(relationOf(all, T0));
  const old = { ...bob, facts: [{ ...request("r", "a0"), variant: "0xchat-v1" } as Fact, { ...remove, at: T0 - 1 }] };
  expect(mergeContacts([old], [], T0)[0]!.facts).toHaveLength(2);
  const ahead = { ...bob, facts: [...bob.facts, { ...remove, at: T0 + 1 }] };
  expect(mergeContacts([ahead], [], T0)[0]!.facts).toHaveLength(3);
});

test("a list that is too long for one event goes on in further ones, each readable alone", () => {
  const many = Array.from({ length: 300 }, (_, i): Contact => ({ ...bob, peer: key(`peer ${i}`) }));
  const pages = write(many);
  expect(pages.length).toBeGreaterThan(1);
  expect(pages.map(({ tags }) => tags[0]![1])).toEqual(pages.map((_, i) => (i === 0 ? CONTACTS : `${CONTACTS}/${i}`)));
  const found = pages.flatMap((page) => {
    const result = read(page);
    return result.ok ? result.contacts : [];
  });
  expect(sorted(found)).toEqual(sorted(many));
});

test("one contact that does not fit is the caller's to prune", () => {
  const facts = Array.from({ length: 400 }, (_, i) => request(`r${i}`, "a0"));
  expect(() => write([{ ...bob, facts }])).toThrow("usage/too-long");
});

test("refused: another's list, another d, a broken content, another shape", () => {
  const own = { kind: APP_DATA, created_at: T0, tags: [["d", CONTACTS]], content: "nonsense" };
  const signed = (template: typeof own, by = alice): VerifiedEvent => signEvent(template, by.real, random(32), curve);
  const conversation = ConversationKey.between(alice.real, alice.real.pubkey, curve)!;
  const sealed = (value: unknown): VerifiedEvent =>
    signed({ ...own, content: encrypt(JSON.stringify(value), conversation, random(32)) });
  expect(read(signed(own, new Player("bob")))).toEqual({ ok: false, reason: "not-contacts" });
  expect(read(signed({ ...own, tags: [["d", "subrosa/contactsX"]] }))).toEqual({ ok: false, reason: "not-contacts" });
  expect(read(signed({ ...own, kind: 30_079 }))).toEqual({ ok: false, reason: "not-contacts" });
  expect(read(signed(own))).toEqual({ ok: false, reason: "decrypt" });
  expect(read(sealed({ v: 2, contacts: [] }))).toEqual({ ok: false, reason: "shape" });
  expect(read(sealed({ v: 1, contacts: [{ ...bob, facts: [{ kind: "friend" }] }] }))).toEqual({
    ok: false,
    reason: "shape",
  });
  expect(read(sealed({ v: 1, contacts: [{ ...bob, facts: ["accept"] }] }))).toEqual({ ok: false, reason: "shape" });
  expect(read(sealed({ v: 1, contacts: [bob], later: 1 })).ok).toBe(true);
});
