/** The rules of docs/spec/member-proofs.md §1, one by one; the findings of its review by their ids. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type EventId, type PubkeyHex, toHex } from "../../src/bytes.ts";
import { UsageError, WireError } from "../../src/errors.ts";
import { plain, signEvent, type VerifiedEvent } from "../../src/nostr/event.ts";
import { difficulty, hasWork } from "../../src/nostr/nip13.ts";
import { ProofCache } from "../../src/proof/cache.ts";
import { commitment, PROOF_TAG } from "../../src/proof/commitment.ts";
import { earlierRings, type GroupMemory, rememberRing } from "../../src/proof/group-memory.ts";
import { mineProof, withTarget } from "../../src/proof/pow.ts";
import { proofState, readRelayVerdict, writeRelayVerdict } from "../../src/proof/relay-verdict.ts";
import { isOrigin, parseScope, type Scope, writeScope } from "../../src/proof/scope.ts";
import {
  openSigningRing,
  planMemberEvent,
  proveMemberEvent,
  signAsGroupMember,
  signProved,
} from "../../src/proof/sign.ts";
import { type ProofTemplate, readProofTemplate, writeProofTemplate } from "../../src/proof/template.ts";
import { isSameMember, verifyMemberProof } from "../../src/proof/verify.ts";
import { verifyFeed } from "../../src/proof/verify-many.ts";
import { finish } from "../../src/ring/progress.ts";
import type { RingName } from "../../src/ring/ring.ts";
import { curve, members, seeded, shelf } from "../ring/ring-fixtures.ts";

const five = members(5, "proof");
const random = seeded("proof");
const rings = shelf();
const TIME = 1_700_000_000;
const POLL = "ab".repeat(32) as EventId;

const template = (more: Partial<ProofTemplate> = {}): ProofTemplate => ({
  ...{ kind: 1, created_at: TIME, content: "words", tags: [], keys: five.keys, ...more },
});
const keys = (index = 0) => ({
  ...{ secret: five.secrets[index]!, oneTimeSecret: random(32), fresh: random(32), aux: random(32) },
});
const signed = (index = 0, more: Partial<ProofTemplate> = {}): VerifiedEvent =>
  signAsGroupMember(template(more), keys(index), curve);

describe("PROOF-2: the commitment can be taken apart in one way only", () => {
  const pubkey = five.keys[0] as PubkeyHex;
  const text = fc.string({ unit: "grapheme", maxLength: 6 });
  const event = fc.record({
    created_at: fc.oneof(fc.integer({ min: 1_000_000_000, max: 9_999_999_999 }), fc.constant(1_686_840_217)),
    kind: fc.oneof(fc.integer({ min: 0, max: 65_535 }), fc.constantFrom(1, 10, 11, 7, 71)),
    tags: fc.array(fc.array(fc.oneof(text, fc.constantFrom("[]", '"', "]")), { minLength: 1, maxLength: 3 }), {
      maxLength: 3,
    }),
    content: fc.oneof(text, fc.constantFrom("[]", '[["a"]]', "1")),
  });

  test("distinct events have distinct commitments", () => {
    const seen = new Map<string, string>();
    fc.assert(
      fc.property(event, (one) => {
        const fields = JSON.stringify([
          one.created_at,
          one.kind,
          one.tags.filter(([name]) => name !== PROOF_TAG),
          one.content,
        ]);
        const hash = toHex(commitment({ ...one, pubkey }));
        const known = seen.get(hash);
        seen.set(hash, fields);
        return known === undefined || known === fields;
      }),
      { numRuns: 20_000 },
    );
  });

  test("P-07: digits moved from the time to the kind would collide, and are refused", () => {
    const [a, b] = [`${pubkey}${1_686_840_217}${1}[]`, `${pubkey}${168_684_021}${71}[]`];
    expect(a).toBe(b);
    expect(() => commitment({ pubkey, created_at: 168_684_021, kind: 71, tags: [], content: "" })).toThrow(UsageError);
  });
});

describe("PROOF-4: templates", () => {
  const placeholder = (mark: unknown) => ({
    ...template(),
    tags: [
      ["t", "x"],
      [PROOF_TAG, mark, ...five.keys],
      ["p", "y"],
    ],
  });

  test("null and the empty string are the placeholder; the proof comes last in what is signed", () => {
    for (const mark of [null, ""]) {
      const read = readProofTemplate(placeholder(mark));
      expect(read).toEqual({
        ...template(),
        tags: [
          ["t", "x"],
          ["p", "y"],
        ],
      });
      const event = signAsGroupMember(read, keys(), curve);
      expect(event.tags.map(([name]) => name)).toEqual(["t", "p", PROOF_TAG]);
      expect(event.tags.at(-1)?.slice(2)).toEqual(five.keys);
      expect(verifyMemberProof(event, rings)).toMatchObject({ ok: true, n: 5 });
    }
    expect(readProofTemplate(writeProofTemplate(template()))).toEqual(template());
  });

  test("anything else is no template", () => {
    const bad: readonly unknown[] = [
      ...[null, 1, "x", [], {}, placeholder("00"), placeholder(0), placeholder(undefined)],
      ...[
        { ...placeholder(null), tags: [] },
        { ...placeholder(null), tags: "x" },
        { ...placeholder(null), kind: -0 },
      ],
      ...[
        { ...placeholder(null), kind: 65_536 },
        { ...placeholder(null), created_at: 168_684_021 },
      ],
      ...[
        { ...placeholder(null), created_at: 1.5 },
        { ...placeholder(null), content: "\ud800" },
        { ...placeholder(null), content: 1 },
      ],
      { ...placeholder(null), tags: [...placeholder(null).tags, [PROOF_TAG, null]] },
      { ...placeholder(null), tags: [[PROOF_TAG, null, 5]] },
      {
        ...placeholder(null),
        tags: [
          [PROOF_TAG, null],
          ["t", "\udc00"],
        ],
      },
      { ...placeholder(null), tags: [[PROOF_TAG, null], "t"] },
    ];
    for (const value of bad) expect(() => readProofTemplate(value), JSON.stringify(value)).toThrow(WireError);
  });
});

describe("signing", () => {
  test("PROOF-5: every event has a key of its own, which is not kept", () => {
    const draw = keys();
    const bytes = draw.oneTimeSecret.slice();
    const [one, other] = [signAsGroupMember(template(), draw, curve), signed()];
    expect(one.pubkey).not.toBe(other.pubkey);
    expect(toHex(curve.baseMultiply(bytes)).slice(2)).toBe(one.pubkey);
  });

  test("the ring is sorted, whatever order it is asked for in", () => {
    const event = signed(1, { keys: [...five.keys].reverse() });
    expect(event.tags.at(-1)?.slice(2)).toEqual([...five.keys].sort());
  });

  test("fewer than 3 keys are refused here, and verify where another signed", () => {
    expect(() => signed(0, { keys: five.keys.slice(0, 2) })).toThrow(/fewer than 3/);
  });

  test("a ring that is no ring, a key outside it, and a template that still has its placeholder are refused", () => {
    expect(() => signed(0, { keys: [...five.keys, five.keys[0]!] })).toThrow(/ring-duplicate/);
    expect(() => signed(0, { keys: [...five.keys, "zz"] })).toThrow(/ring-key/);
    expect(() => signed(0, { keys: five.keys.slice(1) })).toThrow(/usage\/ring/);
    const opening = openSigningRing(five.keys, curve);
    if (!opening.ok) throw new Error(opening.reason);
    expect(() => planMemberEvent(writeProofTemplate(template()), opening.ring)).toThrow(/placeholder/);
  });
});

describe("PROOF-7: scopes", () => {
  const ring = five.ring.name;
  const ballot = { kind: 1018, tags: [["e", POLL]] };
  const linked = (index: number, more: Partial<ProofTemplate> = {}, text = "t", origin = "https://a.example") =>
    signAsGroupMember(template(more), keys(index), curve, { app: { origin, text } });

  test("what is written is read again", () => {
    const scopes: readonly Scope[] = [
      { space: "poll", poll: POLL, ring },
      { space: "app", origin: "https://a.example:8443", text: "x/y:z", ring },
      { space: "app", origin: "http://[::1]:3000", text: "ü", ring },
      { space: "app", origin: "chrome-extension://abcdefgh", text: "/", ring },
    ];
    for (const scope of scopes) expect(parseScope(writeScope(scope))).toEqual(scope);
  });

  test("no other text is a scope", () => {
    const texts = [
      "",
      "poll",
      "poll:",
      `poll:${POLL}`,
      `poll:${POLL}:${ring}0`,
      `poll:${POLL.toUpperCase()}:${ring}`,
      `POLL:${POLL}:${ring}`,
    ];
    const more = [
      `vote:${POLL}:${ring}`,
      "group:",
      "group:30097:x:y",
      `app:https://a.example:${ring}`,
      `app:a.example/x:${ring}`,
    ];
    for (const text of [...texts, ...more]) expect(parseScope(text), text).toBeUndefined();
  });

  test("an origin is as the browser serialises it, and never null", () => {
    for (const origin of ["https://a.example", "http://localhost:8080", "moz-extension://0-1-2"])
      expect(isOrigin(origin)).toBe(true);
    const bad = [
      "null",
      "",
      "https://",
      "https://A.example",
      "https://a.example/",
      "https://a.example:443",
      "http://a.example:80",
    ];
    for (const origin of [...bad, "https://a.example:0", "https://a.example:99999", "a.example", "https://a b"]) {
      expect(isOrigin(origin), origin).toBe(false);
      expect(() => linked(0, {}, "t", origin), origin).toThrow(/usage\/scope/);
    }
  });

  test("same member, same scope, same ring: the same pseudonym; anything else: another", () => {
    const verdict = (event: VerifiedEvent) => verifyMemberProof(event, rings);
    const one = verdict(linked(0));
    expect(isSameMember(one, verdict(linked(0, { content: "other words" })))).toBe(true);
    expect(isSameMember(one, verdict(linked(0, { keys: [...five.keys].reverse() })))).toBe(true);
    expect(isSameMember(one, verdict(linked(1)))).toBe(false);
    expect(isSameMember(one, verdict(linked(0, {}, "u")))).toBe(false);
    expect(isSameMember(one, verdict(linked(0, {}, "t", "https://b.example")))).toBe(false);
    expect(isSameMember(one, verdict(signed(0)))).toBe(false);
    expect(isSameMember(verdict(signed(0)), verdict(signed(0)))).toBe(false);
  });

  test("another ring gives another image, so a page cannot recognise a voter by a ring of its own making", () => {
    const image = (ringKeys: readonly string[], scope: Parameters<typeof signAsGroupMember>[3]): string | undefined => {
      const event = signAsGroupMember(template({ ...ballot, keys: ringKeys }), keys(0), curve, scope);
      const verdict = verifyMemberProof(event, rings);
      return verdict.ok ? verdict.pseudonym?.keyImage : undefined;
    };
    const own = [five.keys[0]!, ...members(3, "page").keys];
    for (const scope of [{ poll: POLL }, { app: { origin: "https://a.example", text: "t" } }] as const) {
      expect(image(five.keys, scope)).toMatch(/^0[23]/);
      expect(image(own, scope)).not.toBe(image(five.keys, scope));
    }
  });

  test("a poll's scope is for a ballot of that poll only", () => {
    const vote = (more: Partial<ProofTemplate>) => signAsGroupMember(template(more), keys(0), curve, { poll: POLL });
    expect(verifyMemberProof(vote(ballot), rings)).toMatchObject({ ok: true });
    for (const more of [
      { ...ballot, kind: 1 },
      { ...ballot, tags: [] },
      { ...ballot, tags: [...ballot.tags, ["e", "x"]] },
    ]) {
      expect(() => vote(more)).toThrow(/usage\/scope/);
    }
  });

  test("the rings signed for in a group are remembered, and another one is warned about", () => {
    const [address, other] = ["30097:a:b", "30097:a:c"] as unknown as [never, never];
    const [x, y] = ["x", "y"] as unknown as [RingName, RingName];
    const empty: GroupMemory = new Map();
    const memory = rememberRing(rememberRing(empty, address, x), address, x);
    expect(earlierRings(memory, address, x)).toEqual([]);
    expect(earlierRings(memory, address, y)).toEqual([x]);
    expect(earlierRings(memory, other, y)).toEqual([]);
    expect(empty.size).toBe(0);
  });
});

describe("PROOF-8: feeds and the cache", () => {
  test("a feed is verified with progress; what was seen is not verified again", () => {
    const cache = new ProofCache();
    const events = [signed(0), signed(1), plain(signed(2)), { ...plain(signed(3)), content: "forged" }];
    const shelfOfOne = shelf();
    const verdicts = finish(verifyFeed(events, shelfOfOne, cache));
    expect(verdicts.map((verdict) => verdict.ok || verdict.reason)).toEqual([true, true, true, "event-id"]);
    const steps = [...verifyFeed(events.slice(0, 3), shelfOfOne, cache)];
    expect(steps.map(({ sums, verdict }) => [sums, verdict?.ok])).toEqual([
      [0, true],
      [0, true],
      [0, true],
    ]);
  });

  test("P-22: the same id with another body never meets the first one's verdict", () => {
    const cache = new ProofCache();
    const event = signed(0);
    cache.set(event, { ok: true, n: 5, ring: five.ring.name });
    expect(cache.get(event)).toBeDefined();
    // A relay's copy with another signature under the same id: valid BIP-340 signatures differ by their randomness.
    const draw = keys(0);
    const unsigned = proveMemberEvent(planMemberEvent(template(), five.ring), draw);
    const [first, second] = [
      signProved(unsigned, draw, curve),
      signProved(unsigned, { ...draw, aux: random(32) }, curve),
    ];
    cache.set(first, { ok: false, reason: "proof-invalid" });
    expect(second.id).toBe(first.id);
    expect(cache.get(second)).toBeUndefined();
  });

  test("the cache forgets what was not used longest", () => {
    const cache = new ProofCache(2);
    const [a, b, c] = [signed(0), signed(1), signed(2)];
    for (const event of [a, b]) cache.set(event, { ok: false, reason: "proof-invalid" });
    cache.get(a);
    cache.set(c, { ok: false, reason: "proof-invalid" });
    expect([a, b, c].map((event) => cache.get(event) !== undefined)).toEqual([true, false, true]);
  });
});

describe("PROOF-9: a relay's word", () => {
  const relay = members(2, "relays").secrets[0]!;
  const self = toHex(relay.pubkey) as PubkeyHex;
  const about = "cd".repeat(32) as EventId;
  const label = signEvent(writeRelayVerdict({ event: about, label: "verified" }, TIME), relay, random(32), curve);

  test("is a label by its own key, and nobody else's", () => {
    expect(readRelayVerdict(label, self)).toEqual({ event: about, label: "verified" });
    expect(readRelayVerdict(label, five.keys[0] as PubkeyHex)).toBeUndefined();
    const { kind, tags, content } = label;
    const again = (change: object) =>
      signEvent({ kind, tags, content, created_at: TIME, ...change }, relay, random(32), curve);
    const wrong = [
      { kind: 1 },
      { tags: tags.slice(0, 2) },
      {
        tags: [
          ["l", "true", "group-member-proof"],
          ["e", about],
        ],
      },
    ];
    for (const change of [
      ...wrong,
      {
        tags: [
          ["l", "verified", "other"],
          ["e", about],
        ],
      },
    ]) {
      expect(readRelayVerdict(again(change), self)).toBeUndefined();
    }
  });

  test("P-16: verified here, vouched for and unverified are three states, and one's own verdict comes first", () => {
    const own = { ok: true, n: 5, ring: five.ring.name } as const;
    expect(proofState(own, new Map([["wss://r", "invalid"]]))).toEqual({ state: "verified-here", verdict: own });
    expect(proofState({ ok: false, reason: "proof-invalid" }, new Map([["wss://r", "verified"]])).state).toBe(
      "failed-here",
    );
    expect(proofState(undefined, new Map([["wss://r", "verified"]]))).toEqual({
      state: "vouched",
      relays: ["wss://r"],
    });
    expect(
      proofState(
        undefined,
        new Map([
          ["wss://r", "verified"],
          ["wss://s", "invalid"],
        ]),
      ).state,
    ).toBe("unverified");
    expect(proofState(undefined, new Map())).toEqual({ state: "unverified" });
  });
});

describe("PROOF-12: proof of work", () => {
  test("is mined on the proof's own field: the proof stays, the id changes, the event verifies", () => {
    const draw = keys(0);
    const plan = planMemberEvent(withTarget(template(), 8), five.ring);
    const proved = proveMemberEvent(plan, draw);
    const mined = mineProof(proved, { from: 0, count: 100_000 });
    expect(mined).toMatchObject({ done: true, best: difficulty(mined.event.id) });
    expect(mined.best).toBeGreaterThanOrEqual(8);
    const event = signProved(mined.event, draw, curve);
    expect(event.id).toBe(mined.event.id);
    expect(hasWork(event, 8)).toBe(true);
    expect(event.tags.find(([name]) => name === "nonce")).toEqual(["nonce", "0", "8"]);
    expect(verifyMemberProof(event, rings)).toMatchObject({ ok: true, n: 5 });
    const json = (hex: string): object => JSON.parse(Buffer.from(hex, "hex").toString()) as object;
    expect(json(event.tags.at(-1)![1]!)).toEqual({ ...json(proved.tags.at(-1)![1]!), pow: expect.any(String) });
  });

  test("goes on where it stopped, and shows its best so far", () => {
    const draw = keys(0);
    const proved = proveMemberEvent(planMemberEvent(withTarget(template(), 100), five.ring), draw);
    const first = mineProof(proved, { from: 0, count: 64 });
    const second = mineProof(proved, { from: first.next, count: 64 });
    const both = mineProof(proved, { from: 0, count: 128 });
    expect([first.done, first.next, second.next]).toEqual([false, 64, 128]);
    expect(both.best).toBe(Math.max(first.best, second.best));
    expect(difficulty(both.event.id)).toBe(both.best);
    expect(verifyMemberProof(signProved(first.event, draw, curve), rings)).toMatchObject({ ok: true });
    expect(hasWork(first.event, 1)).toBe(first.best >= 1);
  });

  test("a template without a target, or without a proof, is refused", () => {
    const range = { from: 0, count: 1 };
    const bare = proveMemberEvent(planMemberEvent(template(), five.ring), keys(0));
    expect(() => mineProof(bare, range)).toThrow(/target/);
    const unproved = [
      ["nonce", "0", "1"],
      [PROOF_TAG, "00", ...five.keys],
    ];
    expect(() => mineProof({ ...bare, tags: unproved }, range)).toThrow(/prove it/);
  });
});

test("P-24: a ring of more than 1,000 keys is refused before any work", () => {
  const keysOfMany = Array.from({ length: 1001 }, (_, i) => i.toString(16).padStart(64, "0"));
  const oneTime = members(2, "strangers").secrets[0]!;
  const event = signEvent({ ...template(), tags: [[PROOF_TAG, "00", ...keysOfMany]] }, oneTime, random(32), curve);
  expect(verifyMemberProof(event, rings)).toEqual({ ok: false, reason: "ring-size" });
});
