import type { PubkeyHex } from "@subrosa/core/bytes";
import { encodeEntity } from "@subrosa/core/nostr/nip19";
import { expect, test } from "vitest";
import { ABOUT, mayPost, type PostCheckId, type PostDraft, postChecklist, roundedTime } from "./post-checklist.ts";

const keys = Array.from({ length: 6 }, (_, i) => String(i + 1).repeat(64) as PubkeyHex);
const [me, ...others] = keys as [PubkeyHex, ...PubkeyHex[]];
const quiet: PostDraft = {
  ...{ text: "We were told to sign it.", keys, me, names: ["Al", "alice@rose.example"], now: 1_700_000_123 },
  ...{ isKnown: () => true, relays: ["wss://a.example"], relaysThatKnowMe: new Set<string>() },
};
const levels = (change: Partial<PostDraft>): Record<string, string> =>
  Object.fromEntries(postChecklist({ ...quiet, ...change }).map(({ id, level }) => [id, level]));
const only = (change: Partial<PostDraft>): string[] =>
  Object.entries(levels(change)).flatMap(([id, level]) =>
    level === "ok" || id === "forever" ? [] : [`${id} ${level}`],
  );
const found = (id: PostCheckId, change: Partial<PostDraft>): readonly string[] | undefined =>
  postChecklist({ ...quiet, ...change }).find((check) => check.id === id)?.found;

test("a careful draft passes, every check is shown in its order, and what cannot be checked is said", () => {
  const checks = postChecklist(quiet);
  expect(checks.map(({ id }) => id)).toEqual(Object.keys(ABOUT));
  expect([only({}), mayPost(checks)]).toEqual([[], true]);
  expect(checks.find(({ id }) => id === "size")?.sentence).toBe("You will be 1 of 6.");
});

test("who is not in the ring, or hides among too few, is told before he signs (PROOF-6)", () => {
  expect(only({ keys: others })).toEqual(["membership stop"]);
  expect(mayPost(postChecklist({ ...quiet, keys: others }))).toBe(false);
  expect(only({ keys: keys.slice(0, 2) })).toEqual(["size stop"]);
  expect(only({ keys: keys.slice(0, 4) })).toEqual(["size warn"]);
  expect(only({ keys: [me, ...others, ...others] })).toEqual([]);
  expect(only({ isKnown: (key) => key === others[0] })).toEqual(["strangers warn"]);
});

test("own names, keys, other people, links and hidden marks are found in the text and in the tags", () => {
  const npub = encodeEntity({ type: "npub", pubkey: me });
  expect(found("names", { text: `ask ＡＬ or ${npub}` })).toEqual(["Al", npub]);
  expect(found("names", { text: "we also talked; alphabet; calm" })).toBeUndefined();
  expect(found("names", { text: "x", tags: [["subject", `by ${me}`]] })).toEqual([me]);
  expect(found("names", { text: "见到玫瑰了吗", names: ["玫瑰"] })).toEqual(["玫瑰"]);
  const other = encodeEntity({ type: "npub", pubkey: others[0]! });
  expect(found("people", { text: `nostr:${other}`, tags: [["p", others[1]!]] })).toEqual([`nostr:${other}`, others[1]]);
  const text = "see https://x.example/?for=me, www.y.example or write to bob@z.example, call +49 30 1234567";
  expect(found("links", { text })?.length).toBe(4);
  expect(found("links", { text: "in 2024 there were 1,250,000 of them, 3.14159265358979 each" })).toBeUndefined();
  expect(found("hidden", { text: "a\u200bb\u202ec\u{e0041}" })).toEqual(["U+200B", "U+202E", "U+E0041"]);
  expect(found("hidden", { text: "tab\tand\nline, 👩‍👩‍👧 ❤️ می‌خواهم" })).toBeUndefined();
});

test("relays that know the author, scopes that link, and earlier rings are warned of (PROOF-7)", () => {
  expect(only({ relays: [] })).toEqual(["relays stop"]);
  expect(found("relays", { relaysThatKnowMe: new Set(["wss://a.example"]) })).toEqual(["wss://a.example"]);
  expect(only({ scope: "group" })).toEqual(["linkable warn"]);
  expect(only({ scope: "poll" })).toEqual([]);
  expect(only({ earlierRings: 1 })).toEqual(["linkable warn"]);
  expect(roundedTime(1_700_000_123)).toBe(1_699_999_800);
});

test("long hostile texts are read to their end", () => {
  for (const text of ["@".repeat(100_000), "1 ".repeat(50_000), "a.".repeat(50_000), "http://".repeat(15_000)]) {
    expect(levels({ text })["membership"]).toBe("ok");
  }
});
