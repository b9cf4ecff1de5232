import { expect, test } from "vitest";
import { clientMessageDecoder, encodeClientMessage } from "./client-message.ts";
import { DEFAULT_FRAME_LIMITS } from "./frame.ts";

const decode = clientMessageDecoder();
const id = "a".repeat(64);
const event = {
  id,
  pubkey: "b".repeat(64),
  created_at: 1,
  kind: 1,
  tags: [["t", "x"]],
  content: "\u0001🌹",
  sig: "c".repeat(128),
};

const frames: readonly unknown[][] = [
  ["EVENT", event],
  ["REQ", "s", {}],
  ["REQ", "x".repeat(64), { kinds: [1] }, { "#t": ["rose"], since: 1, limit: 5 }],
  ["CLOSE", "s"],
  ["COUNT", "s", { authors: [id] }],
  ["AUTH", event],
  ["NEG-OPEN", "s", { kinds: [1] }, "61"],
  ["NEG-MSG", "s", "6100"],
  ["NEG-CLOSE", "s"],
];
for (const frame of frames) {
  test(`NIP-01: ${frame[0]} is read and written as it was`, () => {
    const text = JSON.stringify(frame);
    const message = decode(text);
    expect(message.type).toBe(frame[0]);
    expect(encodeClientMessage(message)).toBe(text);
    expect(Object.isFrozen(message)).toBe(true);
  });
}

test("an event in EVENT is a claim: neither its id nor its signature was looked at", () => {
  expect(decode(JSON.stringify(["EVENT", event]))).toEqual({ type: "EVENT", event });
});

const sub = { about: "subscription", id: "s" };
const nothing = { about: "nothing" };
const refused: readonly [string, string, string, object][] = [
  ["no JSON", "hello", "wire/json", nothing],
  ["an object", "{}", "wire/type", nothing],
  ["an empty array", "[]", "wire/type", nothing],
  ["an unknown verb", '["HELLO","s"]', "wire/unknown-kind", { ...sub, verb: "HELLO" }],
  ["a verb in lower case", '["req","s",{}]', "wire/unknown-kind", { ...sub, verb: "req" }],
  ["REQ without filter", '["REQ","s"]', "wire/length", { ...sub, verb: "REQ" }],
  ["an empty subscription id", '["REQ","",{}]', "wire/length", nothing],
  ["a subscription id of 65 characters", `["REQ","${"x".repeat(65)}",{}]`, "wire/length", nothing],
  ["half a surrogate pair in a subscription id", '["CLOSE","\\udc00"]', "wire/text", nothing],
  ["a subscription id that is a number", '["CLOSE",1]', "wire/type", nothing],
  ["an unknown condition", '["COUNT","s",{"x":1}]', "wire/unknown-field", { ...sub, verb: "COUNT" }],
  ["an element too many", '["CLOSE","s",1]', "wire/length", { ...sub, verb: "CLOSE" }],
  ["EVENT with a bad field", JSON.stringify(["EVENT", { ...event, kind: -1 }]), "wire/range", { about: "event", id }],
  ["EVENT without id", '["EVENT",{"kind":1}]', "wire/missing-field", nothing],
  ["EVENT with a repeated key", `["EVENT",{"id":"${id}","id":"${id}"}]`, "wire/duplicate-field", nothing],
  [
    "AUTH with a challenge",
    '["AUTH","challenge"]',
    "wire/type",
    { about: "subscription", verb: "AUTH", id: "challenge" },
  ],
  ["NEG-OPEN without message", '["NEG-OPEN","s",{}]', "wire/length", { ...sub, verb: "NEG-OPEN" }],
  ["an odd number of hex digits", '["NEG-MSG","s","616"]', "wire/hex", { ...sub, verb: "NEG-MSG" }],
  ["uppercase hex", '["NEG-MSG","s","6A"]', "wire/hex", { ...sub, verb: "NEG-MSG" }],
  ["an empty negentropy message", '["NEG-MSG","s",""]', "wire/hex", { ...sub, verb: "NEG-MSG" }],
  ["deep nesting", `["REQ","s",${"[".repeat(20)}${"]".repeat(20)}]`, "wire/too-deep", nothing],
];
for (const [what, text, code, subject] of refused) {
  test(`NIP-01: refuses ${what} as ${code} and says what it was about`, () => {
    expect(() => decode(text)).toThrow(expect.objectContaining({ name: "WireError", code, subject }));
  });
}

test("limits: a frame and the number of its filters are bounded", () => {
  const tight = clientMessageDecoder({ ...DEFAULT_FRAME_LIMITS, maxLength: 40, maxFilters: 2 });
  expect(tight('["REQ","s",{},{}]').type).toBe("REQ");
  expect(() => tight('["REQ","s",{},{},{}]')).toThrow(expect.objectContaining({ code: "wire/too-many" }));
  expect(() => tight(`["CLOSE","${"s".repeat(40)}"]`)).toThrow(expect.objectContaining({ code: "wire/too-long" }));
});
