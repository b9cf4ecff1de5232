import { readVectors, vectorTests } from "@subrosa/testkit/vectors";
import { expect } from "vitest";
import { fromHex, toHex } from "../../src/bytes.ts";
import { nobleCurve } from "../../src/curve/noble.ts";

interface Bip340Case {
  readonly secret?: string;
  readonly aux?: string;
  readonly pubkey: string;
  readonly message: string;
  readonly signature: string;
  readonly valid: boolean;
}

const { cases } = readVectors<{ readonly cases: readonly Bip340Case[] }>("bip340.json");
const bytes = (hex: string): Uint8Array => fromHex(hex)!;

for (const curve of [nobleCurve]) {
  vectorTests(`BIP-340 on ${curve.name}`, cases, ({ secret, aux, pubkey, message, signature, valid }) => {
    if (secret !== undefined && aux !== undefined) {
      expect(toHex(curve.baseMultiply(bytes(secret)).subarray(1))).toBe(pubkey);
      expect(toHex(curve.signSchnorr(bytes(message), bytes(secret), bytes(aux)))).toBe(signature);
    }
    expect(curve.verifySchnorr(bytes(signature), bytes(message), bytes(pubkey))).toBe(valid);
  });
}
