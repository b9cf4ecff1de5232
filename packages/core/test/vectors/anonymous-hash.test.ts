import { readVectors, vectorTests } from "@subrosa/testkit/vectors";
import { expect } from "vitest";
import { signedHash } from "../../src/anonymous/inner.ts";
import { type PubkeyHex, toHex } from "../../src/bytes.ts";

interface Case {
  readonly alias: PubkeyHex;
  readonly created_at: number;
  readonly kind: number;
  readonly tags: readonly (readonly string[])[];
  readonly pubkey: PubkeyHex;
  readonly text: string;
  readonly hash: string;
}
const { hash } = readVectors<{ hash: readonly Case[] }>("anonymous-hash.json");

vectorTests("GROUP-1, G-06: h", hash, ({ pubkey, text, hash: expected, ...frame }) => {
  expect(toHex(signedHash(frame, pubkey, text))).toBe(expected);
});
