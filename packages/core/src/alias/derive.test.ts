import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { expect, test } from "vitest";
import { Player, secretOf } from "../../test/alias-cast.ts";
import { fromHex, type PubkeyHex, toHex } from "../bytes.ts";
import { nobleCurve as curve } from "../curve/noble.ts";
import { UsageError } from "../errors.ts";
import { deriveAlias } from "./derive.ts";
import * as oxchatV1 from "./oxchat-v1.ts";

const alice = new Player("alice");
const bob = new Player("bob");
const n = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const hex32 = (value: bigint): string => value.toString(16).padStart(64, "0");

/** ALIAS-1 in BigInt, from noble's one-call HKDF. */
function plainDerivation(evenSecret: Uint8Array, peer: string, index: number): string {
  const info = fromHex(peer + index.toString(16).padStart(8, "0"))!;
  const okm = hkdf(sha256, evenSecret, new TextEncoder().encode("nip101/alias/v2"), info, 48);
  return hex32(BigInt(`0x${toHex(okm)}`) % n);
}

test("ALIAS-1: the alias is HKDF of the even-y secret, the peer and the index, mod n", () => {
  for (const index of [0, 1, 255, 256, 0xffff_ffff]) {
    const expected = plainDerivation(alice.real.expose(), bob.pubkey, index);
    const alias = deriveAlias(alice.real, bob.pubkey, index, curve);
    expect(toHex(alias.pubkey)).toBe(toHex(secretOf(expected).pubkey));
  }
});

test("ALIAS-1: one alias per peer and index, another towards each person and in each direction", () => {
  const carol = new Player("carol");
  const aliases = [
    deriveAlias(alice.real, bob.pubkey, 0, curve),
    deriveAlias(alice.real, bob.pubkey, 1, curve),
    deriveAlias(alice.real, carol.pubkey, 0, curve),
    deriveAlias(bob.real, alice.pubkey, 0, curve),
  ].map((alias) => toHex(alias.pubkey));
  expect(new Set(aliases).size).toBe(4);
  expect(toHex(deriveAlias(alice.real, bob.pubkey, 0, curve).pubkey)).toBe(aliases[0]);
});

test("A-05: a secret and its negative, which share one npub, derive the same aliases", () => {
  for (let i = 1n; i <= 64n; i++) {
    const [k, minusK] = [secretOf(hex32(i)), secretOf(hex32(n - i))];
    const alias = deriveAlias(k, bob.pubkey, 0, curve);
    expect(toHex(deriveAlias(minusK, bob.pubkey, 0, curve).pubkey)).toBe(toHex(alias.pubkey));
  }
});

test("A-05: an alias secret with leading zeros keeps its 32 bytes", () => {
  let index = 0;
  while (!plainDerivation(alice.real.expose(), bob.pubkey, index).startsWith("00")) index++;
  const alias = deriveAlias(alice.real, bob.pubkey, index, curve);
  expect(alias.expose()).toHaveLength(32);
  expect(toHex(alias.pubkey)).toBe(toHex(secretOf(plainDerivation(alice.real.expose(), bob.pubkey, index)).pubkey));
});

test("A-05: the candidates cover both parities of both secrets", () => {
  for (let i = 1n; i <= 8n; i++) {
    for (const a of [i, n - i]) {
      const t = BigInt(`0x${toHex(curve.ecdh(fromHex(hex32(a))!, fromHex(bob.pubkey)!)!)}`);
      const alias = toHex(secretOf(hex32((a + t) % n)).pubkey);
      const asker = toHex(secretOf(hex32(a)).pubkey) as PubkeyHex;
      expect(oxchatV1.aliasCandidates(bob.real, asker, curve)).toContain(alias);
    }
  }
});

test("ALIAS-1: an index is an integer of 32 bits", () => {
  for (const index of [-1, 0.5, 2 ** 32, Number.NaN]) {
    expect(() => deriveAlias(alice.real, bob.pubkey, index, curve)).toThrow(UsageError);
  }
});

test("A-12: nothing exported gives the ECDH x away: candidates are public keys, imports are secrets", () => {
  expect(Object.keys(oxchatV1).sort()).toEqual(["aliasCandidates", "importAliases"]);
  const t = toHex(curve.ecdh(alice.real.expose(), fromHex(bob.pubkey)!)!);
  expect(JSON.stringify(oxchatV1.aliasCandidates(alice.real, bob.pubkey, curve))).not.toContain(t);
  expect(JSON.stringify(oxchatV1.importAliases(alice.real, bob.pubkey, curve))).toBe('["[secret]","[secret]"]');
});

test("A-16: an alias is not its owner's key shifted by what the peer knows, so key images can't be linked by it", () => {
  const t = curve.ecdh(alice.real.expose(), fromHex(bob.pubkey)!)!;
  const shifted = [alice.real.expose(), curve.scalarNegate(alice.real.expose())].map((a) =>
    toHex(curve.baseMultiply(curve.scalarAdd(a, t)).slice(1)),
  );
  for (let index = 0; index < 4; index++) {
    expect(shifted).not.toContain(toHex(deriveAlias(alice.real, bob.pubkey, index, curve).pubkey));
  }
});
