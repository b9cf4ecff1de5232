/**
 * CHANNEL-2: every way to be wrong, each refused for its own reason, in the order of looking. The first table goes
 * through the door with real keys; the second is about rights, where a fact is judged in the set it belongs to.
 */

import { type PubkeyHex, toHex } from "@subrosa/core/bytes";
import type { Control, Spoken } from "@subrosa/core/channel/fact";
import { isSpoken } from "@subrosa/core/channel/fact";
import { type ChannelReason, SENTENCES } from "@subrosa/core/channel/reason";
import { roomView } from "@subrosa/core/channel/room";
import { spokenFault } from "@subrosa/core/channel/spoken";
import { computeId, type EventTemplate, plain, signEvent, type Tag, toRumor } from "@subrosa/core/nostr/event";
import { seal, wrap } from "@subrosa/core/nostr/nip59";
import type { Secret } from "@subrosa/core/secret";
import { expect, test } from "vitest";
import * as facts from "../laws/channel-facts.ts";
import { curve, staged } from "./channel-stage.ts";

const { stage, owner, members, channel } = staged("refusals", ["ada", "mallory"]);
const [ada, mallory] = members as [(typeof members)[0], (typeof members)[0]];
const key = ada.key;
const room = ada.joined.path.here.room;
const { random } = stage;
const root: Tag = ["e", channel, "", "root"];
const other = "1".repeat(64);

/** A wrap of any text to any key, with any tags. */
function wrapped(text: string, to: PubkeyHex = key, extraTags: readonly Tag[] = [], kind = 1059): object {
  const inputs = { oneTime: stage.secret(), recipient: to, created_at: stage.now, kind: kind as 1059, extraTags };
  return plain(wrap(text, inputs, random, curve));
}

function signed(fields: Partial<EventTemplate>, author: Secret = mallory.secret): object {
  const template = { kind: 403, created_at: stage.now, tags: [root], content: "words", ...fields };
  return plain(signEvent(template, author, random(32), curve));
}

const inside = (fields: Partial<EventTemplate>, to?: PubkeyHex): object => wrapped(JSON.stringify(signed(fields)), to);

function sealed(author: Secret, by: Secret, recipient: PubkeyHex, bent: object = {}): object {
  const rumor = toRumor(
    { kind: 403, created_at: stage.now, tags: [root], content: "w" },
    toHex(author.pubkey) as PubkeyHex,
  );
  const made = plain(seal(rumor, { author, recipient, created_at: stage.now }, random, curve));
  if (by === author) return { ...made, ...bent };
  const { content, created_at } = made;
  return plain(signEvent({ kind: 13, created_at, tags: [], content }, by, random(32), curve));
}

const good = wrapped(JSON.stringify(signed({}))) as { id: string; sig: string; content: string };
const person = (tags: readonly Tag[], kind = 401): object => inside({ kind, tags }, ada.pubkey);
const privkey: Tag = ["privkey", "2".repeat(64)];

const door: readonly (readonly [string, ChannelReason, object | null])[] = [
  ["something that is no event", "event-shape", null],
  ["an outer event without a signature", "event-shape", { ...good, sig: undefined }],
  ["an outer id that is not its own", "event-id", { ...good, content: `${good.content.slice(1)}A` }],
  ["an outer signature of something else", "event-sig", { ...good, sig: (signed({}) as { sig: string }).sig }],
  ["a kind that is no wrap", "wrap-kind", wrapped("{}", key, [], 21_059)],
  ["a wrap to two people", "wrap-recipient", wrapped("{}", key, [["p", ada.pubkey]])],
  ["a wrap to a stranger", "wrap-recipient", wrapped("{}", owner.pubkey)],
  ["a wrap whose MAC is wrong", "wrap-decrypt", misaddressed()],
  ["text that is not JSON", "inner-json", wrapped("words")],
  ["an inner event with a field twice", "inner-json", wrapped('{"id":"a","id":"b"}')],
  ["an unsigned event in the signed form", "inner-shape", wrapped(JSON.stringify({ ...signed({}), sig: undefined }))],
  ["an inner id that is not its own", "inner-id", wrapped(JSON.stringify({ ...signed({}), content: "forged" }))],
  ["an inner event under somebody else's name", "inner-sig", wrapped(JSON.stringify(impersonated()))],
  ["a seal with tags", "seal-tags", wrapped(JSON.stringify(taggedSeal()))],
  [
    "a seal for another channel",
    "seal-decrypt",
    wrapped(JSON.stringify(sealed(mallory.secret, mallory.secret, owner.pubkey))),
  ],
  ["a seal around something that is no rumor", "rumor-shape", wrapped(JSON.stringify(hollowSeal()))],
  ["a seal around somebody else's words", "seal-author", wrapped(JSON.stringify(foreignSeal()))],
  ["a wrap in a wrap", "kind-envelope", inside({ kind: 1059 })],
  ["a login in a wrap", "kind-envelope", inside({ kind: 22_242 })],
  ["a kind that is kept for later", "kind-reserved", inside({ kind: 407 })],
  ["a message sent to a person", "wrong-destination", inside({}, ada.pubkey)],
  ["an invitation sent to the channel", "wrong-destination", inside({ kind: 401, tags: [["e", channel], privkey] })],
  ["a message that names no channel", "root-missing", inside({ tags: [] })],
  ["a reaction that names no channel", "root-missing", inside({ kind: 7, tags: [["e", other, "", "reply"]] })],
  ["a message that names two channels", "root-ambiguous", inside({ tags: [root, ["e", other, "", "root"]] })],
  ["a reply to something that is no id", "tag-shape", inside({ tags: [root, ["e", "xyz", "", "reply"]] })],
  ["a description that is no object", "metadata", inside({ kind: 402, content: "[]" })],
  [
    "a 400 that asks for an unknown form",
    "form-unknown",
    inside({ kind: 400, content: "{}", tags: [["sec", "none"]] }),
  ],
  ["an invitation without a key", "secret-missing", person([["e", channel]])],
  ["an invitation with two keys", "secret-missing", person([["e", channel], privkey, privkey])],
  [
    "an invitation with the key zero",
    "secret-range",
    person([
      ["e", channel],
      ["privkey", "0".repeat(64)],
    ]),
  ],
  [
    "an invitation with a key above the order",
    "secret-range",
    person([
      ["e", channel],
      ["privkey", "f".repeat(64)],
    ]),
  ],
  [
    "a 404 whose key is not the one it names",
    "key-mismatch",
    person([["e", channel], ["e", other], privkey, ["p", key]], 404),
  ],
  ["an expiration that is no integer", "expiration-shape", inside({ tags: [root, ["expiration", "1e9"]] })],
  ["an expiration before its own date", "expiration-range", inside({ tags: [root, ["expiration", "1000"]] })],
  [
    "a channel of more than ten years",
    "expiration-range",
    inside({ kind: 400, content: "{}", tags: [["expiration", String(stage.now + 400_000_000)]] }),
  ],
  ["a 404 that names no new channel", "move-shape", person([["e", channel], privkey], 404)],
  ["a 404 from a channel to itself", "moved-to-itself", person([["e", channel], ["e", channel], privkey], 404)],
  [
    "a notice that carries a key",
    "notice-shape",
    inside({ kind: 404, tags: [["e", channel], ["moved", other], privkey] }),
  ],
  [
    "a notice that names the new channel",
    "notice-shape",
    inside({
      kind: 404,
      tags: [
        ["e", channel],
        ["e", other],
        ["moved", other],
      ],
    }),
  ],
  ["an offer to nobody", "offer-shape", inside({ kind: 405, tags: [root] })],
  [
    "an acceptance of two offers",
    "accept-shape",
    inside({ kind: 406, tags: [root, ["e", other], ["e", "2".repeat(64)]] }),
  ],
];

function misaddressed(): object {
  const outer = wrapped("{}", owner.pubkey) as { kind: number; created_at: number; content: string };
  const template = { kind: 1059, created_at: outer.created_at, tags: [["p", key]], content: outer.content };
  return plain(signEvent(template, stage.secret(), random(32), curve));
}

function impersonated(): object {
  const rumor = toRumor({ kind: 403, created_at: stage.now, tags: [root], content: "w" }, owner.pubkey);
  return { ...rumor, sig: (signed({}) as { sig: string }).sig };
}

function taggedSeal(): object {
  const { content } = sealed(mallory.secret, mallory.secret, key) as { content: string };
  return plain(
    signEvent({ kind: 13, created_at: stage.now, tags: [root], content }, mallory.secret, random(32), curve),
  );
}

function hollowSeal(): object {
  const rumor = { ...toRumor({ kind: 403, created_at: stage.now, tags: [root], content: "w" }, mallory.pubkey) };
  const bent = { ...rumor, id: computeId({ ...rumor, content: "another" }) };
  return plain(seal(bent, { author: mallory.secret, recipient: key, created_at: stage.now }, random, curve));
}

/** Mallory seals a rumor that says it is the owner's, past the check that keeps honest clients from it. */
function foreignSeal(): object {
  const rumor = toRumor({ kind: 403, created_at: stage.now, tags: [root], content: "w" }, owner.pubkey);
  const inputs = { oneTime: mallory.secret, recipient: key, created_at: stage.now };
  const { content } = wrap(JSON.stringify(rumor), inputs, random, curve);
  return plain(signEvent({ kind: 13, created_at: stage.now, tags: [], content }, mallory.secret, random(32), curve));
}

for (const [what, reason, outer] of door) {
  test(`CHANNEL-2: refuses ${what} (${reason})`, () => {
    expect(ada.read(outer)).toBe(reason);
  });
}

test("CHANNEL-2: what the refused ones were made from is accepted", () => {
  expect(ada.read(good)).toMatchObject({ fact: { type: "message", text: "words", author: mallory.pubkey } });
  expect(room.id).toBe(channel);
});

const { CHANNEL, NOW, id } = facts;
const [O, X, Y] = [facts.person("0a"), facts.person("0b"), facts.person("0c")];
const first = facts.create();
const dated = (fields: object) => ({ id: id("99"), author: O, time: NOW - 50, ...fields });
const toX = facts.offer({ id: id("51"), author: O, time: NOW - 90, to: X, expiration: NOW - 40 });
const xAccepts = facts.accept({ id: id("61"), author: X, time: NOW - 80, offer: toX.id });
const toY = facts.offer({ id: id("52"), author: O, time: NOW - 85, to: Y });
const yAccepts = facts.accept({ id: id("62"), author: Y, time: NOW - 70, offer: toY.id });
const moved = facts.notice(dated({ id: id("41"), time: NOW - 60, next: id("c1") }) as never);
const lived = facts.create({ expiration: NOW - 200 });
const byX = { author: X, tenure: toX.id };
const spoken = (fields: object): Spoken => facts.message(dated(fields) as never);
const strangers400 = facts.create({ id: id("c1"), author: X });

type Row = readonly [string, ChannelReason, Control | Spoken, (readonly Control[])?];
const rights: readonly Row[] = [
  ["what is dated more than 900 s ahead", "held-back", spoken({ time: NOW + 901 }), [first]],
  ["a description dated ahead", "held-back", facts.change(dated({ time: NOW + 901, name: "x" }) as never), [first]],
  ["anything before the 400 has come", "create-missing", spoken({}), []],
  ["a message of channel X wrapped again to channel Y", "other-channel", spoken({ channel: id("cf") }), [first]],
  [
    "a description of another channel",
    "other-channel",
    facts.change(dated({ channel: id("cf"), name: "x" }) as never),
    [first],
  ],
  ["another 400 under the same key", "other-create", facts.create({ id: id("cf") }), [first]],
  ["a 400 that names another key", "shadow-copy", facts.create({ key: facts.person("dd") }), []],
  [
    "a signed event in a channel that seals",
    "wrong-form",
    spoken({}),
    [facts.create({ asks: "sealed", form: "sealed" })],
  ],
  ["a sealed event in a channel that signs", "wrong-form", spoken({ form: "sealed" }), [first]],
  ["a message whose time is over", "expired", spoken({ expiration: NOW }), [first]],
  ["a message written after the channel expired", "after-expiry", spoken({ time: NOW - 79 }), [lived]],
  ["a message to the old channel after the move", "after-move", spoken({ time: NOW - 59 }), [first, moved]],
  ["a description by a member", "not-owner", facts.change(dated({ author: X, name: "x" }) as never), [first]],
  ["a 404 by a member", "not-owner", facts.notice(dated({ author: X, next: id("c1") }) as never), [first]],
  ["an offer by a member", "not-owner", facts.offer(dated({ author: X, to: Y }) as never), [first]],
  [
    "a description of a tenure nobody accepted",
    "tenure-unknown",
    facts.change(dated({ ...byX, name: "x" }) as never),
    [first, toX],
  ],
  [
    "a description by an owner who lost",
    "tenure-lost",
    facts.change(dated({ ...byX, name: "x" }) as never),
    [first, toX, xAccepts, toY, yAccepts],
  ],
  [
    "a later description by a former owner",
    "tenure-closed",
    facts.change(dated({ time: NOW, name: "x" }) as never),
    [first, toX, xAccepts],
  ],
  [
    "a later offer by a former owner",
    "tenure-closed",
    facts.offer(dated({ time: NOW, to: O }) as never),
    [first, toX, xAccepts],
  ],
  ["a move by a former owner", "tenure-closed", moved, [first, toX, xAccepts]],
  ["an acceptance of an unknown offer", "offer-unknown", xAccepts, [first]],
  ["an acceptance of an offer that lost", "offer-not-last", xAccepts, [first, toX, toY, yAccepts]],
  ["an acceptance after seven days", "offer-lapsed", facts.accept({ ...xAccepts, time: NOW - 39 }), [first, toX]],
  ["an acceptance by another person", "not-delegate", facts.accept({ ...xAccepts, author: Y }), [first, toX]],
  [
    "an acceptance that lists a later offer",
    "accepts-taken-back",
    facts.accept({ ...xAccepts, seen: [toY.id] }),
    [first, toX, toY],
  ],
  [
    "an acceptance that lists the move",
    "accepts-after-move",
    facts.accept({ ...xAccepts, seen: [moved.id] }),
    [first, toX, moved],
  ],
  [
    "a second acceptance of one offer",
    "accept-not-first",
    facts.accept({ ...xAccepts, id: id("63") }),
    [first, toX, xAccepts],
  ],
  [
    "a move to a channel of somebody else",
    "move-author",
    facts.move(dated({ next: strangers400.id }) as never),
    [first, strangers400],
  ],
  [
    "a move after the channel expired",
    "move-late",
    facts.notice(dated({ time: NOW - 79, next: id("c1") }) as never),
    [lived],
  ],
];

for (const [what, reason, fact, others = []] of rights) {
  test(`CHANNEL-2: refuses ${what} (${reason})`, () => {
    const creates = new Map([[strangers400.id, strangers400]]);
    const mine = others.filter((one) => one !== strangers400);
    const set = isSpoken(fact) ? mine : [...mine, fact];
    for (const order of [set, set.toReversed()]) {
      const view = roomView({ id: CHANNEL, key: facts.person("cc"), facts: order, creates, keyFrom: new Set() }, NOW);
      expect(isSpoken(fact) ? spokenFault(fact, view, NOW) : view.refused.get(fact.id)).toBe(reason);
    }
  });
}

test("every reason has its row, and its own sentence", () => {
  const shown = new Set<string>([...door, ...rights].map(([, reason]) => reason));
  // A move that leads back is a property of the path between channels: scenarios/channel-moves.test.ts.
  expect(Object.keys(SENTENCES).filter((reason) => !shown.has(reason))).toEqual(["move-back"]);
  expect(new Set(Object.values(SENTENCES)).size).toBe(Object.keys(SENTENCES).length);
  expect(door.length + rights.length).toBeGreaterThan(60);
});
