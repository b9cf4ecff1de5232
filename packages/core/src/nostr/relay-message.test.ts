import { expect, test } from "vitest";
import { utf8 } from "../bytes.ts";
import { subscriptionId } from "./frame.ts";
import { encodeRelayMessage, eventFrame, eventFrameBytes, relayMessageDecoder } from "./relay-message.ts";

const decode = relayMessageDecoder();
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
  ["EVENT", "s", event],
  ["OK", id, true, ""],
  ["OK", id, false, "blocked: no"],
  ["EOSE", "s"],
  ["CLOSED", "s", "auth-required: who are you?"],
  ["NOTICE", ""],
  ["AUTH", "challenge"],
  ["COUNT", "s", { count: 3 }],
  ["COUNT", "s", { count: 3, approximate: true, hll: "0".repeat(512) }],
  ["NEG-MSG", "s", "61"],
  ["NEG-ERR", "s", "blocked: too big"],
];
for (const frame of frames) {
  test(`NIP-01: ${frame[0]} ${JSON.stringify(frame[2] ?? "").slice(0, 20)} is read and written as it was`, () => {
    const text = JSON.stringify(frame);
    const message = decode(text);
    expect(message.type).toBe(frame[0]);
    expect(encodeRelayMessage(message)).toBe(text);
    expect(Object.isFrozen(message)).toBe(true);
  });
}

test("stored JSON is sent as it is, as text and as bytes, under any subscription id", () => {
  const stored = `{"content":"\u0001 as \\u0041 stored"}`;
  const subscription = subscriptionId('a"\\🌹\n')!;
  const frame = eventFrame(subscription, stored);
  expect(frame).toBe(`["EVENT",${JSON.stringify(subscription)},${stored}]`);
  expect(eventFrameBytes(subscription, utf8(stored))).toEqual(utf8(frame));
  expect(decode(eventFrame(subscription, JSON.stringify(event)))).toEqual({ type: "EVENT", subscription, event });
});

const refused: readonly [string, string, string][] = [
  ["an unknown verb", '["REQ","s",{}]', "wire/unknown-kind"],
  ["EVENT without subscription", JSON.stringify(["EVENT", event]), "wire/length"],
  ["OK without reason", `["OK","${id}",true]`, "wire/length"],
  ["OK whose verdict is text", `["OK","${id}","true",""]`, "wire/type"],
  ["OK whose id is none", '["OK","abc",true,""]', "wire/hex"],
  ["a reason that is null", `["OK","${id}",true,null]`, "wire/type"],
  ["half a surrogate pair", '["NOTICE","\\ud800"]', "wire/text"],
  ["a notice without end", `["NOTICE","${"x".repeat(4097)}"]`, "wire/too-long"],
  ["a count below 0", '["COUNT","s",{"count":-1}]', "wire/range"],
  ["COUNT without count", '["COUNT","s",{}]', "wire/missing-field"],
  ["registers of another length", '["COUNT","s",{"count":1,"hll":"00"}]', "wire/hex"],
  ["NEG-ERR without reason", '["NEG-ERR","s"]', "wire/length"],
];
for (const [what, text, code] of refused) {
  test(`NIP-01: refuses ${what} as ${code}`, () => {
    expect(() => decode(text)).toThrow(expect.objectContaining({ name: "WireError", code }));
  });
}
