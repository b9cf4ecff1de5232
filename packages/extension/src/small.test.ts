import { fastCurve } from "@subrosa/testkit/curves";
import { expect, test } from "vitest";
import { type Account, accountFor, addAccount, chooseForSite, NO_ACCOUNTS, removeAccount } from "./accounts.ts";
import { MAX_ACTIVITY, record } from "./activity.ts";
import { expire, isUnlocked, locked, nextExpiry, unlocked, used } from "./lock.ts";
import { readPeople } from "./people.ts";
import { admit, MEMBER_RATE, type Rates } from "./rate.ts";

const A = "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";
const B = "c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5";

test("an account locks by itself after its time, and every use puts that off", () => {
  const open = unlocked([], A, 1_000, 5);
  expect(isUnlocked(open, A, 1_000 + 299_999)).toBe(true);
  expect(isUnlocked(open, A, 1_000 + 300_000)).toBe(false);
  const later = used(open, A, 100_000, 5);
  expect(nextExpiry(later)).toBe(400_000);
  expect(expire(later, 400_000)).toEqual([]);
  expect(used(open, A, 400_000, 5)).toEqual(open);
  expect(locked(later, A)).toEqual([]);
  expect(isUnlocked(open, B, 1_000)).toBe(false);
});

test("a clock that jumps back before the unlocking locks", () => {
  expect(isUnlocked(unlocked([], A, 1_000_000, 5), A, 999_999)).toBe(false);
});

const account = (pubkey: string): Account => ({
  pubkey: pubkey as Account["pubkey"],
  name: "",
  ncryptsec: "x".repeat(162),
  addedAt: 0,
  hasBackup: false,
});

test("a site speaks for the account chosen for it, and for nobody when that is removed", () => {
  const two = addAccount(addAccount(NO_ACCOUNTS, account(A))!, account(B))!;
  expect(accountFor(two, "https://a.example")?.pubkey).toBe(A);
  const chosen = chooseForSite(two, "https://a.example", B);
  expect(accountFor(chosen, "https://a.example")?.pubkey).toBe(B);
  expect(accountFor(chosen, "https://b.example")?.pubkey).toBe(A);
  expect(accountFor(removeAccount(chosen, B), "https://a.example")).toBeUndefined();
  expect(accountFor(removeAccount(chosen, A), "https://b.example")).toBeUndefined();
  expect(addAccount(two, account(A))).toBeUndefined();
});

test("the list of what happened is bounded, the newest kept", () => {
  const act = { at: 0, origin: "https://a.example", account: A, method: "signEvent", outcome: "done" } as const;
  const all = Array.from({ length: MAX_ACTIVITY + 5 }, (_, at) => ({ ...act, at })).reduce(record, []);
  expect(all).toHaveLength(MAX_ACTIVITY);
  expect(all.at(-1)?.at).toBe(MAX_ACTIVITY + 4);
});

test("a site may ask five times a minute for a member's signature, each site for itself", () => {
  let rates: Rates = new Map();
  const ask = (origin: string, at: number): boolean => {
    const answer = admit(rates, origin, at);
    rates = answer.rates;
    return answer.admitted;
  };
  for (let i = 0; i < MEMBER_RATE; i++) expect(ask("https://a.example", i)).toBe(true);
  expect(ask("https://a.example", 10)).toBe(false);
  expect(ask("https://b.example", 10)).toBe(true);
  expect(ask("https://a.example", 60_000)).toBe(true);
});

test("people are read one a line, and the first line that is none is named by its number", () => {
  expect(readPeople(`${A} Ada Lovelace\n\n  ${B}  Bob\n`, fastCurve)).toEqual({
    ok: true,
    people: [
      { pubkey: A, name: "Ada Lovelace" },
      { pubkey: B, name: "Bob" },
    ],
  });
  expect(readPeople(`${A} Ada\nnobody at all`, fastCurve)).toEqual({ ok: false, line: 2 });
  // Cut between characters: half of one would be no text, and the whole list could not be kept.
  expect(readPeople(`${A} ${"x".repeat(59)}\u{1f339}`, fastCurve)).toMatchObject({
    people: [{ name: "x".repeat(59) }],
  });
});
