import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { Player, randomFrom, T0 } from "../../test/alias-cast.ts";
import { type PubkeyHex, toHex } from "../bytes.ts";
import { nobleCurve as curve } from "../curve/noble.ts";
import { WireError } from "../errors.ts";
import { computeId } from "../nostr/event.ts";
import {
  bindDigest,
  innerDigest,
  readInner,
  signBoundInner,
  signInner,
  verifyBind,
  verifyInner,
  writeInner,
} from "./inner.ts";

const alice = new Player("alice");
const bob = new Player("bob");
const pubkey = toHex(alice.alias(bob).secret.pubkey) as PubkeyHex;
const bound = { kind: 10_100, created_at: T0, pubkey, recipient: bob.pubkey };
const sha256 = (...parts: (string | Buffer)[]): Buffer =>
  parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest();

test("A-07: what is signed is the UTF-8 of JSON [number, text, text], and no NIP-01 id", () => {
  const content = 'é"\n\u0001🌹';
  const text = `[${T0},"${alice.pubkey}","é\\"\\n\\u0001🌹"]`;
  expect(toHex(innerDigest(T0, alice.pubkey, content))).toBe(sha256(text).toString("hex"));
  const asEvent = { pubkey: alice.pubkey, created_at: T0, kind: 1, tags: [], content };
  expect(computeId(asEvent)).not.toBe(toHex(innerDigest(T0, alice.pubkey, content)));
  expect(JSON.parse(text)).toHaveLength(3);
});

test("ALIAS-2: bind is over the tagged hash of kind, time, alias, recipient and the hash of the content", () => {
  const tag = sha256("nip101/bind");
  const numbers = Buffer.alloc(10);
  numbers.writeUInt16BE(10_100, 0);
  numbers.writeBigUInt64BE(BigInt(T0), 2);
  const keys = [Buffer.from(pubkey, "hex"), Buffer.from(bob.pubkey, "hex")];
  const expected = sha256(tag, tag, numbers, ...keys, sha256("hello"));
  expect(toHex(bindDigest(bound, "hello"))).toBe(expected.toString("hex"));
});

test("ALIAS-2: the fields are p, content, sig, bind, in this order, and both signatures verify", () => {
  const inner = signBoundInner(bound, "hello", alice.real, randomFrom("inner"), curve);
  expect(Object.keys(JSON.parse(writeInner(inner)) as object)).toEqual(["p", "content", "sig", "bind"]);
  expect(readInner(writeInner(inner))).toEqual(inner);
  expect([verifyInner(T0, inner, curve), verifyBind(bound, inner, curve)]).toEqual([true, true]);
});

test("an inner JSON without bind is the draft's, and is bound to nothing (ALIAS-4)", () => {
  const inner = signInner(T0, "hello", alice.real, new Uint8Array(32), curve);
  expect(readInner(writeInner(inner))).toEqual(inner);
  expect(verifyInner(T0, inner, curve)).toBe(true);
  expect(verifyBind(bound, inner, curve)).toBe(false);
});

test("hostile texts throw WireError and nothing else (A-14)", () => {
  const texts = ["", "null", "[]", "{", '"a"', "{}", `{"p":"${"0".repeat(63)}"}`, "x".repeat(200_000), "[".repeat(50)];
  for (const text of texts) expect(() => readInner(text)).toThrow(WireError);
});
