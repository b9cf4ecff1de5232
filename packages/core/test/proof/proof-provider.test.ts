/** What a page can learn from a provider (review finding P-03), and what is advised before signing. */
import { describe, expect, test } from "vitest";
import type { Curve } from "../../src/curve/curve.ts";
import { reviewRing } from "../../src/proof/advice.ts";
import { answerAsMember, type MemberRequest } from "../../src/proof/provider.ts";
import type { ProofTemplate } from "../../src/proof/template.ts";
import { verifyMemberProof } from "../../src/proof/verify.ts";
import { curve, members, seeded, shelf } from "../ring/ring-fixtures.ts";

const five = members(5, "provider");
const [member] = five.secrets;
const stranger = members(2, "strangers");
const POLL = "ab".repeat(32);

const request = (more: Partial<ProofTemplate> = {}, rest: Partial<MemberRequest> = {}): MemberRequest => ({
  template: { kind: 1, created_at: 1_700_000_000, content: "words", tags: [], keys: five.keys, ...more },
  consent: true,
  ...rest,
});

/** What was asked of curve and random source: the work, without the values. */
function answer(asked: MemberRequest, secret = member!) {
  const work: string[] = [];
  const random = seeded("provider/random");
  const counted = Object.fromEntries(
    Object.entries(curve).map(([name, value]) => {
      if (typeof value !== "function") return [name, value];
      const call = value as (...args: unknown[]) => unknown;
      return [
        name,
        (...args: unknown[]) => {
          work.push(name);
          return call(...args);
        },
      ];
    }),
  ) as Curve;
  const source = (length: number): Uint8Array => {
    work.push(`random ${length}`);
    return random(length);
  };
  return { answer: answerAsMember(asked, secret, source, counted), work };
}

describe("P-03: one answer", () => {
  const yes = answer(request());

  test("a member who agrees gets an event that verifies", () => {
    expect(yes.answer.ok && verifyMemberProof(yes.answer.event, shelf())).toMatchObject({ ok: true, n: 5 });
  });

  const same: readonly (readonly [string, MemberRequest, typeof member])[] = [
    ["not a member", request(), stranger.secrets[0]],
    ["denied", request({}, { consent: false }), member],
    ["denied, and not a member", request({}, { consent: false }), stranger.secrets[0]],
  ];

  for (const [why, asked, secret] of same) {
    test(`${why}: the same no, after exactly the work of a yes`, () => {
      const no = answer(asked, secret);
      expect(no.answer).toEqual({ ok: false });
      expect(no.work).toEqual(yes.work);
    });
  }

  const invalid: readonly (readonly [string, MemberRequest])[] = [
    ["a key off the curve", request({ keys: [...five.keys.slice(0, 4), `${"0".repeat(63)}5`] })],
    ["a key in uppercase", request({ keys: [...five.keys.slice(0, 4), five.keys[4]!.toUpperCase()] })],
    ["a key twice", request({ keys: [...five.keys.slice(0, 4), five.keys[0]!] })],
    ["two keys", request({ keys: five.keys.slice(0, 2) })],
    ["no keys", request({ keys: [] })],
    ["a poll's scope outside a ballot", request({}, { scope: { poll: POLL as never } })],
    ["a scope of an origin that is none", request({}, { scope: { app: { origin: "null", text: "t" } } })],
    [
      "a scope that is too long",
      request({}, { scope: { app: { origin: "https://a.example", text: "t".repeat(300) } } }),
    ],
  ];

  for (const [why, asked] of invalid) {
    test(`${why}: the same no, with an event signed all the same`, () => {
      const no = answer(asked);
      expect(no.answer).toEqual({ ok: false });
      const signatures = (work: readonly string[]) => work.filter((name) => name === "signSchnorr").length;
      expect(signatures(no.work)).toBe(signatures(yes.work));
      expect(answer(asked, stranger.secrets[0]).work).toEqual(no.work);
    });
  }

  test("with a scope too: member, stranger and denial do the same work", () => {
    const scope = { app: { origin: "https://a.example", text: "t" } };
    const linked = answer(request({}, { scope }));
    expect(linked.answer.ok).toBe(true);
    expect(answer(request({}, { scope }), stranger.secrets[0])).toEqual({ answer: { ok: false }, work: linked.work });
    expect(answer(request({}, { scope, consent: false }))).toEqual({ answer: { ok: false }, work: linked.work });
  });

  test("asked for more than 1,000 keys, it works for no more than that", () => {
    const noKeys = (count: number) => answer(request({ keys: new Array<string>(count).fill("x") }));
    const [just, far] = [noKeys(1_000), noKeys(2_000)];
    expect(just.answer).toEqual({ ok: false });
    expect(far.work.filter((name) => name !== "openRing")).toEqual(just.work.filter((name) => name !== "openRing"));
  });

  test("a random source that repeats itself is not waited for", () => {
    const stuck = (length: number) => new Uint8Array(length).fill(5);
    const asked = request({ keys: ["zz", "zz", "zz", "zz"] });
    expect(() => answerAsMember(asked, member!, stuck, curve)).toThrow(/random source/);
  });
});

describe("advice before signing", () => {
  test("looks at the ring and at whom the user knows", () => {
    const known = new Set(five.keys);
    expect(reviewRing(five.keys, (key) => known.has(key))).toEqual({ n: 5, known: 5, advice: [] });
    expect(reviewRing(five.keys, () => false)).toEqual({ n: 5, known: 0, advice: ["few-known"] });
    expect(reviewRing(five.keys.slice(0, 2), () => true).advice).toEqual(["too-small", "few-known"]);
    const many = Array.from({ length: 1001 }, (_, i) => String(i));
    expect(reviewRing(many.slice(0, 151), () => true).advice).toEqual(["large-event"]);
    expect(reviewRing(many, () => true).advice).toEqual(["large-event", "too-large"]);
    expect(reviewRing([...five.keys, ...five.keys], () => true)).toMatchObject({ n: 5 });
  });
});
