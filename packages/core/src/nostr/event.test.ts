import { expect, test } from "vitest";
import { fromHex } from "../bytes.ts";
import { nobleCurve as curve } from "../curve/noble.ts";
import { Secret } from "../secret.ts";
import {
  type EventLimits,
  type EventTemplate,
  plain,
  readRumor,
  readSignedEvent,
  type SignedEvent,
  signEvent,
  toRumor,
  VerifiedEvent,
} from "./event.ts";

const secret = Secret.from(fromHex(`${"00".repeat(31)}03`)!, curve);
const template: EventTemplate = {
  kind: 1,
  created_at: 1_700_000_000,
  tags: [["t", "rose"]],
  content: 'a "b"\n\u0001 🌹',
};
const verified = signEvent(template, secret, new Uint8Array(32), curve);
const claimed: SignedEvent = plain(verified);

/** Only a VerifiedEvent may come in here; what the compiler refuses below, it refuses for every caller. */
const needsVerified = (event: VerifiedEvent): boolean => VerifiedEvent.is(event);

test("NIP-01: a signed template passes the door and keeps its fields", () => {
  const verdict = VerifiedEvent.check(claimed, curve);
  expect(verdict.ok && plain(verdict.event)).toEqual(claimed);
});

test("a spread of a verified event is refused by the compiler and at run time", () => {
  const forged = { ...verified, content: "forged" };
  // @ts-expect-error the private member is missing
  expect(needsVerified(forged)).toBe(false);
  expect(VerifiedEvent.check(forged, curve)).toEqual({ ok: false, reason: "event-id" });
});

test("a structured clone of a verified event is refused by the compiler and at run time", () => {
  const cloned = structuredClone(plain(verified));
  // @ts-expect-error the private member is missing
  expect(needsVerified(cloned)).toBe(false);
  expect(VerifiedEvent.is(structuredClone(verified))).toBe(false);
});

test("a verified event's own constructor makes no other", () => {
  const Constructor = verified.constructor as new (...given: unknown[]) => unknown;
  expect(() => new Constructor({ ...claimed, content: "forged" })).toThrow(
    expect.objectContaining({ code: "usage/template" }),
  );
  expect(() => new Constructor(claimed, Symbol("checked"))).toThrow(expect.objectContaining({ name: "UsageError" }));
});

test("what was checked is what is used: the caller's object is copied", () => {
  const mutable = structuredClone(claimed) as { tags: string[][] } & SignedEvent;
  const verdict = VerifiedEvent.check(mutable, curve);
  mutable.tags[0]![1] = "changed";
  expect(verdict.ok && verdict.event.tags).toEqual([["t", "rose"]]);
  expect(() => (verified.tags as string[][]).push([])).toThrow(TypeError);
});

const bent: readonly [string, unknown, string][] = [
  ["null", null, "event-shape"],
  ["an array", [], "event-shape"],
  ["a missing sig", { ...claimed, sig: undefined }, "event-shape"],
  ["uppercase hex", { ...claimed, id: claimed.id.toUpperCase() }, "event-shape"],
  ["a short pubkey", { ...claimed, pubkey: claimed.pubkey.slice(2) }, "event-shape"],
  ["a fraction of a second", { ...claimed, created_at: 1.5 }, "event-shape"],
  ["minus zero", { ...claimed, created_at: -0 }, "event-shape"],
  ["an unsafe integer", { ...claimed, created_at: 2 ** 53 }, "event-shape"],
  ["a kind above 65,535", { ...claimed, kind: 65_536 }, "event-shape"],
  ["a number in a tag", { ...claimed, tags: [["t", 1]] }, "event-shape"],
  ["an empty tag", { ...claimed, tags: [[]] }, "event-shape"],
  ["a nested tag", { ...claimed, tags: [["t", ["x"]]] }, "event-shape"],
  ["half a surrogate pair", { ...claimed, content: "\ud83c" }, "event-shape"],
  ["inherited fields", Object.create(claimed), "event-shape"],
  ["another content", { ...claimed, content: "b" }, "event-id"],
  ["another id", { ...claimed, id: "0".repeat(64) }, "event-id"],
  ["another signature", { ...claimed, sig: claimed.sig.replace(/^./, (c) => (c === "0" ? "1" : "0")) }, "event-sig"],
  ["a pubkey off the curve", { ...toRumor(template, `${"0".repeat(63)}5` as never), sig: claimed.sig }, "event-sig"],
];
for (const [what, value, reason] of bent) {
  test(`NIP-01: refuses ${what} as ${reason}`, () => {
    expect(VerifiedEvent.check(value, curve)).toMatchObject({ ok: false, reason });
  });
}

const tight: EventLimits = { maxContent: 4, maxTags: 2, maxTagElements: 2, maxTagElement: 5, maxSize: 20 };
const oversized: readonly [string, Partial<EventTemplate>, string][] = [
  ["a long content", { content: "12345" }, "event.content"],
  ["many tags", { tags: [["a"], ["b"], ["c"]] }, "event.tags"],
  ["a long tag", { tags: [["a", "b", "c"]] }, "event.tags[0]"],
  ["a long tag element", { tags: [["a"], ["b", "123456"]] }, "event.tags[1]"],
  [
    "tags and content that are too much together",
    {
      content: "1234",
      tags: [
        ["a", "123"],
        ["b", "123"],
      ],
    },
    "event.tags",
  ],
  ["a hole where a tag should be", { tags: new Array(1) }, "event.tags[0]"],
];
for (const [what, change, path] of oversized) {
  test(`limits: refuses ${what} at ${path}`, () => {
    const event = { ...claimed, content: "", tags: [], ...change };
    expect(VerifiedEvent.check(event, curve, tight)).toEqual({ ok: false, reason: "event-shape", path });
  });
}

test("limits: what fills them is not refused", () => {
  const tags = [
    ["a", "1234"],
    ["b", ""],
  ];
  expect(readSignedEvent({ ...claimed, content: "12", tags }, tight)).toMatchObject({ content: "12", tags });
});

test("a tag is copied before it is looked at: one that answers differently the second time is read once", () => {
  let asked = 0;
  const shifty = new Proxy(["t", "rose"], {
    get: (target, name) => (name === "1" ? (asked++ === 0 ? "rose" : 5) : Reflect.get(target, name)),
  });
  expect(readSignedEvent({ ...claimed, tags: [shifty] }).tags).toEqual([["t", "rose"]]);
});

test("a batch answers for each event in order", () => {
  const values = [claimed, null, { ...claimed, sig: "0".repeat(128) }, claimed];
  const verdicts = VerifiedEvent.checkAll(values, curve, (n) => new Uint8Array(n).fill(7));
  expect(verdicts.map((v) => (v.ok ? "ok" : v.reason))).toEqual(["ok", "event-shape", "event-sig", "ok"]);
});

test("a template that cannot be published is the caller's mistake, said in a sentence", () => {
  expect(() => toRumor({ ...template, kind: -1 }, verified.pubkey)).toThrow(
    expect.objectContaining({ code: "usage/template" }),
  );
});

test("NIP-59: a rumor whose id is not its own is refused", () => {
  const { sig: _, ...rumor } = claimed;
  expect(readRumor(rumor)).toEqual(rumor);
  expect(() => readRumor({ ...rumor, content: "x" })).toThrow(expect.objectContaining({ code: "wire/non-canonical" }));
});
