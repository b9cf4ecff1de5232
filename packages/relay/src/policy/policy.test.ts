import { describe, expect, test } from "vitest";
import { type EventFields, event, key, NOW } from "../../test/events.ts";
import { DEFAULT_CONFIG } from "../config.ts";
import { configuredPolicy } from "./configured.ts";
import {
  authToWrite,
  expiration,
  firstOf,
  neverInTheOpen,
  onlyKinds,
  onlyMembers,
  type Policy,
  type PolicyContext,
  proofOfWork,
  protectedEvents,
  rateByAddress,
  rateByImage,
  rateByKey,
  timeWindow,
  vanishHere,
  withoutAuthors,
  withoutKinds,
} from "./policy.ts";
import { Rates } from "./rates.ts";

const context = (fields: Partial<PolicyContext> = {}): PolicyContext => ({
  now: NOW,
  keys: new Set(),
  images: [],
  address: "192.0.2.1",
  recent: () => 0,
  ...fields,
});
const hosts = new Set(["relay.example"]);
const as = (...keys: number[]): Partial<PolicyContext> => ({ keys: new Set(keys.map(key)) });

/** prefix of the refusal, or undefined where it is accepted */
const rows: readonly (readonly [string, Policy, EventFields, Partial<PolicyContext>, string | undefined])[] = [
  ...[400, 401, 402, 403, 404, 405, 406].map(
    (kind) => [`CHANNEL-7: kind ${kind} is refused in the open`, neverInTheOpen, { kind }, {}, "blocked"] as const,
  ),
  ["kind 399 is nothing special", neverInTheOpen, { kind: 399 }, {}, undefined],
  ["kind 407 is nothing special", neverInTheOpen, { kind: 407 }, {}, undefined],
  ["NIP-42: kind 22242 is refused as an event", neverInTheOpen, { kind: 22_242 }, {}, "invalid"],
  ["now is not too late", timeWindow(100, 10), {}, {}, undefined],
  ["the end of the future is included", timeWindow(100, 10), { created_at: NOW + 10 }, {}, undefined],
  ["after it is refused", timeWindow(100, 10), { created_at: NOW + 11 }, {}, "invalid"],
  ["the end of the past is included", timeWindow(100, 10), { created_at: NOW - 100 }, {}, undefined],
  ["before it is refused", timeWindow(100, 10), { created_at: NOW - 101 }, {}, "invalid"],
  ["a time that no store can keep", timeWindow(100, 2 ** 52), { created_at: 2 ** 49 }, {}, "invalid"],
  ["NIP-40: no expiration", expiration, {}, {}, undefined],
  ["NIP-40: later", expiration, { tags: [["expiration", String(NOW + 1)]] }, {}, undefined],
  ["NIP-40: this second", expiration, { tags: [["expiration", String(NOW)]] }, {}, "invalid"],
  [
    "NIP-40: the earliest counts",
    expiration,
    {
      tags: [
        ["expiration", String(NOW + 1)],
        ["expiration", "5"],
      ],
    },
    {},
    "invalid",
  ],
  ["NIP-40: what is no time would never end", expiration, { tags: [["expiration", "soon"]] }, {}, "invalid"],
  ["NIP-40: nothing is no time", expiration, { tags: [["expiration"]] }, {}, "invalid"],
  ["NIP-70: not protected", protectedEvents, {}, {}, undefined],
  ["NIP-70: nobody", protectedEvents, { tags: [["-"]] }, {}, "auth-required"],
  ["NIP-70: somebody else", protectedEvents, { tags: [["-"]] }, as(2), "restricted"],
  ["NIP-70: the author, among others", protectedEvents, { tags: [["-"]] }, as(2, 1), undefined],
  ["NIP-62: other kinds", vanishHere(hosts), {}, {}, undefined],
  ["NIP-62: all relays", vanishHere(hosts), { kind: 62, tags: [["relay", "ALL_RELAYS"]] }, {}, undefined],
  ["NIP-62: this relay", vanishHere(hosts), { kind: 62, tags: [["relay", "wss://RELAY.example/x"]] }, {}, undefined],
  ["NIP-62: another relay", vanishHere(hosts), { kind: 62, tags: [["relay", "wss://other.example"]] }, {}, "blocked"],
  ["NIP-62: no relay", vanishHere(hosts), { kind: 62 }, {}, "invalid"],
  ["NIP-13: none asked for", proofOfWork(0), {}, {}, undefined],
  ["NIP-13: too little", proofOfWork(60), {}, {}, "pow"],
  ["a kind that is kept", onlyKinds(new Set([1])), {}, {}, undefined],
  ["a kind that is not", onlyKinds(new Set([7])), {}, {}, "blocked"],
  ["a kind that is refused", withoutKinds(new Set([1])), {}, {}, "blocked"],
  ["a member", onlyMembers(new Set([key(1)])), {}, {}, undefined],
  ["a stranger", onlyMembers(new Set([key(9)])), {}, {}, "auth-required"],
  ["a stranger who showed who he is", onlyMembers(new Set([key(9)])), {}, as(3), "restricted"],
  ["a member with a one-time key", onlyMembers(new Set([key(9)])), { kind: 1059 }, as(9), undefined],
  ["a refused author", withoutAuthors(new Set([key(1)])), {}, {}, "blocked"],
  ["writing without a name", authToWrite, {}, {}, "auth-required"],
  ["writing with one", authToWrite, {}, as(5), undefined],
  ["a key below its rate", rateByKey(5), {}, { recent: (of) => (of === key(1) ? 4 : 99) }, undefined],
  ["a key at its rate", rateByKey(5), {}, { recent: (of) => (of === key(1) ? 5 : 0) }, "rate-limited"],
  ["an address at its rate", rateByAddress(5), {}, { recent: (of) => (of === "192.0.2.1" ? 5 : 0) }, "rate-limited"],
];

describe("policies", () => {
  for (const [title, policy, fields, given, expected] of rows) {
    test(title, () => {
      const reason = policy(event(fields), context(given));
      expect(reason?.split(":")[0]).toBe(expected);
    });
  }

  test("NIP-13: work counts only as far as it was committed to", () => {
    const mined = (target: string): ReturnType<typeof event> => {
      for (let nonce = 0; ; nonce++) {
        const it = event({ tags: [["nonce", String(nonce), target]] });
        if (it.id.startsWith("0")) return it;
      }
    };
    expect(proofOfWork(4)(mined("4"), context())).toBeUndefined();
    expect(proofOfWork(4)(mined("1"), context())).toMatch(/^pow: .*commits/);
  });

  test("the first refusal counts, and later policies are not asked", () => {
    const asked: number[] = [];
    const answers =
      (n: number, reason?: string): Policy =>
      () => {
        asked.push(n);
        return reason;
      };
    expect(firstOf(answers(1), answers(2, "blocked: two"), answers(3, "blocked: three"))(event(), context())).toBe(
      "blocked: two",
    );
    expect(asked).toEqual([1, 2]);
  });
});

describe("a configuration's policies", () => {
  const refused = (config: object, fields: EventFields = {}, given: Partial<PolicyContext> = {}): string | undefined =>
    configuredPolicy({ ...DEFAULT_CONFIG, ...config }, hosts)(event(fields), context(given))?.split(":")[0];

  test("without settings everything of now is taken", () => {
    for (const kind of [0, 1, 4, 5, 1059, 21_059, 30_000, 485]) expect(refused({}, { kind })).toBeUndefined();
    expect(refused({}, { created_at: 0 })).toBeUndefined();
    expect(refused({}, { created_at: NOW + 901 })).toBe("invalid");
  });

  test("every setting has its policy", () => {
    expect(refused({ allowKinds: [7] })).toBe("blocked");
    expect(refused({ denyKinds: [1] })).toBe("blocked");
    expect(refused({ denyAuthors: [key(1)] })).toBe("blocked");
    expect(refused({ members: [key(2)] })).toBe("auth-required");
    expect(refused({ authToWrite: true })).toBe("auth-required");
    expect(refused({ maxPast: 10 }, { created_at: NOW - 11 })).toBe("invalid");
    expect(refused({ pow: 60 })).toBe("pow");
    expect(refused({ eventsPerMinutePerKey: 3 }, {}, { recent: () => 3 })).toBe("rate-limited");
    expect(refused({ eventsPerMinutePerAddress: 3 }, {}, { recent: () => 3 })).toBe("rate-limited");
  });

  test("the operator's own policy is asked last", () => {
    const own: Policy = ({ content }) => (content === "no" ? "blocked: no" : undefined);
    const policy = configuredPolicy(DEFAULT_CONFIG, hosts, own);
    expect(policy(event({ content: "no" }), context())).toBe("blocked: no");
    expect(policy(event({ kind: 400, content: "no" }), context())).toMatch(/gift wraps/);
  });
});

describe("rates", () => {
  test("count one minute, to the second", () => {
    const rates = new Rates();
    for (let i = 0; i < 5; i++) rates.record("a", NOW);
    rates.record("a", NOW + 30);
    expect(rates.recent("a", NOW + 30)).toBe(6);
    expect(rates.recent("b", NOW + 30)).toBe(0);
    expect(rates.recent("a", NOW + 59)).toBe(6);
    expect(rates.recent("a", NOW + 60)).toBe(1);
    expect(rates.recent("a", NOW + 90)).toBe(0);
  });

  test("a clock that goes back or jumps does no harm", () => {
    const rates = new Rates();
    rates.record("a", NOW);
    expect(rates.recent("a", NOW - 100)).toBe(1);
    expect(rates.recent("a", NOW + 1_000_000)).toBe(0);
  });
});

test("PROOF-14: a member without a name is a member, authenticated, and counted under his pseudonym", () => {
  const images = ["02aa"];
  const by = (more: Partial<PolicyContext>): PolicyContext => ({
    ...{ now: NOW, keys: new Set() },
    address: "a",
    images,
    recent: () => 0,
    ...more,
  });
  expect(authToWrite(event(), by({}))).toBeUndefined();
  expect(onlyMembers(new Set())(event(), by({}))).toBeUndefined();
  expect(authToWrite(event(), by({ images: [] }))).toMatch(/^auth-required: /);
  const rate = rateByImage(3);
  expect(rate(event(), by({ recent: (of) => (of === "02aa" ? 2 : 9) }))).toBeUndefined();
  expect(rate(event(), by({ recent: (of) => (of === "02aa" ? 3 : 0) }))).toMatch(/^rate-limited: /);
  expect(rate(event(), by({ images: [], recent: () => 9 }))).toBeUndefined();
});
