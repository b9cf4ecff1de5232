import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  boolean,
  hexText,
  integer,
  list,
  object,
  oneOf,
  parseJson,
  readShape,
  type Shape,
  text,
  writeShape,
} from "./json.ts";

const limits = { maxLength: 10_000, maxDepth: 4 };
const parse = (source: string): unknown => parseJson(source, "it", limits);
const code = (value: string) => expect.objectContaining({ name: "WireError", code: value });

describe("parseJson", () => {
  test("any JSON value within the limits is read as JSON.parse reads it", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), fc.integer({ min: 0, max: 3 }), (value, space) => {
        const source = JSON.stringify(value, null, space);
        expect(parse(source)).toEqual(JSON.parse(source));
      }),
    );
  });

  test("any text at all is read as JSON.parse reads it or refused with a WireError", () => {
    const pieces = fc.constantFrom(
      "{",
      "}",
      "[",
      "]",
      ":",
      ",",
      '"',
      "\\",
      '"a"',
      '"\\u0061"',
      "1",
      "-0",
      "null",
      " ",
      "\n",
      "é",
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 14 }), (parts) => {
        const source = parts.join("");
        let expected: unknown;
        let valid = true;
        try {
          expected = JSON.parse(source);
        } catch {
          valid = false;
        }
        try {
          const value = parse(source);
          expect(valid).toBe(true);
          expect(value).toEqual(expected);
        } catch (error) {
          expect(error).toMatchObject({ name: "WireError" });
        }
      }),
      { numRuns: 5_000 },
    );
  });

  const refused: readonly [string, string, string][] = [
    ["a key twice", '{"a":1,"a":2}', "wire/duplicate-field"],
    ["a key twice in two spellings", '{"a":1,"\\u0061":2}', "wire/duplicate-field"],
    ["a key twice far down", '[{"b":{"a":1,"c":[],"a":1}}]', "wire/duplicate-field"],
    ["an empty key twice", '{"":1,"":2}', "wire/duplicate-field"],
    ["a key that ends in a backslash, twice", '{"a\\\\":1,"a\\\\":2}', "wire/duplicate-field"],
    ["too deep an array", "[[[[[]]]]]", "wire/too-deep"],
    ["too deep an object", '{"a":{"a":{"a":{"a":{}}}}}', "wire/too-deep"],
    ["nothing", "", "wire/json"],
    ["two values", "1 2", "wire/json"],
    ["a string without end", '{"a', "wire/json"],
    ["a colon without key", ":", "wire/json"],
    ["more than the limit", `"${"x".repeat(10_000)}"`, "wire/too-long"],
  ];
  for (const [what, source, expected] of refused) {
    test(`refuses ${what} as ${expected}`, () => expect(() => parse(source)).toThrow(code(expected)));
  }

  test("the same key in two objects, in a value, in a string is no repetition", () => {
    for (const source of [
      '[{"a":1},{"a":2}]',
      '{"a":{"a":1},"b":"a"}',
      '{"a":"\\"a\\":1"}',
      '{"a":1,"A":2}',
      '{"a":["a","a"]}',
    ]) {
      expect(parse(source)).toEqual(JSON.parse(source));
    }
  });

  test("a hundred thousand brackets are refused without a deep stack", () => {
    const deep = { maxLength: 1_000_000, maxDepth: 8 };
    expect(() => parseJson("[".repeat(100_000), "it", deep)).toThrow(code("wire/too-deep"));
  });
});

const rose = object(
  {
    name: text({ max: 5, min: 1 }),
    colour: oneOf("red", "white"),
    petals: integer({ max: 99 }),
    seal: hexText(2),
    wild: boolean,
    thorns: list(integer(), { max: 3, min: 1 }),
  },
  { optional: { note: text({ max: 3 }) } },
);
const good = { name: "Gaul", colour: "red", petals: 5, seal: "00ff", wild: true, thorns: [1, 2] } as const;

describe("shapes", () => {
  test("read what they wrote, field for field, in the order of the declaration", () => {
    const json = writeShape(rose, { ...good, note: "old" });
    expect(json).toBe(
      '{"name":"Gaul","colour":"red","petals":5,"seal":"00ff","wild":true,"thorns":[1,2],"note":"old"}',
    );
    expect(readShape(rose, json, "rose", limits)).toEqual({ ...good, note: "old" });
    const shuffled = Object.fromEntries(Object.entries({ ...good, note: "old" }).reverse());
    expect(writeShape(rose, rose.read(shuffled, "rose"))).toBe(json);
  });

  const bent: readonly [string, object, string, string][] = [
    ["a missing field", { ...good, name: undefined }, "wire/type", "rose.name"],
    ["an unknown field", { ...good, scent: 1 }, "wire/unknown-field", "rose"],
    ["__proto__ as a field", JSON.parse('{"__proto__":{}}'), "wire/unknown-field", "rose"],
    ["an empty text", { ...good, name: "" }, "wire/length", "rose.name"],
    ["a long text", { ...good, name: "123456" }, "wire/too-long", "rose.name"],
    ["half a surrogate pair", { ...good, name: "\udc00" }, "wire/text", "rose.name"],
    ["a value outside the choice", { ...good, colour: "blue" }, "wire/range", "rose.colour"],
    ["a number for a text", { ...good, name: 5 }, "wire/type", "rose.name"],
    ["a text for a number", { ...good, petals: "5" }, "wire/type", "rose.petals"],
    ["a fraction", { ...good, petals: 0.5 }, "wire/range", "rose.petals"],
    ["minus zero", { ...good, petals: -0 }, "wire/range", "rose.petals"],
    ["too large a number", { ...good, petals: 100 }, "wire/range", "rose.petals"],
    ["not a number", { ...good, petals: Number.NaN }, "wire/range", "rose.petals"],
    ["capitals in hex", { ...good, seal: "00FF" }, "wire/hex", "rose.seal"],
    ["short hex", { ...good, seal: "00" }, "wire/hex", "rose.seal"],
    ["1 for true", { ...good, wild: 1 }, "wire/type", "rose.wild"],
    ["an empty list", { ...good, thorns: [] }, "wire/length", "rose.thorns"],
    ["a long list", { ...good, thorns: [1, 2, 3, 4] }, "wire/too-many", "rose.thorns"],
    ["an object for a list", { ...good, thorns: { 0: 1 } }, "wire/type", "rose.thorns"],
    ["a bad item", { ...good, thorns: [1, null] }, "wire/type", "rose.thorns[1]"],
    ["a hole in a list", { ...good, thorns: new Array(1) }, "wire/type", "rose.thorns[0]"],
    ["null for an optional field", { ...good, note: null }, "wire/type", "rose.note"],
    ["an array", [good], "wire/type", "rose"],
  ];
  for (const [what, value, expected, path] of bent) {
    test(`refuse ${what} as ${expected} at ${path}`, () => {
      expect(() => rose.read(value, "rose")).toThrow(expect.objectContaining({ code: expected, path }));
    });
  }

  test("refuse a missing field by its name, and a field that is only inherited", () => {
    const { name: _, ...nameless } = good;
    expect(() => rose.read(nameless, "rose")).toThrow(
      expect.objectContaining({ code: "wire/missing-field", path: "rose.name" }),
    );
    expect(() => rose.read(Object.create(good), "rose")).toThrow(code("wire/missing-field"));
  });

  test("leave unknown fields behind where the protocol allows them", () => {
    const open: Shape<{ readonly a: number }> = object({ a: integer() }, { unknown: "ignore" });
    expect(open.read({ a: 1, b: 2 }, "it")).toEqual({ a: 1 });
  });

  test("what they give is frozen and a copy", () => {
    const thorns = [1];
    const read = rose.read({ ...good, thorns }, "rose");
    thorns.push(2);
    expect(read.thorns).toEqual([1]);
    expect(Object.isFrozen(read) && Object.isFrozen(read.thorns)).toBe(true);
  });
});
