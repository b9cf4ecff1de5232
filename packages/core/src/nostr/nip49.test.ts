import * as nip49 from "nostr-tools/nip49";
import { expect, test } from "vitest";
import { fromHex, toHex } from "../bytes.ts";
import { nobleCurve as curve } from "../curve/noble.ts";
import { Secret } from "../secret.ts";
import { decodeNcryptsec, encodeNcryptsec, KEY_SECURITY } from "./nip49.ts";

const secret = Secret.from(fromHex("0beebd062ec8735f4243466049d7747ef5d6594ee838de147f8aab842b15e273")!, curve);
const inputs = {
  logN: 4,
  security: "secure",
  salt: new Uint8Array(16).fill(1),
  nonce: new Uint8Array(24).fill(2),
} as const;

for (const security of KEY_SECURITY) {
  test(`NIP-49: what is written is read, with its key ${security}; nostr-tools reads it too`, () => {
    const text = encodeNcryptsec(secret, "pass \u212b word", { ...inputs, security });
    const opened = decodeNcryptsec(text, "pass \u00c5 word", curve);
    expect(opened).toMatchObject({ ok: true, security, logN: 4 });
    expect(opened.ok && toHex(opened.secret.expose())).toBe(toHex(secret.expose()));
    expect(toHex(nip49.decrypt(text, "pass \u00c5 word"))).toBe(toHex(secret.expose()));
  });
}

test("NIP-49: the same inputs give the same text, another salt or nonce another", () => {
  const text = encodeNcryptsec(secret, "", inputs);
  expect(encodeNcryptsec(secret, "", inputs)).toBe(text);
  expect(encodeNcryptsec(secret, "", { ...inputs, salt: new Uint8Array(16) })).not.toBe(text);
  expect(encodeNcryptsec(secret, "", { ...inputs, nonce: new Uint8Array(24) })).not.toBe(text);
});

test("NIP-49: a text that asks for more than is allowed is refused before memory is taken", () => {
  const text = encodeNcryptsec(secret, "x", inputs);
  expect(decodeNcryptsec(text, "x", curve, { maxLogN: 3 })).toEqual({ ok: false, reason: "ncryptsec-cost" });
  expect(decodeNcryptsec(text, "x", curve, { maxLogN: 4 }).ok).toBe(true);
});

const mistakes: readonly [string, object, string][] = [
  ["a short salt", { salt: new Uint8Array(15) }, "usage/length"],
  ["a long nonce", { nonce: new Uint8Array(25) }, "usage/length"],
  ["no cost", { logN: 0 }, "usage/range"],
  ["more than the table's last row", { logN: 23 }, "usage/range"],
  ["half a round", { logN: 4.5 }, "usage/range"],
];
for (const [what, change, code] of mistakes) {
  test(`NIP-49: ${what} is the caller's mistake`, () => {
    expect(() => encodeNcryptsec(secret, "x", { ...inputs, ...change })).toThrow(expect.objectContaining({ code }));
  });
}

test("NIP-49: half a surrogate pair in a password is refused, not replaced", () => {
  expect(() => encodeNcryptsec(secret, "\ud800", inputs)).toThrow(
    expect.objectContaining({ code: "usage/ill-formed-text" }),
  );
});
