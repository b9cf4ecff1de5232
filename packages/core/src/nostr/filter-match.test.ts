import { expect, test } from "vitest";
import type { EventId, PubkeyHex } from "../bytes.ts";
import type { Rumor } from "./event.ts";
import type { Filter } from "./filter.ts";
import { compileFilters, matches } from "./filter-match.ts";

const id = "1".repeat(64) as EventId;
const pubkey = "2".repeat(64) as PubkeyHex;
const other = "3".repeat(64);
const event: Rumor = {
  id,
  pubkey,
  kind: 7,
  created_at: 100,
  tags: [["e", other, "wss://a"], ["t", "rose"], ["t", "thorn"], ["x"], ["d", ""]],
  content: "rose",
};

const cases: readonly [string, Filter, boolean][] = [
  ["nothing asked", {}, true],
  ["its id", { ids: [id] }, true],
  ["another id", { ids: [other as EventId] }, false],
  ["no id at all", { ids: [] }, false],
  ["its author", { authors: [pubkey] }, true],
  ["another author", { authors: [other as PubkeyHex] }, false],
  ["its kind among others", { kinds: [1, 7] }, true],
  ["another kind", { kinds: [1] }, false],
  ["since its own second", { since: 100 }, true],
  ["since the next second", { since: 101 }, false],
  ["until its own second", { until: 100 }, true],
  ["until the second before", { until: 99 }, false],
  ["a range turned around", { since: 101, until: 99 }, false],
  ["one of two values of one tag", { "#t": ["thorn", "leaf"] }, true],
  ["a tag value that differs in case", { "#t": ["Rose"] }, false],
  ["two different tags, both met", { "#t": ["rose"], "#e": [other] }, true],
  ["two different tags, one met", { "#t": ["rose"], "#d": ["x"] }, false],
  ["a later element of a tag", { "#e": ["wss://a"] }, false],
  ["a tag without a value", { "#x": [""] }, false],
  ["a tag whose value is empty", { "#d": [""] }, true],
  ["a limit of nothing, which counts stored events only", { limit: 0 }, true],
  ["a search, which the store decides", { search: "thorn" }, true],
];
for (const [what, filter, expected] of cases) {
  test(`NIP-01: ${what} ${expected ? "matches" : "does not match"}`, () => {
    expect(matches(filter, event)).toBe(expected);
    expect(compileFilters([filter])(event)).toBe(expected);
  });
}

test("NIP-01: several filters are an or; no filter matches nothing", () => {
  expect(compileFilters([{ kinds: [1] }, { kinds: [7] }])(event)).toBe(true);
  expect(compileFilters([{ kinds: [1] }, { kinds: [2] }])(event)).toBe(false);
  expect(compileFilters([])(event)).toBe(false);
});
