import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { classOf, METHODS, type Method } from "./method.ts";
import { ALWAYS, decide, EVERYTHING, type Grant, isRememberable, remember, withoutGrant } from "./permission.ts";

const A = "a".repeat(64);
const B = "b".repeat(64);
const SITE = "https://site.example";
const NOW = 1_000_000;
const ORIGINS = [
  SITE,
  "https://other.example",
  "https://sub.site.example",
  "https://site.example:8443",
  "http://site.example",
  "null",
  "",
  "file://",
];

const grantOf = (method: Grant["method"], more: Partial<Grant> = {}): Grant => ({
  origin: SITE,
  account: A,
  method,
  verdict: "allow",
  until: ALWAYS,
  ...more,
});

describe("every method × grant × origin × account × moment", () => {
  const kinds = [undefined, 1, 7];
  const cases = METHODS.flatMap((method) =>
    ORIGINS.flatMap((origin) =>
      [A, B].flatMap((account) =>
        ([method, EVERYTHING, "signEvent"] as const).flatMap((granted) =>
          [ALWAYS, NOW, NOW - 1].map((until) => ({ method, origin, account, granted, until })),
        ),
      ),
    ),
  );

  test(`an allow reaches its origin, account, method and time, and no further (${cases.length * kinds.length} cases)`, () => {
    expect(cases.length * kinds.length).toBeGreaterThanOrEqual(500);
    for (const { method, origin, account, granted, until } of cases) {
      for (const kind of kinds) {
        const known = [grantOf(granted, { until, ...(kind === undefined ? {} : { kind }) })];
        const isMeant = origin === SITE && account === A && until > NOW && (kind === undefined || kind === 1);
        const isNamed = granted === method || (granted === EVERYTHING && classOf(method) === "ordinary");
        const level = classOf(method);
        const allowed = level === "open" || (level !== "each" && isMeant && isNamed);
        const verdict = decide(known, { origin, account, method, kind: 1 }, NOW);
        expect(verdict, JSON.stringify({ method, origin, account, granted, until, kind })).toBe(
          allowed ? "allow" : "ask",
        );
      }
    }
  });
});

test("a deny outlives any allow, in either order and of any reach", () => {
  for (const method of METHODS.filter((one) => classOf(one) !== "open")) {
    const deny = grantOf(method, { verdict: "deny" });
    for (const allow of [grantOf(method), grantOf(EVERYTHING), grantOf(method, { kind: 1 })]) {
      for (const known of [
        [deny, allow],
        [allow, deny],
      ]) {
        expect(decide(known, { origin: SITE, account: A, method, kind: 1 }, NOW)).toBe("deny");
      }
    }
  }
});

test("denying everything denies every method that needs consent", () => {
  const known = [grantOf(EVERYTHING, { verdict: "deny" })];
  for (const method of METHODS) {
    const verdict = decide(known, { origin: SITE, account: A, method }, NOW);
    expect(verdict).toBe(classOf(method) === "open" ? "allow" : "deny");
  }
});

test("a member's signature and an alias are asked for every time, whatever is granted", () => {
  for (const method of ["signEventAsGroupMember", "subrosa.deriveAlias"] as const) {
    const known = METHODS.map((one) => grantOf(one)).concat(grantOf(EVERYTHING));
    expect(decide(known, { origin: SITE, account: A, method, kind: 1 }, NOW)).toBe("ask");
    expect(isRememberable(method, "allow")).toBe(false);
    const request = { origin: SITE, account: A, method, kind: 1 };
    expect(remember([], request, { verdict: "allow", lasts: "always", reach: "everything" }, NOW)).toEqual([]);
  }
});

test("what is remembered once leaves nothing; for an hour it ends after an hour; the newest answer replaces the older", () => {
  const request = { origin: SITE, account: A, method: "signEvent", kind: 1 } as const;
  expect(remember([], request, { verdict: "allow", lasts: "once", reach: "this" }, NOW)).toEqual([]);
  const hour = remember([], request, { verdict: "allow", lasts: "hour", reach: "this" }, NOW);
  expect(decide(hour, request, NOW + 3_599_999)).toBe("allow");
  expect(decide(hour, request, NOW + 3_600_000)).toBe("ask");
  expect(decide(hour, { ...request, kind: 7 }, NOW)).toBe("ask");
  const denied = remember(hour, request, { verdict: "deny", lasts: "always", reach: "this" }, NOW);
  expect(denied).toHaveLength(1);
  expect(decide(denied, request, NOW)).toBe("deny");
  expect(withoutGrant(denied, denied[0]!)).toEqual([]);
});

test("a grant for another origin, account or method never changes an answer", () => {
  const method = fc.constantFrom<Method>(...METHODS);
  const grant = fc.record({
    origin: fc.constantFrom(...ORIGINS.slice(0, 4)),
    account: fc.constantFrom(A, B),
    method: fc.constantFrom<Grant["method"]>(...METHODS, EVERYTHING),
    verdict: fc.constantFrom<Grant["verdict"]>("allow", "deny"),
    until: fc.constantFrom(ALWAYS, NOW + 1, NOW),
  });
  fc.assert(
    fc.property(fc.array(grant, { maxLength: 12 }), method, fc.constantFrom(A, B), (known, asked, account) => {
      const request = { origin: SITE, account, method: asked };
      const own = known.filter((one) => one.origin === SITE && one.account === account);
      expect(decide(known, request, NOW)).toBe(decide(own, request, NOW));
    }),
  );
});
