/** nostr-tools as the peer at the other end: it reads what we write, we read what it writes. */
import { seededRandom } from "@subrosa/testkit/random";
import fc from "fast-check";
import * as nip04 from "nostr-tools/nip04";
import * as nip10 from "nostr-tools/nip10";
import * as nip13 from "nostr-tools/nip13";
import * as nip19 from "nostr-tools/nip19";
import * as nip44 from "nostr-tools/nip44";
import * as nip59 from "nostr-tools/nip59";
import { finalizeEvent, verifyEvent } from "nostr-tools/pure";
import { expect, test } from "vitest";
import { type PubkeyHex, toHex } from "../../src/bytes.ts";
import { nobleCurve as curve } from "../../src/curve/noble.ts";
import { plain, type SignedEvent, signEvent, toRumor, VerifiedEvent } from "../../src/nostr/event.ts";
import { encryptNip04, openNip04 } from "../../src/nostr/nip04.ts";
import { replyTags, threadOf } from "../../src/nostr/nip10.ts";
import { difficulty, mine } from "../../src/nostr/nip13.ts";
import { decodeEntity, encodeEntity } from "../../src/nostr/nip19.ts";
import { ConversationKey, decrypt, encrypt } from "../../src/nostr/nip44.ts";
import { openWrap, seal, wrap } from "../../src/nostr/nip59.ts";
import { decodeNsec, encodeNsec } from "../../src/nostr/nsec.ts";
import { Secret } from "../../src/secret.ts";
import { entity, rumor, wellFormed } from "./arbitraries.ts";

const random = seededRandom("interop");
const [alice, bob, oneTime] = [random(32), random(32), random(32)].map((bytes) => Secret.from(bytes, curve)) as [
  Secret,
  Secret,
  Secret,
];
const pubkey = (secret: Secret): PubkeyHex => toHex(secret.pubkey) as PubkeyHex;
/** Their types are mutable arrays; JSON makes them so. */
const theirs = <T>(value: unknown): T => JSON.parse(JSON.stringify(value)) as T;
const verified = (event: unknown): VerifiedEvent => {
  const verdict = VerifiedEvent.check(theirs(event), curve);
  if (!verdict.ok) throw new Error(verdict.reason);
  return verdict.event;
};
/** nostr-tools drops a byte-order mark that begins a text and cannot send an empty one. */
const sendable = wellFormed.filter((text) => text !== "" && !text.startsWith("\ufeff"));

test("events: each verifies what the other signs, with the same id", () => {
  fc.assert(
    fc.property(rumor, ({ kind, created_at, tags, content }) => {
      const template = { kind, created_at, tags, content };
      const ours = signEvent(template, alice, random(32), curve);
      expect(verifyEvent(theirs(plain(ours)))).toBe(true);
      const other = finalizeEvent(theirs(template), alice.expose());
      expect(other.id).toBe(ours.id);
      expect(plain(verified(other))).toEqual(theirs<SignedEvent>(other));
    }),
    { numRuns: 30 },
  );
});

test("NIP-19: each reads what the other writes", () => {
  fc.assert(
    fc.property(entity, (value) => {
      const { type, data } = nip19.decode(encodeEntity(value));
      if (value.type === "naddr" && value.identifier.startsWith("\ufeff")) return;
      const read = type === "npub" ? { pubkey: data } : type === "note" ? { id: data } : (data as object);
      expect({ type, ...theirs<object>(read) }).toEqual(theirs(value));
      const { type: _, ...fields } = theirs<Record<string, never>>(value);
      const written =
        value.type === "npub"
          ? nip19.npubEncode(value.pubkey)
          : value.type === "note"
            ? nip19.noteEncode(value.id)
            : value.type === "nprofile"
              ? nip19.nprofileEncode(fields as never)
              : value.type === "nevent"
                ? nip19.neventEncode(fields as never)
                : nip19.naddrEncode(fields as never);
      expect(decodeEntity(written)).toEqual(value);
    }),
    { numRuns: 500 },
  );
});

test("NIP-19 nsec: each reads what the other writes", () => {
  expect(nip19.decode(encodeNsec(alice))).toEqual({ type: "nsec", data: alice.expose() });
  expect(toHex(decodeNsec(nip19.nsecEncode(bob.expose()), curve).expose())).toBe(toHex(bob.expose()));
});

test("NIP-44: each reads what the other writes", () => {
  const key = ConversationKey.between(alice, bob.pubkey, curve)!;
  expect(toHex(nip44.getConversationKey(bob.expose(), pubkey(alice)))).toBe(toHex(key.expose()));
  fc.assert(
    fc.property(sendable, (text) => {
      expect(nip44.decrypt(encrypt(text, key, random(32)), key.expose())).toBe(text);
      expect(decrypt(nip44.encrypt(text, key.expose()), key)).toEqual({ ok: true, plaintext: text });
    }),
    { numRuns: 200 },
  );
});

test("NIP-04: each reads what the other writes", () => {
  fc.assert(
    fc.property(sendable, (text) => {
      const content = encryptNip04(text, alice, pubkey(bob), random(16), curve);
      expect(nip04.decrypt(bob.expose(), pubkey(alice), content)).toBe(text);
      const template = { kind: 4, created_at: 1, tags: [["p", pubkey(bob)]] };
      const event = signEvent(
        { ...template, content: nip04.encrypt(alice.expose(), pubkey(bob), text) },
        alice,
        random(32),
        curve,
      );
      expect(openNip04(event, bob, curve)).toEqual({ ok: true, plaintext: text, peer: pubkey(alice) });
    }),
    { numRuns: 15 },
  );
});

test("NIP-59: each opens what the other wraps", () => {
  const template = { kind: 14, created_at: 1_700_000_000, tags: [["p", pubkey(bob)]], content: "sub rosa 🌹" };
  const inner = toRumor(template, pubkey(alice));
  const to = { recipient: pubkey(bob), created_at: 1_699_999_999 };
  const sealed = seal(inner, { author: alice, ...to }, random, curve);
  const wrapped = wrap(JSON.stringify(plain(sealed)), { oneTime, ...to }, random, curve);
  expect(nip59.unwrapEvent(theirs(plain(wrapped)), bob.expose())).toEqual(theirs(inner));
  const other = nip59.wrapEvent(theirs(template), alice.expose(), pubkey(bob));
  expect(openWrap(verified(other), bob, curve)).toMatchObject({ ok: true, rumor: inner });
});

test("NIP-13: nostr-tools counts the bits of what we mine as we do", () => {
  const unsigned = { kind: 1, created_at: 1, tags: [], content: "mined", pubkey: pubkey(alice) };
  const mined = mine(unsigned, 10, { from: 0, count: 100_000 });
  expect(mined.done && nip13.getPow(mined.event.id)).toBe(mined.done && difficulty(mined.event.id));
});

test("NIP-10: nostr-tools finds root and parent of our answers where we do", () => {
  const note = (tags: readonly (readonly string[])[]) =>
    toRumor({ kind: 1, created_at: 1, tags, content: "" }, pubkey(alice));
  const root = note([]);
  const answer = note(replyTags(root, "wss://relay.example"));
  const further = note(replyTags(answer, ""));
  for (const event of [answer, further]) {
    const parsed = nip10.parse(theirs({ ...event, sig: "" }));
    const thread = threadOf(event);
    expect(parsed.root?.id).toBe(thread.root?.id);
    expect((parsed.reply ?? parsed.root)?.id).toBe(thread.parent?.id);
  }
});
