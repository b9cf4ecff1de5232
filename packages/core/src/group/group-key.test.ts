import { seededRandom } from "@subrosa/testkit/random";
import { expect, test } from "vitest";
import { type EventId, type PubkeyHex, toHex } from "../bytes.ts";
import { nobleCurve as curve } from "../curve/noble.ts";
import { ConversationKey, encrypt } from "../nostr/nip44.ts";
import { Secret } from "../secret.ts";
import { groupSecret, memberAddress, openWrap, selfConversation } from "./group-key.ts";
import { openSealedPrev, sealPrev } from "./sealed-prev.ts";

const random = seededRandom("group-key");
const secret = (): Secret => Secret.from(random(32), curve);
const hex = (s: Secret): PubkeyHex => toHex(s.pubkey) as PubkeyHex;
const prev = "ab".repeat(32) as EventId;

test("GROUP-5, G-07: both sides compute one address; another event's alias gives another one", () => {
  const [alias, other, member] = [secret(), secret(), secret()];
  const mine = memberAddress(curve.ecdh(member.expose(), alias.pubkey)!, curve);
  expect(memberAddress(curve.ecdh(alias.expose(), member.pubkey)!, curve)).toBe(mine);
  expect(memberAddress(curve.ecdh(member.expose(), other.pubkey)!, curve)).not.toBe(mine);
  expect(mine).not.toBe(hex(member));
});

test("GROUP-6: a group secret is derived from the event it stands on, so it is another one on another event", () => {
  const seed = random(32);
  const one = groupSecret(prev, seed, curve)!;
  expect(hex(groupSecret(prev, seed, curve)!)).toBe(hex(one));
  expect(hex(groupSecret("cd".repeat(32) as EventId, seed, curve)!)).not.toBe(hex(one));
});

test("GROUP-6, G-05: refuses a wrap of zero, of the group order, of another key, of too few digits; refuses two wraps", () => {
  const [alias, member, group] = [secret(), secret(), secret()];
  const pair = ConversationKey.between(alias, member.pubkey, curve)!;
  const address = hex(member);
  const tag = (text: string) => ({ tag: address, wrap: encrypt(text, pair, random(32)), detail: "" });
  const good = toHex(group.expose());
  const open = (...texts: string[]) => openWrap(texts.map(tag), address, [pair], hex(group), curve);
  expect(open(good).ok).toBe(true);
  const order = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";
  for (const bad of ["0".repeat(64), order, toHex(secret().expose()), good.slice(2), good.toUpperCase()]) {
    expect(open(bad), bad.slice(0, 4)).toEqual({ ok: false, fault: "wrong-wrap" });
  }
  // The negated secret is the same key: x-only keys have no sign.
  expect(open(toHex(curve.scalarNegate(group.expose()))).ok).toBe(true);
  expect(open(good, good)).toEqual({ ok: false, fault: "two-wraps" });
  expect(open()).toEqual({ ok: false, fault: "no-wrap" });
});

test("GROUP-22: sealed-prev opens for holders of the previous key, and is bound to its event", () => {
  const [author, previous, alias] = [secret(), secret(), secret()];
  const frame = { create: prev, alias: hex(alias), key: hex(secret()), created_at: 7 };
  const key = selfConversation(previous, curve);
  const sealed = sealPrev(frame, { prev, epoch: 3 }, author, key, random, curve);
  expect(openSealedPrev(sealed, frame, key, curve)).toEqual({ prev, epoch: 3, author: hex(author) });
  expect(openSealedPrev(sealed, frame, selfConversation(alias, curve), curve)).toBeUndefined();
  for (const moved of [
    { alias: hex(author) },
    { key: hex(author) },
    { created_at: 8 },
    { create: "cd".repeat(32) as EventId },
  ]) {
    expect(openSealedPrev(sealed, { ...frame, ...moved }, key, curve)).toBeUndefined();
  }
  expect(openSealedPrev(encrypt("{}", key, random(32)), frame, key, curve)).toBeUndefined();
});
