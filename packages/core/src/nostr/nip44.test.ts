import { inspect } from "node:util";
import { base64 } from "@scure/base";
import { expect, test } from "vitest";
import { fromHex, toHex, utf8 } from "../bytes.ts";
import { nobleCurve as curve } from "../curve/noble.ts";
import { hkdfExpand, hmacSha256 } from "../hash.ts";
import { Secret } from "../secret.ts";
import { ConversationKey, decrypt, encrypt, MAX_PLAINTEXT } from "./nip44.ts";

const keyBytes = new Uint8Array(32).fill(0xa7);
const key = ConversationKey.fromBytes(keyBytes);
const nonce = new Uint8Array(32).fill(9);

test("NIP-44: a byte-order mark, control and astral characters come back as they were", () => {
  for (const text of ["\ufeffhello", "\u0000", "🌹\u2028\u2029", "a".repeat(MAX_PLAINTEXT), "é".repeat(32_767)]) {
    expect(decrypt(encrypt(text, key, nonce), key)).toEqual({ ok: true, plaintext: text });
  }
});

test("NIP-44: payloads beyond 65,535 bytes are refused with a reason, on either side", () => {
  const code = (value: string) => expect.objectContaining({ name: "UsageError", code: value });
  expect(() => encrypt("a".repeat(MAX_PLAINTEXT + 1), key, nonce)).toThrow(code("usage/too-long"));
  expect(() => encrypt("é".repeat(32_768), key, nonce)).toThrow(code("usage/too-long"));
  const longest = encrypt("a".repeat(MAX_PLAINTEXT), key, nonce);
  expect(decrypt(`${longest}AAAA`, key)).toEqual({ ok: false, reason: "nip44-length" });
});

test("NIP-44: an empty text, half a surrogate pair, a short nonce are the caller's mistakes", () => {
  expect(() => encrypt("", key, nonce)).toThrow(expect.objectContaining({ code: "usage/length" }));
  expect(() => encrypt("\ud800", key, nonce)).toThrow(expect.objectContaining({ code: "usage/ill-formed-text" }));
  expect(() => encrypt("a", key, nonce.subarray(1))).toThrow(expect.objectContaining({ code: "usage/length" }));
  expect(() => ConversationKey.fromBytes(new Uint8Array(31))).toThrow(
    expect.objectContaining({ code: "usage/length" }),
  );
});

/** A payload with a true MAC around a ciphertext of our choice: only a key holder can make one. */
function sealed(padded: Uint8Array): string {
  const keys = hkdfExpand(key.expose(), nonce, 76);
  const known = base64.decode(encrypt("a".repeat(padded.length - 2), key, nonce)).subarray(33, 33 + padded.length);
  const stream = known.map(
    (byte, i) => byte ^ (i === 0 ? (padded.length - 2) >> 8 : i === 1 ? padded.length - 2 : 0x61),
  );
  const ciphertext = padded.map((byte, i) => byte ^ stream[i]!);
  const parts = [Uint8Array.of(2), nonce, ciphertext, hmacSha256(keys.subarray(44), nonce, ciphertext)];
  return base64.encode(new Uint8Array(parts.flatMap((part) => [...part])));
}

function padded(length: number, text: Uint8Array, total = 32): Uint8Array {
  const bytes = new Uint8Array(2 + total);
  bytes.set([length >> 8, length & 255]);
  bytes.set(text, 2);
  return bytes;
}

const authentic: readonly [string, Uint8Array, object][] = [
  ["a right one", padded(5, utf8("hello")), { ok: true, plaintext: "hello" }],
  ["a length of zero", padded(0, utf8("hello")), { ok: false, reason: "nip44-padding" }],
  ["a length beyond the padding", padded(33, utf8("hello")), { ok: false, reason: "nip44-padding" }],
  ["more padding than the length asks for", padded(5, utf8("hello"), 64), { ok: false, reason: "nip44-padding" }],
  ["bytes that are not UTF-8", padded(2, Uint8Array.of(0xc3, 0x28)), { ok: false, reason: "nip44-text" }],
  ["half a surrogate pair in UTF-8", padded(3, Uint8Array.of(0xed, 0xa0, 0x80)), { ok: false, reason: "nip44-text" }],
];
for (const [what, bytes, expected] of authentic) {
  test(`NIP-44, authentic payload: ${what}`, () => expect(decrypt(sealed(bytes), key)).toEqual(expected));
}

test("NIP-44: every changed bit of a payload is refused", () => {
  const payload = base64.decode(encrypt("hello", key, nonce));
  for (let bit = 0; bit < payload.length * 8; bit++) {
    const changed = payload.slice();
    changed[bit >> 3]! ^= 1 << (bit & 7);
    expect(decrypt(base64.encode(changed), key)).toEqual({
      ok: false,
      reason: bit < 8 ? "nip44-version" : "nip44-mac",
    });
  }
});

test("NIP-44: both sides derive one key; a key off the curve derives none", () => {
  const [a, b] = [1, 2].map((n) => Secret.from(fromHex(`${"00".repeat(31)}0${n}`)!, curve)) as [Secret, Secret];
  const [ab, ba] = [ConversationKey.between(a, b.pubkey, curve), ConversationKey.between(b, a.pubkey, curve)];
  expect(toHex(ab!.expose())).toBe(toHex(ba!.expose()));
  expect(ConversationKey.between(a, fromHex(`${"0".repeat(63)}5`)!, curve)).toBe(undefined);
});

test("a conversation key is a copy, never prints, and is wiped at the end of its block", () => {
  const mine = keyBytes.slice();
  let inside: Uint8Array;
  {
    using own = ConversationKey.fromBytes(mine);
    inside = own.expose();
    mine.fill(0);
    expect(toHex(inside)).toBe(toHex(keyBytes));
    const leak = /a7a7|167,\s*167|p6en|Uint8Array/;
    for (const shown of [inspect(own, { showHidden: true }), JSON.stringify({ own }), `${own}`, inspect({ ...own })]) {
      expect(shown).not.toMatch(leak);
    }
  }
  expect(toHex(inside)).toBe("00".repeat(32));
});
