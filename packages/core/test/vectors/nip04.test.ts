import { readVectors, vectorTests } from "@subrosa/testkit/vectors";
import { expect } from "vitest";
import { fromHex, type PubkeyHex } from "../../src/bytes.ts";
import { nobleCurve as curve } from "../../src/curve/noble.ts";
import { signEvent, type VerifiedEvent } from "../../src/nostr/event.ts";
import { encryptNip04, openNip04 } from "../../src/nostr/nip04.ts";
import { Secret } from "../../src/secret.ts";

interface Nip04File {
  readonly author: string;
  readonly recipient: string;
  readonly authorPubkey: PubkeyHex;
  readonly recipientPubkey: PubkeyHex;
  readonly valid: readonly { readonly iv: string; readonly plaintext: string; readonly content: string }[];
  readonly invalid: readonly { readonly content: string }[];
}

const file = readVectors<Nip04File>("nip04.json");
const author = Secret.from(fromHex(file.author)!, curve);
const recipient = Secret.from(fromHex(file.recipient)!, curve);

function message(content: string): VerifiedEvent {
  const template = { kind: 4, created_at: 1_700_000_000, tags: [["p", file.recipientPubkey]], content };
  return signEvent(template, author, new Uint8Array(32), curve);
}

vectorTests("NIP-04", file.valid, ({ iv, plaintext, content }) => {
  expect(encryptNip04(plaintext, author, file.recipientPubkey, fromHex(iv)!, curve)).toBe(content);
  const event = message(content);
  expect(openNip04(event, recipient, curve)).toEqual({ ok: true, plaintext, peer: file.authorPubkey });
  expect(openNip04(event, author, curve)).toEqual({ ok: true, plaintext, peer: file.recipientPubkey });
});

vectorTests("NIP-04 refuses, always for the same reason", file.invalid, ({ content }) => {
  expect(openNip04(message(content), recipient, curve)).toEqual({ ok: false, reason: "nip04" });
});
