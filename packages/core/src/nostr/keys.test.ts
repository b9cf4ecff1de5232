import { inspect } from "node:util";
import { expect, test } from "vitest";
import { fromHex, type PubkeyHex, toHex } from "../bytes.ts";
import { nobleCurve as curve } from "../curve/noble.ts";
import { Secret } from "../secret.ts";
import { encodeBech32 } from "./bech32.ts";
import { readPublicKey, readSecretKey } from "./keys.ts";
import { encodeEntity } from "./nip19.ts";
import { encodeNcryptsec } from "./nip49.ts";
import { encodeNsec } from "./nsec.ts";

const hex = "0beebd062ec8735f4243466049d7747ef5d6594ee838de147f8aab842b15e273";
const secret = Secret.from(fromHex(hex)!, curve);
const pubkey = toHex(secret.pubkey) as PubkeyHex;
const npub = encodeEntity({ type: "npub", pubkey });
const nsec = encodeNsec(secret);
const inputs = { logN: 2, security: "untracked", salt: new Uint8Array(16), nonce: new Uint8Array(24) } as const;
const ncryptsec = encodeNcryptsec(secret, "rose", inputs);
const relays = ["wss://relay.example"];
const nprofile = encodeEntity({ type: "nprofile", pubkey, relays });

for (const [what, text, hints] of [
  ["hex", pubkey, []],
  ["npub", npub, []],
  ["nprofile", nprofile, relays],
  ["a nostr: URI", `nostr:${npub}`, []],
  ["npub in capitals, as a QR code has it", npub.toUpperCase(), []],
  ["npub with space around it", ` ${npub}\n`, []],
] as const) {
  test(`a public key from ${what}`, () => {
    expect(readPublicKey(text, curve)).toEqual({ ok: true, pubkey, relays: hints });
  });
}

for (const [what, text, reason] of [
  ["nothing", "", "key-shape"],
  ["another word", "rose", "key-shape"],
  ["a short hex", pubkey.slice(2), "key-shape"],
  ["npub with a letter changed", `${npub.slice(0, -1)}${npub.endsWith("q") ? "p" : "q"}`, "key-shape"],
  ["a note", encodeEntity({ type: "note", id: pubkey as never }), "key-shape"],
  ["small and capital letters mixed", npub.replace("npub", "NPUB"), "key-shape"],
  ["hex that is no x of the curve", `${"0".repeat(63)}5`, "key-not-on-curve"],
  ["an nsec in the wrong field", nsec, "key-is-secret"],
  ["an nsec in capitals in the wrong field", nsec.toUpperCase(), "key-is-secret"],
  ["an ncryptsec in the wrong field", ncryptsec, "key-is-secret"],
] as const) {
  test(`refuses ${what} as public key: ${reason}`, () => {
    expect(readPublicKey(text, curve)).toEqual({ ok: false, reason });
  });
}

for (const [what, text, password] of [
  ["hex", hex, undefined],
  ["nsec", nsec, undefined],
  ["nsec in capitals with space around it", ` ${nsec.toUpperCase()} `, undefined],
  ["ncryptsec", ncryptsec, "rose"],
] as const) {
  test(`a secret key from ${what}`, () => {
    const read = readSecretKey(text, curve, password === undefined ? {} : { password });
    expect(read.ok && toHex(read.secret.pubkey)).toBe(pubkey);
  });
}

for (const [what, text, reason, password] of [
  ["nothing", "", "key-shape", undefined],
  ["63 digits", hex.slice(1), "key-shape", undefined],
  ["nsec with a letter changed", `${nsec.slice(0, -1)}${nsec.endsWith("q") ? "p" : "q"}`, "key-shape", undefined],
  ["zero", "0".repeat(64), "key-range", undefined],
  ["a number above the group order", "f".repeat(64), "key-range", undefined],
  ["nsec of zero", encodeBech32("nsec", new Uint8Array(32)), "key-range", undefined],
  ["nsec of 31 bytes", encodeBech32("nsec", new Uint8Array(31)), "key-shape", undefined],
  ["npub in the wrong field", npub, "key-is-public", undefined],
  ["nprofile in the wrong field", nprofile, "key-is-public", undefined],
  ["ncryptsec without its password", ncryptsec, "key-needs-password", undefined],
  ["ncryptsec with another password", ncryptsec, "ncryptsec-password", "thorn"],
  ["ncryptsec that costs too much", encodeNcryptsec(secret, "rose", { ...inputs, logN: 3 }), "ncryptsec-cost", "rose"],
] as const) {
  test(`refuses ${what} as secret key: ${reason}`, () => {
    const options = { maxLogN: 2, ...(password === undefined ? {} : { password }) };
    expect(readSecretKey(text, curve, options)).toEqual({ ok: false, reason });
  });
}

test("no answer about a secret holds a character of it, good or bad", () => {
  const aboveOrder = `${"f".repeat(32)}${hex.slice(32)}`;
  for (const text of [hex, aboveOrder, hex.toUpperCase(), nsec, nsec.slice(0, -3), `${nsec}x`, ncryptsec]) {
    const shown = inspect(readSecretKey(text, curve, { password: "rose" }), { depth: 9 });
    expect(shown.toLowerCase()).not.toContain(text.slice(-16, -6).toLowerCase());
  }
  for (const text of [nsec, nsec.slice(0, -3), `${nsec}x`, ncryptsec]) {
    expect(inspect(readPublicKey(text, curve))).not.toContain(text.slice(-16, -6));
  }
});
