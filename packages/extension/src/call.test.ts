import { WireError } from "@subrosa/core/errors";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Call, MAX_BATCH, MAX_CALL, readCall, writeCall } from "./call.ts";
import { METHODS } from "./method.ts";
import { downward, fromPrompt, readMessage, toPrompt, upward, writeMessage } from "./wire.ts";

const KEY = "ab".repeat(32);
const event = { kind: 1, created_at: 1_700_000_000, tags: [["t", "rose"]], content: "words" };
const template = { ...event, tags: [["group-member-proof", null, KEY, KEY]] };
const signed = { ...event, id: KEY, pubkey: KEY, sig: "cd".repeat(64) };

const good: readonly (readonly [Call["method"], readonly unknown[]])[] = [
  ["getPublicKey", []],
  ["signEvent", [event]],
  ["signEvent", [{ ...event, pubkey: KEY, id: "left behind" }]],
  ["nip04.encrypt", [KEY, "words"]],
  ["nip04.decrypt", [KEY, "words?iv="]],
  ["nip44.encrypt", [KEY, "words"]],
  ["nip44.decrypt", [KEY, "words"]],
  ["signEventAsGroupMember", [template]],
  ["signEventAsGroupMember", [template, { scope: { poll: KEY } }]],
  ["signEventAsGroupMember", [template, { scope: { app: "chess" } }]],
  ["signEventAsGroupMember", [template, { scope: { group: signed } }]],
  ["verifyGroupMemberProof", [{ any: "thing" }]],
  ["subrosa.anonymousSign", [{ ...event, t: 1_700_000_000 }]],
  ["subrosa.deriveAlias", [KEY, 0]],
  ["subrosa.batchDecrypt", [{ items: [{ pubkey: KEY, ciphertext: "x" }], purpose: "inbox" }]],
];

for (const [method, params] of good) {
  test(`reads ${method} with ${params.length} parameters, and what is kept reads as the same`, () => {
    const call = readCall(method, JSON.stringify(params));
    const kept = writeCall(call);
    expect(readCall(kept.method, kept.params)).toEqual(call);
  });
}

const bad: readonly (readonly [string, string, unknown])[] = [
  ["a method that is none", "signBytes", [KEY]],
  ["a method inherited from Object", "constructor", []],
  ["parameters that are no list", "getPublicKey", {}],
  ["a parameter too many", "getPublicKey", [1]],
  ["a parameter too few", "nip44.encrypt", [KEY]],
  ["32 bytes to sign blindly", "signEvent", [KEY]],
  ["an event without content", "signEvent", [{ ...event, content: undefined }]],
  ["a kind out of range", "signEvent", [{ ...event, kind: 65_536 }]],
  ["a date that is a fraction", "signEvent", [{ ...event, created_at: 1.5 }]],
  ["a tag that is no list", "signEvent", [{ ...event, tags: ["t"] }]],
  ["a key in capitals", "nip44.encrypt", [KEY.toUpperCase(), "x"]],
  ["a template without placeholder", "signEventAsGroupMember", [event]],
  ["a scope's own text (PROOF-7)", "signEventAsGroupMember", [template, { scope: "app:https://a/b" }]],
  ["two scopes at once", "signEventAsGroupMember", [template, { scope: { app: "a", poll: KEY } }]],
  [
    "an origin from the page (PROOF-7)",
    "signEventAsGroupMember",
    [template, { scope: { app: { origin: "https://a", text: "b" } } }],
  ],
  ["an option that is none", "signEventAsGroupMember", [template, { consent: true }]],
  [
    "too large a batch",
    "subrosa.batchDecrypt",
    [{ items: Array(MAX_BATCH + 1).fill({ pubkey: KEY, ciphertext: "x" }), purpose: "" }],
  ],
  ["an empty batch", "subrosa.batchDecrypt", [{ items: [], purpose: "" }]],
  ["an index out of range", "subrosa.deriveAlias", [KEY, 2 ** 32]],
  ["more than a call may hold", "nip44.encrypt", [KEY, "x".repeat(MAX_CALL)]],
  ["half of a surrogate pair", "nip44.encrypt", [KEY, "\ud800"]],
];

for (const [why, method, params] of bad) {
  test(`refuses ${why}`, () => expect(() => readCall(method, JSON.stringify(params))).toThrow(WireError));
}

test("refuses a key given twice, which two readers would read differently", () => {
  expect(() => readCall("signEvent", '[{"kind":1,"kind":4,"created_at":1,"tags":[],"content":""}]')).toThrow(WireError);
});

test("hostile text throws WireError and nothing else", () => {
  const runs = process.env["SUBROSA_LONG"] === undefined ? 500 : 100_000;
  const method = fc.oneof(fc.constantFrom<string>(...METHODS), fc.string());
  const params = fc.oneof(
    fc.string(),
    fc.json(),
    fc.array(fc.jsonValue(), { maxLength: 3 }).map((v) => JSON.stringify(v)),
  );
  fc.assert(
    fc.property(method, params, (m, p) => {
      try {
        readCall(m, p);
      } catch (error) {
        if (!(error instanceof WireError)) throw error;
      }
    }),
    { numRuns: runs },
  );
});

test("hostile messages of every zone throw WireError and nothing else", () => {
  const message = fc.oneof(
    fc.anything(),
    fc.json(),
    fc
      .record({ type: fc.constantFrom("ask", "answer", "result", "view", "toString"), id: fc.string() })
      .map((v) => JSON.stringify(v)),
  );
  fc.assert(
    fc.property(message, (value) => {
      for (const shape of [upward, downward, fromPrompt, toPrompt]) {
        try {
          readMessage<unknown>(shape, value);
        } catch (error) {
          if (!(error instanceof WireError)) throw error;
        }
      }
    }),
    { numRuns: process.env["SUBROSA_LONG"] === undefined ? 300 : 250_000 },
  );
});

test("a message reads as what was written, and one field more is refused", () => {
  const id = "0".repeat(32);
  const answer = { type: "answer", id, verdict: "allow", lasts: "once", reach: "this", passphrase: "" } as const;
  expect(readMessage(fromPrompt, writeMessage(fromPrompt, answer))).toEqual(answer);
  expect(() => readMessage(fromPrompt, JSON.stringify({ ...answer, origin: "https://bank.example" }))).toThrow(
    WireError,
  );
});
