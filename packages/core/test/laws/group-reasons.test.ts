/** Every word with which a group says why something was ignored: each is met, by an event or an act, and has a sentence. */
import { chacha20 } from "@noble/ciphers/chacha.js";
import { base64 } from "@scure/base";
import { expect, test } from "vitest";
import { anonymousEvent, openAnonymous } from "../../src/anonymous/anonymous-event.ts";
import { writeInner } from "../../src/anonymous/inner.ts";
import { concat, type EventId, fromHex, type PubkeyHex, toHex, u16, utf8 } from "../../src/bytes.ts";
import { createGroup, type Found, message } from "../../src/group/acts.ts";
import { type GroupEvent, type Ignored, openGroup, selectionOf, step } from "../../src/group/group.ts";
import { leaveText } from "../../src/group/leave.ts";
import { PLAIN_GROUP } from "../../src/group/metadata.ts";
import { IGNORED } from "../../src/group/sentences.ts";
import type { Words } from "../../src/group/words.ts";
import { hkdfExpand, hmacSha256 } from "../../src/hash.ts";
import { signEvent, type Tag, type VerifiedEvent } from "../../src/nostr/event.ts";
import { ConversationKey, encrypt, paddedLength } from "../../src/nostr/nip44.ts";
import { Secret } from "../../src/secret.ts";
import { Crowd, curve, type Device } from "../models/group-crowd.ts";

const crowd = new Crowd(["anna", "ben", "cleo"], ["eve"]);
const [anna, ben, cleo, eve] = ["anna", "ben", "cleo", "eve"].map((name) => crowd.get(name)) as [
  Device,
  Device,
  Device,
  Device,
];
const { now, random, create } = crowd;
const { key } = (selectionOf(ben.state, now) as Found).tip.fact;
const groupSecret = ben.state.reader.secretOf(key)!;
const alias = Secret.from(random(32), curve);
const frame: readonly Tag[] = [
  ["p", key],
  ["e", create, "root"],
];
const otherId = "ab".repeat(32) as EventId;
const otherKey = toHex(Secret.from(random(32), curve).pubkey) as PubkeyHex;

const signed = (tags: readonly Tag[], content: string, kind = 482): VerifiedEvent =>
  signEvent({ kind, created_at: now, tags, content }, alias, random(32), curve);
/** A step that changes nothing here: each case begins anew. */
const met = (device: Device, event: GroupEvent): Ignored | undefined => step(device.state, event, device.means).ignored;
const receives = (event: VerifiedEvent): Ignored | undefined => met(ben, { kind: "received", event, now });

/** What the alias seals for the group, as any member would read it. */
function sealed(text: string, to = ConversationKey.between(alias, groupSecret.pubkey, curve)!): string {
  return encrypt(text, to, random(32));
}

function said(words: Words): VerifiedEvent {
  const made = message(create, key, { words }, ben.real, now, { random, curve });
  return signEvent(made.event, made.alias, random(32), curve);
}

/** NIP-44 around bytes that no honest client would pad or write so; the MAC is right. */
function around(length: number, bytes: Uint8Array): string {
  const nonce = random(32);
  const keys = hkdfExpand(ConversationKey.between(alias, groupSecret.pubkey, curve)!.expose(), nonce, 76);
  const padded = concat(u16(length), bytes, new Uint8Array(paddedLength(bytes.length) - bytes.length));
  const ciphertext = chacha20(keys.subarray(0, 32), keys.subarray(32, 44), padded);
  return base64.encode(concat(Uint8Array.of(2), nonce, ciphertext, hmacSha256(keys.subarray(44), nonce, ciphertext)));
}

/** So many leave at once, each with so many words, that one 486 cannot carry them. */
function crowdLeaves(): Ignored | undefined {
  const others = Array.from({ length: 50 }, () => Secret.from(random(32), curve));
  const persons = [ben.real, ...others].map((secret) => toHex(secret.pubkey) as PubkeyHex);
  const members = persons.map((person) => ({ person, role: "member" as const }));
  const made = createGroup(anna.real, members, PLAIN_GROUP, now, { random, curve });
  const first = signEvent(made.event, made.alias, random(32), curve);
  let state = openGroup({ create: first.id, mine: { real: ben.real, encryption: [] }, curve });
  const hears = (event: VerifiedEvent): void => {
    state = step(state, { kind: "received", event, now }, ben.means).state;
  };
  hears(first);
  const { tip } = selectionOf(state, now) as Found;
  const tags: Tag[] = [
    ["p", tip.fact.key],
    ["e", first.id],
    ["e", first.id],
  ];
  const text = `${leaveText(0).slice(0, -1)},"why":"${"z".repeat(700)}"}`;
  for (const real of others) {
    const fresh = Secret.from(random(32), curve);
    const event = anonymousEvent({ kind: 484, created_at: now, tags, text }, { real, alias: fresh }, random, curve);
    hears(signEvent(event, fresh, random(32), curve));
  }
  return step(state, { kind: "woke", now: now + 60 }, ben.means).ignored;
}

const bad = { z: `02${"11".repeat(32)}`, dleq: "11".repeat(64) };
const hello = { kind: "said", saying: { words: { kind: "text", text: "hello" } }, now } as const;

/** Complete over the closed union: a reason that no line meets does not compile. */
const CASES: Readonly<Record<Ignored, () => string | undefined>> = {
  "already-held": () => receives(crowd.first),
  "another-group": () => receives(signed([frame[0]!, ["e", otherId, "root"]], sealed("x"))),
  "unknown-kind": () => receives(signed(frame, sealed("x"), 481)),
  malformed: () => receives(signed([frame[1]!], sealed("x"))),
  "no-key-yet": () => receives(signed([["p", otherKey], frame[1]!], sealed("x"))),
  "target-not-held": () => receives(said({ kind: "complaint", complaint: { target: otherId, ...bad } })),
  "proves-nothing": () => receives(said({ kind: "complaint", complaint: { target: create, ...bad } })),
  // The reader asks with the secret that the event names, and the door refuses an author who is no point.
  "anonymous-receiver": () => refusal(openAnonymous(signed(frame, sealed("x")), ben.real, curve)),
  "anonymous-key": () =>
    refusal(openAnonymous(signed(frame, sealed("x")), groupSecret, { ...curve, ecdh: () => undefined })),
  "anonymous-shape": () => receives(signed(frame, sealed("{}"))),
  "anonymous-alias": () => receives(signed(frame, sealed(inner(toHex(alias.pubkey))))),
  "anonymous-sig": () => receives(signed(frame, sealed(inner(cleo.me)))),
  "nip44-version": () => receives(signed(frame, `#${sealed("x")}`)),
  "nip44-length": () => receives(signed(frame, sealed("x").slice(0, 40))),
  "nip44-encoding": () => receives(signed(frame, `!${sealed("x").slice(1)}`)),
  "nip44-mac": () => receives(signed(frame, sealed("x", ConversationKey.between(alias, fromHex(otherKey)!, curve)!))),
  "nip44-padding": () => receives(signed(frame, around(200, utf8("x")))),
  "nip44-text": () => receives(signed(frame, around(2, Uint8Array.of(0xff, 0xfe)))),
  "not-a-member": () => met(eve, hello),
  "not-owner": () => met(ben, { kind: "changed", change: { info: { name: "mine" } }, now }),
  "may-not-write": () => {
    const { state } = step(cleo.state, { kind: "left", now }, cleo.means);
    return step(state, hello, cleo.means).ignored;
  },
  "owner-must-hand-over": () => met(anna, { kind: "left", now }),
  "nothing-to-do": () => met(ben, { kind: "woke", now }),
  "too-many-leaves": crowdLeaves,
  "not-asked-for": () => met(ben, { kind: "mined", event: crowd.first, now }),
};

function inner(pubkey: string): string {
  return writeInner({ pubkey, content: "x", sig: "00".repeat(64) });
}

function refusal(opened: { readonly ok: boolean; readonly reason?: string }): string | undefined {
  return opened.ok ? undefined : opened.reason;
}

test.each(Object.entries(CASES))("GROUP-20: %s is met, and says what it is", (reason, meet) => {
  expect(meet()).toBe(reason);
  expect(IGNORED[reason as Ignored]).toMatch(/^[A-Z].*\.$/);
});

test("the cases are all the reasons there are", () => {
  expect(Object.keys(CASES).sort()).toEqual(Object.keys(IGNORED).sort());
});
