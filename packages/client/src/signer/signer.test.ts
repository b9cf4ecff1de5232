import { pubkeyHex, toHex } from "@subrosa/core/bytes";
import { nobleCurve } from "@subrosa/core/curve/noble";
import { Secret } from "@subrosa/core/secret";
import { seededRandom } from "@subrosa/testkit/random";
import { finalizeEvent, getPublicKey, nip44 } from "nostr-tools";
import { expect, test } from "vitest";
import { openMemoryStore } from "../store/memory-store.ts";
import { keepKey, keptKey, unlockKey } from "./key-record.ts";
import { localSigner } from "./local-signer.ts";
import { type Nip07Signer, openSigner, type Signer } from "./signer.ts";

const random = seededRandom("signers");
const secret = Secret.from(random(32), nobleCurve);
const local = localSigner(secret, random, nobleCurve);
const template = { kind: 1, created_at: 1_700_000_000, tags: [["t", "rose"]], content: "under the rose" };
const peer = Secret.from(random(32), nobleCurve);
const peerKey = pubkeyHex(toHex(peer.pubkey))!;

async function opened(theirs: Nip07Signer): Promise<Signer> {
  const opening = await openSigner(theirs, nobleCurve);
  if (!opening.ok) throw new Error(opening.reason);
  return opening.signer;
}

test("a key in this process signs and encrypts, both ways and both ciphers", async () => {
  const signer = await opened(local);
  const other = await opened(localSigner(peer, random, nobleCurve));
  const signed = await signer.sign(template);
  expect(signed).toMatchObject({ ok: true, event: { ...template, pubkey: signer.pubkey } });
  for (const form of ["nip04", "nip44"] as const) {
    const sealed = await signer.encrypt(form, peerKey, "secret ✓");
    expect(await other.decrypt(form, signer.pubkey, sealed.ok ? sealed.text : "")).toEqual({
      ok: true,
      text: "secret ✓",
    });
    expect(await other.decrypt(form, signer.pubkey, "nonsense")).toEqual({ ok: false, reason: "signer-no-answer" });
  }
});

test("a NIP-07-shaped signer made of nostr-tools is accepted, synchronous as it is", async () => {
  const bytes = random(32);
  const theirs: Nip07Signer = {
    getPublicKey: () => getPublicKey(bytes),
    signEvent: (event) => finalizeEvent(event, bytes),
    nip44: {
      encrypt: (to, words) => nip44.encrypt(words, nip44.getConversationKey(bytes, to)),
      decrypt: (from, words) => nip44.decrypt(words, nip44.getConversationKey(bytes, from)),
    },
  };
  const signer = await opened(theirs);
  expect(signer.capabilities).toEqual({ nip04: false, nip44: true, memberProofs: false, batchDecrypt: false });
  expect((await signer.sign(template)).ok).toBe(true);
  const sealed = await signer.encrypt("nip44", peerKey, "to you");
  const other = await opened(localSigner(peer, random, nobleCurve));
  expect(await other.decrypt("nip44", signer.pubkey, sealed.ok ? sealed.text : "")).toEqual({
    ok: true,
    text: "to you",
  });
  expect(await signer.encrypt("nip04", peerKey, "x")).toEqual({ ok: false, reason: "signer-lacks-it" });
});

test("what a signer answers is checked: its key, the event's signature, author and words", async () => {
  const other = localSigner(peer, random, nobleCurve);
  const answers: readonly (readonly [string, Partial<Nip07Signer>])[] = [
    ["signer-no-answer", { signEvent: () => Promise.reject(new Error("the user said no")) }],
    ["signer-event", { signEvent: () => ({ ...template, sig: "00" }) }],
    ["signer-event", { signEvent: () => undefined }],
    ["signer-other-key", { signEvent: (event) => other.signEvent(event) }],
    ["signer-other-event", { signEvent: (event) => local.signEvent({ ...event, content: "I owe you" }) }],
    ["signer-other-event", { signEvent: (event) => local.signEvent({ ...event, tags: [] }) }],
  ];
  for (const [reason, change] of answers) {
    const signer = await opened({ ...local, ...change });
    expect(await signer.sign(template)).toEqual({ ok: false, reason });
  }
  for (const key of ["", "npub1xyz", "f".repeat(64), toHex(secret.pubkey).toUpperCase()]) {
    expect(await openSigner({ ...local, getPublicKey: () => key }, nobleCurve)).toEqual({
      ok: false,
      reason: "signer-key",
    });
  }
  const broken = { ...local, nip44: { encrypt: () => 7 as unknown as string, decrypt: () => "" } };
  expect(await (await opened(broken)).encrypt("nip44", peerKey, "x")).toEqual({ ok: false, reason: "signer-text" });
});

test("the key in the store opens with its password alone, and is never there in the clear", async () => {
  const store = openMemoryStore();
  expect(await unlockKey(store, "p", nobleCurve)).toEqual({ ok: false, reason: "no-key" });
  await keepKey(store, secret, "p", { random });
  expect(await keptKey(store)).toMatch(/^ncryptsec1/);
  const unlocked = await unlockKey(store, "p", nobleCurve);
  expect(unlocked.ok && toHex(unlocked.secret.pubkey)).toBe(toHex(secret.pubkey));
  expect(await unlockKey(store, "q", nobleCurve)).toEqual({ ok: false, reason: "ncryptsec-password" });
  await expect(keepKey(store, secret, "p", { random, logN: 16 })).rejects.toThrow("usage/range");
});
