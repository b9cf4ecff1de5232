import { expect, test } from "vitest";
import { Player } from "../../test/alias-cast.ts";
import { type PubkeyHex, toHex } from "../bytes.ts";
import { nobleCurve as curve } from "../curve/noble.ts";
import { UsageError } from "../errors.ts";
import { deriveAlias } from "./derive.ts";
import { AliasKeyring, LOOKAHEAD } from "./keyring.ts";

const alice = new Player("alice");
const bob = new Player("bob");
const at = (index: number): PubkeyHex => toHex(deriveAlias(alice.real, bob.pubkey, index, curve).pubkey) as PubkeyHex;

test("ALIAS-7: the alias to write from is the smallest index that no removal names, gaps included", () => {
  const keys = new AliasKeyring(alice.real, curve);
  expect(keys.add(bob.pubkey).index).toBe(0);
  expect(keys.add(bob.pubkey, [at(0)]).index).toBe(1);
  expect(keys.add(bob.pubkey, [at(1), bob.pubkey]).index).toBe(0);
  expect(keys.add(bob.pubkey, [at(0), at(2), at(1)])).toMatchObject({ index: 3, pubkey: at(3), peer: bob.pubkey });
});

test("ALIAS-1: what another device may already use is read too, and nothing beyond", () => {
  const keys = new AliasKeyring(alice.real, curve);
  expect(keys.find(at(0))).toBeUndefined();
  keys.add(bob.pubkey);
  expect(keys.find(at(LOOKAHEAD))?.index).toBe(LOOKAHEAD);
  expect(keys.find(at(LOOKAHEAD + 1))).toBeUndefined();
  expect(keys.aliases()).toEqual([0, 1, 2, 3, 4].map(at));
});

test("A-03: imported aliases of 0xchat-v1 are marked, so that nothing is written with them", () => {
  const keys = new AliasKeyring(alice.real, curve);
  keys.importFrom0xchatV1(bob.pubkey);
  expect(keys.aliases().map((alias) => keys.find(alias)?.index)).toEqual(["0xchat-v1", "0xchat-v1"]);
});

test("its secrets are wiped with it, the real one is not", () => {
  const keys = new AliasKeyring(alice.real, curve);
  const { secret } = keys.add(bob.pubkey);
  keys[Symbol.dispose]();
  expect(() => secret.expose()).toThrow(UsageError);
  expect(keys.find(at(0))).toBeUndefined();
  expect(alice.real.expose()).toHaveLength(32);
});
