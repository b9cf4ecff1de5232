import { toHex } from "@subrosa/core/bytes";
import { decodeNcryptsec } from "@subrosa/core/nostr/nip49";
import { fastCurve } from "@subrosa/testkit/curves";
import { expect, test } from "vitest";
import { changePassphrase, createKey, importKey, type SealResult } from "./seal.ts";

const tools = { curve: fastCurve, random: (length: number) => crypto.getRandomValues(new Uint8Array(length)), logN: 2 };
const PASSPHRASE = "correct horse battery";

/** The public key of what was sealed, which the passphrase must open. */
function opened(result: SealResult): string | undefined {
  if (!result.ok) return undefined;
  const read = decodeNcryptsec(result.sealed.ncryptsec, PASSPHRASE, fastCurve);
  if (!read.ok) return undefined;
  expect(result.sealed.ncryptsec).toHaveLength(162);
  expect(toHex(read.secret.pubkey)).toBe(result.sealed.pubkey);
  return result.sealed.pubkey;
}

test("a new key is another one every time, and opens with its passphrase", () => {
  const [one, other] = [opened(createKey(PASSPHRASE, tools)), opened(createKey(PASSPHRASE, tools))];
  expect(one).toMatch(/^[0-9a-f]{64}$/);
  expect(one).not.toBe(other);
});

/** The two of NIP-06 (public domain), as printed there. */
const NIP06 = [
  [
    "leader monkey parrot ring guide accident before fence cannon height naive bean",
    "7f7ff03d123792d6ac594bfa67bf6d0c0ab55b6b1fdb6249303fe861f1ccba9a",
    "nsec10allq0gjx7fddtzef0ax00mdps9t2kmtrldkyjfs8l5xruwvh2dq0lhhkp",
    "17162c921dc4d2518f9a101db33695df1afb56ab82f5ff3e5da6eec3ca5cd917",
  ],
  [
    "what bleak badge arrange retreat wolf trade produce cricket blur garlic valid proud rude strong choose busy staff weather area salt hollow arm fade",
    "c15d739894c81a2fcfd3a2df85a0d2c0dbc47a280d092799f144d73d7ae78add",
    "nsec1c9wh8xy5eqdzln7n5t0ctgxjcrdug73gp5yj0x03gntn67h83twssdfhel",
    "d41b22899549e1f3d335a31002cfd382174006e166d3e658e3a5eecdb6463573",
  ],
] as const;

for (const [words, hex, nsec, pubkey] of NIP06) {
  test(`NIP-06: ${words.split(" ").length} words give the key printed there, as do its nsec and hex`, () => {
    expect(opened(importKey(words, PASSPHRASE, tools))).toBe(pubkey);
    expect(opened(importKey(`  ${words.toUpperCase()}\n`, PASSPHRASE, tools))).toBe(pubkey);
    expect(opened(importKey(nsec, PASSPHRASE, tools))).toBe(pubkey);
    expect(opened(importKey(hex, PASSPHRASE, tools))).toBe(pubkey);
  });
}

test("an ncryptsec comes in with its passphrase and is sealed anew", () => {
  const first = createKey(PASSPHRASE, tools);
  const again = first.ok ? importKey(first.sealed.ncryptsec, PASSPHRASE, tools) : first;
  expect(opened(again)).toBe(opened(first));
  expect(first.ok && importKey(first.sealed.ncryptsec, "not the passphrase", tools)).toEqual({
    ok: false,
    reason: "passphrase-wrong",
  });
});

test("another passphrase opens the same key; the old one no longer opens what is kept", () => {
  const before = createKey("the old passphrase", tools);
  if (!before.ok) throw new Error(before.reason);
  const { ncryptsec, pubkey } = before.sealed;
  const changed = changePassphrase(ncryptsec, "the old passphrase", PASSPHRASE, tools);
  expect(opened(changed)).toBe(pubkey);
  expect(changed.ok && decodeNcryptsec(changed.sealed.ncryptsec, "the old passphrase", fastCurve).ok).toBe(false);
  const wrong = [
    [ncryptsec, "not the passphrase", PASSPHRASE, "passphrase-wrong"],
    [ncryptsec, "the old passphrase", "short", "passphrase-short"],
    ["ncryptsec1nothing", "the old passphrase", PASSPHRASE, "key-unknown"],
  ] as const;
  for (const [text, old, next, reason] of wrong)
    expect(changePassphrase(text, old, next, tools)).toEqual({ ok: false, reason });
});

const refused: readonly (readonly [string, string, string])[] = [
  ["abandon abandon ability", PASSPHRASE, "mnemonic"],
  [NIP06[0][0].replace("leader", "lead"), PASSPHRASE, "mnemonic"],
  ["npub1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq", PASSPHRASE, "key-is-public"],
  ["0".repeat(64), PASSPHRASE, "key-unknown"],
  ["nsec1nothing", PASSPHRASE, "key-unknown"],
  [NIP06[0][2], "short", "passphrase-short"],
  [NIP06[0][0], "short", "passphrase-short"],
];
for (const [given, passphrase, reason] of refused) {
  test(`refuses ${given.slice(0, 12)}… (${reason})`, () => {
    expect(importKey(given, passphrase, tools)).toEqual({ ok: false, reason });
  });
}
