/** PROOF-14: what an anonymous answer to a challenge proves, and what it must not tell. */
import { describe, expect, test } from "vitest";
import { UsageError, WireError } from "../../src/errors.ts";
import type { VerifiedEvent } from "../../src/nostr/event.ts";
import { checkAuth } from "../../src/nostr/nip42.ts";
import {
  type AnonymousAuthTerms,
  anonymousAuthEnd,
  anonymousAuthScope,
  anonymousAuthShape,
  anonymousAuthTemplate,
  anonymousMember,
} from "../../src/proof/anonymous-auth.ts";
import type { ScopeRequest } from "../../src/proof/scope-request.ts";
import { signAsGroupMember } from "../../src/proof/sign.ts";
import { verifyMemberProof } from "../../src/proof/verify.ts";
import { curve, members, seeded, shelf } from "../ring/ring-fixtures.ts";

const five = members(5, "anonymous-auth");
const random = seeded("anonymous-auth");
const rings = shelf();
const relay = "wss://relay.example";
const terms: AnonymousAuthTerms = { ring: five.ring.name, origin: relay, period: 86_400 };
const NOON = 1_700_049_600;

const answer = (index: number, now: number, scope?: ScopeRequest, challenge = "c"): VerifiedEvent =>
  signAsGroupMember(
    anonymousAuthTemplate({ relay, challenge, now }, five.keys),
    { secret: five.secrets[index]!, oneTimeSecret: random(32), fresh: random(32), aux: random(32) },
    curve,
    scope,
  );
const member = (event: VerifiedEvent, of = terms): string | undefined =>
  anonymousMember(verifyMemberProof(event, rings), of, event.created_at);

test("PROOF-14: an answer names a member of the ring for one period, and is an answer of NIP-42", () => {
  const scope = anonymousAuthScope(terms, NOON);
  const first = answer(0, NOON, scope);
  expect(checkAuth(first, { relays: [relay], challenge: "c", now: NOON })).toEqual({ ok: true });
  expect(member(first)).toMatch(/^0[23][0-9a-f]{64}$/);
  // The same member again: the same name, under another key.
  const again = answer(0, NOON + 60, scope, "d");
  expect(member(again)).toBe(member(first));
  expect(again.pubkey).not.toBe(first.pubkey);
  expect(member(answer(1, NOON, scope))).not.toBe(member(first));
});

test("PROOF-14: another period, another relay: another name", () => {
  const names = [terms, { ...terms, origin: "wss://other.example" }, { ...terms, period: 3_600 }].map((of) =>
    member(answer(0, NOON, anonymousAuthScope(of, NOON)), of),
  );
  names.push(member(answer(0, NOON + 86_400, anonymousAuthScope(terms, NOON + 86_400))));
  expect(names).not.toContain(undefined);
  expect(new Set(names).size).toBe(4);
});

describe("PROOF-14: does not admit", () => {
  const cases: [string, () => VerifiedEvent][] = [
    ["a proof without scope: nothing would bound it", () => answer(0, NOON)],
    ["yesterday's scope", () => answer(0, NOON, anonymousAuthScope(terms, NOON - 86_400))],
    ["another relay's scope", () => answer(0, NOON, anonymousAuthScope({ ...terms, origin: "wss://x.example" }, NOON))],
    ["a scope of a page", () => answer(0, NOON, { app: { origin: "https://relay.example", text: "auth/19676" } })],
    ["a scope of the relay's for something else", () => answer(0, NOON, { app: { origin: relay, text: "vote/1" } })],
  ];
  for (const [title, make] of cases) {
    test(title, () => {
      const event = make();
      expect(verifyMemberProof(event, rings).ok).toBe(true);
      expect(member(event)).toBeUndefined();
    });
  }

  test("a proof over another ring", () => {
    const event = answer(0, NOON, anonymousAuthScope(terms, NOON));
    expect(member(event, { ...terms, ring: members(4, "others").ring.name })).toBeUndefined();
  });
});

test("PROOF-14: a period ends where the next begins", () => {
  const end = anonymousAuthEnd(terms, NOON);
  expect(end).toBeGreaterThan(NOON);
  expect(anonymousAuthScope(terms, end - 1)).toEqual(anonymousAuthScope(terms, NOON));
  expect(anonymousAuthScope(terms, end)).not.toEqual(anonymousAuthScope(terms, NOON));
  expect(() => anonymousAuthScope(terms, -1)).toThrow(UsageError);
  expect(() => anonymousAuthScope(terms, Number.NaN)).toThrow(UsageError);
});

test("PROOF-14: an announcement is read strictly, and what it says beside is ignored", () => {
  const read = (value: unknown): AnonymousAuthTerms => anonymousAuthShape.read(value, "anonymous_auth");
  expect(read({ ...terms, size: 5 })).toEqual(terms);
  for (const wrong of [
    null,
    {},
    { ...terms, ring: "x" },
    { ...terms, origin: "https://relay.example" },
    { ...terms, origin: "wss://relay.example/" },
    { ...terms, origin: "wss://relay.example:443" },
    { ...terms, period: 60 },
    { ...terms, period: 1e9 },
    { ...terms, period: "86400" },
  ]) {
    expect(() => read(wrong)).toThrow(WireError);
  }
});
