/** The rules of docs/spec/member-proofs.md §2, one by one; the findings of its review by their ids. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type EventId, type PubkeyHex, toHex, utf8 } from "../../src/bytes.ts";
import { followScore, graphOf } from "../../src/nip97/follow-score.ts";
import { contentMessage, eventMessage, namedAuthor, pubkeyLine } from "../../src/nip97/message.ts";
import { type JudgedEvent, provenance, pseudonymOf } from "../../src/nip97/pseudonym.ts";
import { announce, type RingSigning, revoke, ringSign } from "../../src/nip97/sign.ts";
import { type Nip97Verdict, verifyRingEvent } from "../../src/nip97/verify.ts";
import { ringScore } from "../../src/nip97/wot.ts";
import { type EventTemplate, signEvent, type Tag, type VerifiedEvent } from "../../src/nostr/event.ts";
import { difficulty, hasWork, mine } from "../../src/nostr/nip13.ts";
import { signAsGroupMember } from "../../src/proof/sign.ts";
import { verifyMemberProof } from "../../src/proof/verify.ts";
import { Secret } from "../../src/secret.ts";
import { curve, members, seeded, shelf } from "../ring/ring-fixtures.ts";

const random = seeded("nip97");
const four = members(4, "nip97");
const rings = shelf();
const pseudonym = Secret.from(random(32), curve);
const pubkey = toHex(pseudonym.pubkey) as PubkeyHex;
const thief = members(2, "thieves").secrets[0]!;
const TIME = 1_700_000_000;
const base: EventTemplate = {
  kind: 1,
  created_at: TIME,
  content: "Words.",
  tags: [
    ["t", "leak"],
    ["e", "ab".repeat(32)],
  ],
};

const signing = (more: Partial<RingSigning> = {}): RingSigning => ({
  ...{ template: base, pubkey, ring: four.ring, secret: four.secrets[1]!, fresh: random(32) },
  ...more,
});
const publish = (template: EventTemplate, secret = pseudonym): VerifiedEvent =>
  signEvent(template, secret, random(32), curve);
const level = (verdict: Nip97Verdict): string => ("level" in verdict ? `${verdict.level} ${verdict.badge}` : "refused");
const verify = (event: VerifiedEvent): Nip97Verdict => verifyRingEvent(event, rings);

describe("R-01: the republishing matrix (NIP97-2)", () => {
  /** Another key, kind and time, and every tag in turn changed, taken out, and one added. */
  const changes: readonly (readonly [string, Partial<EventTemplate>, Secret?])[] = [
    ["another key", {}, thief],
    ["another kind", { kind: 30 }],
    ["kind 2001", { kind: 2001 }],
    ["another time", { created_at: TIME + 1 }],
    ...base.tags
      .flatMap((tag, i): [string, (tags: readonly Tag[]) => readonly Tag[]][] => [
        [`tag ${i} changed`, (tags) => tags.map((one, at) => (at === i ? [tag[0]!, "cd".repeat(32)] : one))],
        [`tag ${i} taken out`, (tags) => tags.filter((_, at) => at !== i)],
        [`tag ${i} moved to the end`, (tags) => [...tags.filter((_, at) => at !== i), tag]],
      ])
      .map(([why, change]) => [why, { tags: change as never }] as const),
    ["one tag more", { tags: ((tags: readonly Tag[]) => [["p", four.keys[0]!], ...tags]) as never }],
  ];

  const repost = (template: EventTemplate, change: Partial<EventTemplate>, secret = pseudonym): VerifiedEvent => {
    const tags =
      typeof change.tags === "function"
        ? (change.tags as (tags: readonly Tag[]) => readonly Tag[])(template.tags)
        : template.tags;
    return publish({ ...template, ...change, tags }, secret);
  };

  for (const [why, change, secret] of changes) {
    test(`${why}: refused where bound to the event, words where bound to nothing`, () => {
      const [bound, keyed, words] = (["event", "pubkey", "content"] as const).map((at) =>
        ringSign(signing({ level: at })),
      );
      expect(verify(repost(bound!, change, secret))).toEqual({ ok: false, reason: "ringsig-invalid" });
      expect(level(verify(repost(words!, change, secret)))).toBe("content false");
      const expected = secret === undefined ? "pubkey true" : "content false";
      expect(level(verify(repost(keyed!, change, secret)))).toBe(expected);
    });
  }

  test("another content: refused at every level", () => {
    for (const at of ["event", "pubkey", "content"] as const) {
      const template = ringSign(signing({ level: at }));
      expect(verify(publish({ ...template, content: `${template.content} More.` }))).toMatchObject({ ok: false });
    }
  });

  test("unchanged, each is what it claims", () => {
    for (const at of ["event", "pubkey", "content"] as const) {
      expect(level(verify(publish(ringSign(signing({ level: at })))))).toBe(`${at} ${at !== "content"}`);
    }
  });
});

describe("NIP97-2: messages", () => {
  test("no words are the message of an event, and it does not depend on σ or nonce tags", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (content) => {
        const event = { ...base, content, pubkey };
        const message = eventMessage({ ...event, tags: [...base.tags, ["ring-signature", "x", "event"]] });
        const again = eventMessage({
          ...event,
          tags: [["nonce", "1", "2"], ...base.tags, ["ring-signature", "y", "event"]],
        });
        expect(message[0]).toBe(0xff);
        expect(message).toHaveLength(33);
        expect(again).toEqual(message);
        expect(contentMessage(event)[0]).not.toBe(0xff);
      }),
    );
  });

  test("R-02: words are bound to a key by their first line alone, to the letter", () => {
    const keys = [pubkey, toHex(thief.pubkey), four.keys[0]!];
    const piece = fc.oneof(
      fc.constantFrom(
        ...keys,
        ...keys.map((key) => `ring-pubkey: ${key}`),
        "\n",
        "\r",
        " ",
        "ring-pubkey:",
        "nostr:npub1x",
      ),
      fc.string({ maxLength: 5 }),
    );
    const content = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(""));
    fc.assert(
      fc.property(content, (text) => {
        const isOwn = text === `ring-pubkey: ${pubkey}` || text.startsWith(`ring-pubkey: ${pubkey}\n`);
        return (namedAuthor(text, pubkey) === "own") === isOwn;
      }),
      { numRuns: 100_000 },
    );
  });
});

describe("NIP97-1, NIP97-3 and NIP97-7: signing", () => {
  test("the default is a SAG bound to the event, with flat members", () => {
    const { tags } = ringSign(signing());
    expect(tags.slice(0, 2)).toEqual(base.tags);
    expect(tags[2]).toEqual(["ring-signature", expect.stringMatching(/^ringAo2F2Y3NhZ/), "event"]);
    expect(tags[3]).toEqual(["ring-members", ...four.keys]);
  });

  test("words that begin with another key's line are not signed at any level", () => {
    for (const line of [
      pubkeyLine(four.keys[0]!),
      `ring-pubkey:${pubkey}`,
      `ring-pubkey: ${pubkey} `,
      "ring-pubkey:",
    ]) {
      for (const at of ["event", "pubkey", "content"] as const) {
        const template = { ...base, content: `${line}\nWords.` };
        expect(() => ringSign(signing({ template, level: at })), line).toThrow(/another key/);
      }
    }
  });

  test("the line is written where it is missing, and only once", () => {
    const once = ringSign(signing({ level: "pubkey" }));
    expect(once.content).toBe(`ring-pubkey: ${pubkey}\nWords.`);
    const twice = ringSign(signing({ level: "pubkey", template: { ...base, content: once.content } }));
    expect(twice.content).toBe(once.content);
  });

  test("R-10: what may be replaced is bound to the event or not signed", () => {
    for (const kind of [0, 3, 10_000, 19_999, 30_000, 39_999]) {
      const template = { ...base, kind };
      for (const at of ["pubkey", "content"] as const) {
        expect(() => ringSign(signing({ template, level: at })), String(kind)).toThrow(/may be replaced/);
      }
      expect(() => ringSign(signing({ template }))).not.toThrow();
    }
    for (const kind of [1, 9_999, 20_000, 29_999, 40_000]) {
      expect(() => ringSign(signing({ template: { ...base, kind }, level: "content" }))).not.toThrow();
    }
  });

  test("the ring's own tags, a member's key as the author, and empty words are refused", () => {
    for (const name of ["ring-signature", "ring-members"]) {
      expect(() => ringSign(signing({ template: { ...base, tags: [[name, "x"]] } }))).toThrow(/own tags/);
    }
    expect(() => ringSign(signing({ template: { ...base, kind: 2001, tags: [["revoke", "x"]] } }))).toThrow(/own tags/);
    expect(() => ringSign(signing({ pubkey: four.keys[2] as PubkeyHex }))).toThrow(/not in the ring/);
    expect(() => ringSign(signing({ template: { ...base, content: "" }, level: "content" }))).toThrow(/there are none/);
  });

  test("NIP97-1: the image of a bLSAG counts only under the expected flag and ring", () => {
    const flag = utf8("poll");
    const event = publish(ringSign(signing({ blsag: { flag } })));
    const linkable = (expected?: { readonly flag: Uint8Array; readonly ring: typeof four.ring }) => {
      const verdict = verifyRingEvent(event, rings, expected === undefined ? {} : { expected });
      return "linkable" in verdict && verdict.linkable;
    };
    expect(linkable()).toBe(false);
    expect(linkable({ flag, ring: four.ring })).toBe(true);
    expect(linkable({ flag: utf8("pole"), ring: four.ring })).toBe(false);
    expect(linkable({ flag, ring: members(4, "other").ring })).toBe(false);
  });
});

describe("NIP97-3: pseudonyms", () => {
  const judge = (event: VerifiedEvent): JudgedEvent => ({ event, verdict: verify(event) });
  const announced = (createdAt: number, ring = four): JudgedEvent =>
    judge(
      publish(
        announce({ ...signing({ ring: ring.ring, secret: ring.secrets[0]! }), text: "I am one of these.", createdAt }),
      ),
    );
  const first = announced(TIME);
  const second = announced(TIME + 5, members(3, "nip97"));
  const later = publish({ ...base, created_at: TIME + 9 });

  test("what is announced is inherited by later events of the key, the earliest announcement first", () => {
    const history = pseudonymOf(pubkey, [second, first, first]);
    expect(history).toMatchObject({
      state: "announced",
      announcements: [{ id: first.event.id }, { id: second.event.id }],
    });
    expect(provenance(later, history)?.members).toEqual(four.keys);
    expect(provenance(publish({ ...base, created_at: TIME - 1 }), history)).toBeUndefined();
  });

  test("the words alone announce nothing, and neither does anybody else's announcement", () => {
    const template = ringSign(signing({ template: { ...base, kind: 2001 }, level: "content" }));
    expect(pseudonymOf(pubkey, [judge(publish(template))])).toEqual({ state: "unknown" });
    expect(pseudonymOf(toHex(thief.pubkey) as PubkeyHex, [first])).toEqual({ state: "unknown" });
  });

  test("R-08: a revocation ends the key, for announcements of every id and date", () => {
    const end = judge(publish(revoke(first.event.id, TIME + 1)));
    expect(end.verdict).toEqual({ ok: true, revokes: first.event.id });
    const ended = { state: "ended", by: end.event.id };
    fc.assert(
      fc.property(fc.shuffledSubarray([first, second, end], { minLength: 1 }), (events) => {
        const history = pseudonymOf(pubkey, events);
        if (!events.includes(end)) return history.state === "announced";
        return provenance(later, history) === undefined && JSON.stringify(history) === JSON.stringify(ended);
      }),
    );
  });

  test("a revocation by another key ends nothing", () => {
    const foreign = judge(publish(revoke(first.event.id, TIME + 1), thief));
    expect(pseudonymOf(pubkey, [first, foreign])).toMatchObject({ state: "announced" });
  });
});

describe("NIP97-4: the weakest link", () => {
  const score = fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(undefined, Number.NaN, -1, 2, 0));
  const graph = fc.array(score, { minLength: 2, maxLength: 12 });
  const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `k${i}`);

  test("R-06: adding a member never raises it, order never matters, nobody is skipped", () => {
    fc.assert(
      fc.property(graph, score, fc.nat(), (scores, added, turn) => {
        const of = (key: string) => (key === "added" ? added : scores[Number(key.slice(1))]);
        const ring = names(scores.length);
        const value = ringScore("event", ring, of)!;
        const turned = [...ring.slice(turn % ring.length), ...ring.slice(0, turn % ring.length)];
        const hasUnknown = scores.some((one) => one === undefined || Number.isNaN(one) || one <= 0);
        return (
          value >= 0 &&
          value <= 1 &&
          (!hasUnknown || value === 0) &&
          ringScore("event", turned, of) === value &&
          ringScore("event", [...ring, "added"], of)! <= value
        );
      }),
      { numRuns: 100_000 },
    );
  });

  test("no score for words, for fewer than two, or for one key twice", () => {
    expect(ringScore("content", ["a", "b"], () => 1)).toBeUndefined();
    expect(ringScore("event", ["a"], () => 1)).toBeUndefined();
    expect(ringScore("event", ["a", "a"], () => 1)).toBeUndefined();
    expect(ringScore("pubkey", ["a", "b"], () => 1)).toBe(1);
  });

  const follows = new Map([
    ["me", ["a", "b", "m"]],
    ["a", ["c", "b"]],
    ["b", ["c", "d"]],
    ["m", ["z"]],
    ["c", ["e"]],
    ["d", ["e"]],
    ["e", ["f"]],
  ]);
  const mutes = new Map([
    ["me", ["m"]],
    ["a", ["d"]],
    ["c", ["e"]],
    ["e", ["c"]],
    ["m", ["a", "c"]],
  ]);
  const shipped = followScore("me", {
    follows: (key) => follows.get(key) ?? [],
    mutes: (key) => mutes.get(key) ?? [],
  });

  test("the shipped score is the formula that stands beside it", () => {
    // c: followed by a and b; d: followed by b, muted by a; e: followed by c and d, muted by c; f is four away.
    const expected = { me: 1, a: 1, b: 1, c: 0.5, d: 0.25, e: (0.25 * 2) / 3, f: 0, m: 0, z: 0, unknown: 0 };
    expect(Object.fromEntries(Object.keys(expected).map((key) => [key, shipped(key)]))).toEqual(expected);
  });

  test("it reads the newest follow and mute lists of each author", () => {
    const list = (kind: number, at: number, keys: readonly string[]) =>
      signEvent({ kind, created_at: at, tags: keys.map((key) => ["p", key]), content: "" }, thief, random(32), curve);
    const events = [list(3, 1, ["old"]), list(3, 2, ["new"]), list(10_000, 1, ["foe"]), list(1, 9, ["x"])];
    for (const order of [events, [...events].reverse()]) {
      const read = graphOf(order);
      expect([...read.follows(toHex(thief.pubkey))]).toEqual(["new"]);
      expect([...read.mutes(toHex(thief.pubkey))]).toEqual(["foe"]);
      expect([...read.follows("nobody")]).toEqual([]);
    }
  });
});

test("NIP97-5: work is mined after signing, on a nonce tag that the signature does not cover", () => {
  const template = ringSign(signing());
  const mined = mine({ ...template, pubkey }, 6, { from: 0, count: 100_000 });
  if (!mined.done) throw new Error("not mined");
  const event = publish(mined.event);
  expect(event.id).toBe(mined.event.id);
  expect(difficulty(event.id as EventId)).toBeGreaterThanOrEqual(6);
  expect(hasWork(event, 6)).toBe(true);
  expect(level(verify(event))).toBe("event true");
});

test("NIP97-6: one signature, one ring, whose keys are written in one way", () => {
  const { tags } = ringSign(signing());
  const reasonOf = (changed: readonly Tag[]) => {
    const verdict = verify(publish({ ...base, tags: changed }));
    return verdict.ok || verdict.reason;
  };
  expect(reasonOf([...tags, tags[2]!])).toBe("ringsig-many");
  expect(reasonOf([...tags, tags[3]!])).toBe("members-many");
  expect(reasonOf([...tags.slice(0, 3), ["ring-members", four.keys[0]!]])).toBe("ring-size");
  expect(reasonOf([...tags.slice(0, 3), ["ring-members", ...four.keys, pubkey]])).toBe("ring-self");
});

test("NIP97-8: the verdict is a plain object that says everything", () => {
  const verdict = verify(publish(ringSign(signing({ blsag: { flag: utf8("f") } }))));
  expect(verdict).toEqual({
    ...{ ok: true, level: "event", n: 4, scheme: "blsag", flag: "66", linkable: false, badge: true },
    keyImage: expect.stringMatching(/^0[23][0-9a-f]{64}$/),
  });
});

test("PROOF-13: where an event carries both, each is verified alone", () => {
  const sigma = ["ring-signature", "ringAAAAA", "event"];
  const template = {
    kind: 1,
    created_at: TIME,
    content: "Words.",
    tags: [sigma, ["ring-members", ...four.keys]],
    keys: four.keys,
  };
  const keys = { secret: four.secrets[0]!, oneTimeSecret: random(32), fresh: random(32), aux: random(32) };
  const event = signAsGroupMember(template, keys, curve);
  expect(verifyMemberProof(event, rings)).toMatchObject({ ok: true });
  expect(verify(event)).toEqual({ ok: false, reason: "ringsig-encoding" });
});
