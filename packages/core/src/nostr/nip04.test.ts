import { expect, test } from "vitest";
import { fromHex, type PubkeyHex, toHex } from "../bytes.ts";
import { nobleCurve as curve } from "../curve/noble.ts";
import { Secret } from "../secret.ts";
import { type EventTemplate, signEvent, type VerifiedEvent } from "./event.ts";
import { DIRECT_MESSAGE, encryptNip04, openNip04 } from "./nip04.ts";

const [alice, bob, eve] = [1, 2, 3].map((n) => Secret.from(fromHex(`${"00".repeat(31)}0${n}`)!, curve)) as [
  Secret,
  Secret,
  Secret,
];
const pubkey = (secret: Secret): PubkeyHex => toHex(secret.pubkey) as PubkeyHex;
const iv = new Uint8Array(16).fill(7);
const content = encryptNip04("sub rosa", alice, pubkey(bob), iv, curve);
const message = (change: Partial<EventTemplate> = {}): VerifiedEvent =>
  signEvent(
    { kind: DIRECT_MESSAGE, created_at: 1, tags: [["p", pubkey(bob)]], content, ...change },
    alice,
    new Uint8Array(32),
    curve,
  );

test("NIP-04: both who wrote and who received open it, and learn who the other is", () => {
  expect(openNip04(message(), bob, curve)).toEqual({ ok: true, plaintext: "sub rosa", peer: pubkey(alice) });
  expect(openNip04(message(), alice, curve)).toEqual({ ok: true, plaintext: "sub rosa", peer: pubkey(bob) });
});

const refused: readonly [string, VerifiedEvent, Secret][] = [
  ["somebody who is neither", message(), eve],
  [
    "somebody who is neither, though it was encrypted to her",
    message({ content: encryptNip04("sub rosa", alice, pubkey(eve), iv, curve) }),
    eve,
  ],
  ["another kind", message({ kind: 1 }), bob],
  ["a message to nobody", message({ tags: [] }), bob],
  [
    "a message to two",
    message({
      tags: [
        ["p", pubkey(bob)],
        ["p", pubkey(eve)],
      ],
    }),
    bob,
  ],
  ["a message to what is no key", message({ tags: [["p", "bob"]] }), alice],
  ["a message to a key off the curve", message({ tags: [["p", `${"0".repeat(63)}5`]] }), alice],
];
for (const [what, event, reader] of refused) {
  test(`NIP-04 refuses ${what}, for the one reason`, () => {
    expect(openNip04(event, reader, curve)).toEqual({ ok: false, reason: "nip04" });
  });
}

test("NIP-04: a short IV, a key off the curve, half a surrogate pair are the caller's mistakes", () => {
  const code = (value: string) => expect.objectContaining({ name: "UsageError", code: value });
  expect(() => encryptNip04("x", alice, pubkey(bob), iv.subarray(1), curve)).toThrow(code("usage/length"));
  expect(() => encryptNip04("x", alice, `${"0".repeat(63)}5` as PubkeyHex, iv, curve)).toThrow(code("usage/point"));
  expect(() => encryptNip04("\ud800", alice, pubkey(bob), iv, curve)).toThrow(code("usage/ill-formed-text"));
});
