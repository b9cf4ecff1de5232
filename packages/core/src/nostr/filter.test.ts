import { expect, test } from "vitest";
import type { EventId } from "../bytes.ts";
import { readShape, writeShape } from "../json.ts";
import { DEFAULT_FILTER_LIMITS, type Filter, filterShape, TAG_LETTERS } from "./filter.ts";

const shape = filterShape();
const read = (text: string) => readShape(shape, text, "filter", { maxLength: 1 << 20, maxDepth: 4 });
const key = "ab".repeat(32);

test("NIP-01: reads every condition and writes the same JSON again", () => {
  const json = `{"ids":["${key}"],"authors":["${key}"],"kinds":[0,65535],"#A":["x"],"#e":["${key}"],"#p":["${key}"],"#t":["rose",""],"since":0,"until":9007199254740991,"limit":0,"search":"rose"}`;
  expect(writeShape(shape, read(json))).toBe(json);
});

test("NIP-01: every letter of the English alphabet names a tag condition, and nothing else does", () => {
  expect(TAG_LETTERS).toHaveLength(52);
  for (const letter of TAG_LETTERS) expect(read(`{"#${letter}":[]}`)).toEqual({ [`#${letter}`]: [] });
  for (const name of ["#", "#1", "##", "#é", "#ab", "t", "&t"]) {
    expect(() => read(JSON.stringify({ [name]: [] }))).toThrow(expect.objectContaining({ code: "wire/unknown-field" }));
  }
});

test("what was read is frozen, its lists too", () => {
  const filter = read('{"kinds":[1]}');
  expect(() => (filter.kinds as number[]).push(2)).toThrow(TypeError);
  expect(() => Object.assign(filter, { since: 1 })).toThrow(TypeError);
});

test("a refusal names the item", () => {
  const path = "filter.authors[1]";
  expect(() => read(`{"authors":["${key}","x"]}`)).toThrow(expect.objectContaining({ code: "wire/hex", path }));
});

const long = { maxValues: 1, maxTagFields: 1, maxTagValue: 3, maxSearch: 3 };
const refused: readonly [string, string, string][] = [
  ["an array", "[]", "wire/type"],
  ["null", "null", "wire/type"],
  ["an unknown field", '{"genre":["x"]}', "wire/unknown-field"],
  ["a field written twice", '{"since":1,"since":2}', "wire/duplicate-field"],
  ["a field written twice in two spellings", '{"since":1,"sin\\u0063e":2}', "wire/duplicate-field"],
  ["__proto__", '{"__proto__":{"kinds":[1]}}', "wire/unknown-field"],
  ["a list that is none", '{"kinds":1}', "wire/type"],
  ["a null list", '{"ids":null}', "wire/type"],
  ["uppercase hex in ids", `{"ids":["${key.toUpperCase()}"]}`, "wire/hex"],
  ["a prefix in ids", '{"ids":["abcd"]}', "wire/hex"],
  ["a number in authors", '{"authors":[1]}', "wire/type"],
  ["an id in #e that is none", '{"#e":["x"]}', "wire/hex"],
  ["a key in #p that is none", '{"#p":["x"]}', "wire/hex"],
  ["a kind below 0", '{"kinds":[-1]}', "wire/range"],
  ["a kind above 65,535", '{"kinds":[65536]}', "wire/range"],
  ["a kind that is minus zero", '{"kinds":[-0]}', "wire/range"],
  ["a fraction of a second", '{"since":1.5}', "wire/range"],
  ["a time that is text", '{"until":"1"}', "wire/type"],
  ["an unsafe integer", '{"until":9007199254740992}', "wire/range"],
  ["a negative limit", '{"limit":-1}', "wire/range"],
  ["half a surrogate pair in a tag value", '{"#t":["\\ud800"]}', "wire/text"],
  ["half a surrogate pair in search", '{"search":"\\ud800"}', "wire/text"],
];
for (const [what, json, code] of refused) {
  test(`NIP-01: refuses ${what} as ${code}`, () => {
    expect(() => read(json)).toThrow(expect.objectContaining({ code }));
  });
}

const beyond: readonly [string, Filter, string][] = [
  ["too many values", { kinds: [1, 2] }, "wire/too-many"],
  ["too many ids", { ids: [key, key] as EventId[] }, "wire/too-many"],
  ["too many tag conditions", { "#a": [], "#b": [] }, "wire/too-many"],
  ["a tag value that is too long", { "#t": ["abcd"] }, "wire/too-long"],
  ["a search that is too long", { search: "abcd" }, "wire/too-long"],
];
for (const [what, filter, code] of beyond) {
  test(`limits: refuses ${what} as ${code}`, () => {
    expect(() => filterShape(long).read(filter, "filter")).toThrow(expect.objectContaining({ code }));
    expect(filterShape({ ...DEFAULT_FILTER_LIMITS }).read(filter, "filter")).toEqual(filter);
  });
}
