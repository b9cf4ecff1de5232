import { expect, test } from "vitest";
import type { EventTemplate } from "./event.ts";
import { expirationOf, expirationTag, isExpired } from "./nip40.ts";

const expiring = (...values: readonly string[]): EventTemplate => ({
  kind: 1,
  created_at: 0,
  content: "",
  tags: values.map((value) => ["expiration", value]),
});

test("NIP-40: what is written is read", () => {
  expect(expirationOf({ ...expiring(), tags: [expirationTag(1_600_000_000)] })).toBe(1_600_000_000);
  expect(expirationOf({ ...expiring(), tags: [expirationTag(Number.MAX_SAFE_INTEGER)] })).toBe(Number.MAX_SAFE_INTEGER);
});

test("NIP-40: an event is expired from its second on", () => {
  expect(isExpired(expiring("100"), 99)).toBe(false);
  expect(isExpired(expiring("100"), 100)).toBe(true);
  expect(isExpired(expiring("0"), 0)).toBe(true);
  expect(isExpired(expiring(), Number.MAX_SAFE_INTEGER)).toBe(false);
});

test("NIP-40: of several times the earliest counts, and what is no time is passed over", () => {
  expect(expirationOf(expiring("300", "100", "200"))).toBe(100);
  expect(expirationOf(expiring("soon", "200"))).toBe(200);
  for (const bad of ["", "-1", "1.5", "1e9", "007", " 7", "9007199254740993", "99999999999999999999"]) {
    expect(expirationOf(expiring(bad))).toBe(undefined);
  }
});

test("NIP-40: a time that is none is the caller's mistake", () => {
  for (const bad of [-1, 1.5, Number.NaN, 2 ** 53]) {
    expect(() => expirationTag(bad)).toThrow(expect.objectContaining({ code: "usage/range" }));
  }
});
