import { seededRandom } from "@subrosa/testkit/random";
import { expect, test } from "vitest";
import { type EventId, type PubkeyHex, toHex } from "../bytes.ts";
import { nobleCurve as curve } from "../curve/noble.ts";
import { ConversationKey, decrypt } from "../nostr/nip44.ts";
import { Secret } from "../secret.ts";
import { openInvite, readInvite, readPrivateInvite, sealInvite, writeInvite } from "./invite.ts";
import { fits, memberBytes, sealedLength } from "./size.ts";

const random = seededRandom("invite");
const [host, guest, group] = [1, 2, 3].map(() => Secret.from(random(32), curve)) as [Secret, Secret, Secret];
const hex = (secret: Secret): PubkeyHex => toHex(secret.pubkey) as PubkeyHex;
const create = "ab".repeat(32) as EventId;

test("GROUP-13: a public invite is a nevent of the 480 with relays and the current group key, and no more", () => {
  const invite = { create, key: hex(group), relays: ["wss://one.example"] };
  const link = writeInvite(invite);
  expect(link).toMatch(/^nostr:nevent1[a-z0-9]+\?key=[0-9a-f]{64}$/);
  expect(readInvite(link)).toEqual(invite);
  for (const bad of ["", "nostr:npub1x?key=00", link.replace("?", "&"), `${link}00`])
    expect(readInvite(bad)).toBeUndefined();
});

test("GROUP-13: a private invite opens for its guest alone and names the owner", () => {
  const sealed = sealInvite({ create, owner: hex(host), secret: group, relays: [] }, host, hex(guest), random, curve);
  const opened = openInvite(sealed, hex(host), guest, curve);
  expect(opened.ok && [opened.invite.owner, hex(opened.invite.secret)]).toEqual([hex(host), hex(group)]);
  expect(openInvite(sealed, hex(host), group, curve)).toEqual({ ok: false, reason: "invite-sealed" });
  expect(openInvite("AAAA", hex(host), guest, curve)).toEqual({ ok: false, reason: "invite-sealed" });
});

test("GROUP-13, GROUP-23: what a signer decrypted of a private invite is read as strictly", () => {
  const sealed = sealInvite({ create, owner: hex(host), secret: group, relays: [] }, host, hex(guest), random, curve);
  using key = ConversationKey.between(guest, host.pubkey, curve);
  const plain = decrypt(sealed, key!);
  if (!plain.ok) throw new Error(plain.reason);
  const read = readPrivateInvite(plain.plaintext, curve);
  expect(read.ok && [read.invite.owner, hex(read.invite.secret)]).toEqual([hex(host), hex(group)]);
  const zero = plain.plaintext.replace(/"secret":"[0-9a-f]{64}"/, `"secret":"${"0".repeat(64)}"`);
  expect(readPrivateInvite(zero, curve)).toEqual({ ok: false, reason: "invite-secret" });
  expect(readPrivateInvite("{}", curve)).toEqual({ ok: false, reason: "invite-shape" });
});

test("GROUP-9: a member costs about 440 bytes, and a relay of 65,536 bytes takes fewer than 130", () => {
  expect(memberBytes(150)).toBeGreaterThan(430);
  expect(memberBytes(150)).toBeLessThan(700);
  expect(sealedLength(64)).toBe(176);
  const tags = Array.from({ length: 121 }, () => ["p", "0".repeat(64), "w".repeat(176), "d".repeat(sealedLength(150))]);
  const event = { pubkey: hex(host), created_at: 1, kind: 485, tags, content: "" };
  const relays = [
    { url: "small", maxMessageLength: 65_536 },
    { url: "few tags", maxEventTags: 100 },
    { url: "silent" },
  ];
  const [small, few, silent] = fits(event, 121, 150, relays);
  expect(small!.maxMembers).toBeGreaterThan(90);
  expect(small!.fits).toBe(small!.maxMembers! >= 121);
  expect(few).toMatchObject({ fits: false, maxMembers: 100 });
  expect(silent).toMatchObject({ fits: true, maxMembers: undefined });
});
