import { nobleCurve } from "@subrosa/core/curve/noble";
import { readVectors, vectorTests } from "@subrosa/testkit/vectors";
import { expect } from "vitest";
import { createKernel } from "../../src/kernel.ts";

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, "hex"));
const hex = (value: Uint8Array | undefined): string =>
  value === undefined ? "none" : Buffer.from(value).toString("hex");

interface Bip340Case {
  readonly secret?: string;
  readonly aux?: string;
  readonly pubkey: string;
  readonly message: string;
  readonly signature: string;
  readonly valid: boolean;
}
interface EcdhCase {
  readonly x: string;
  readonly private: string;
  readonly shared?: string;
}
interface HashCase {
  readonly message: string;
  readonly point: string;
}

const kernel = createKernel();

const bip340 = readVectors<{ readonly cases: readonly Bip340Case[] }>("bip340.json");
vectorTests("BIP-340 on the kernel", bip340.cases, ({ secret, aux, pubkey, message, signature, valid }) => {
  if (secret !== undefined && aux !== undefined) {
    expect(hex(kernel.baseMultiply(bytes(secret)).subarray(1))).toBe(pubkey);
    expect(hex(kernel.signSchnorr(bytes(message), bytes(secret), bytes(aux)))).toBe(signature);
  }
  const item = { signature: bytes(signature), message: bytes(message), pubkey: bytes(pubkey) };
  expect(kernel.verifySchnorr(item.signature, item.message, item.pubkey)).toBe(valid);
  const items = [item, item, item, item, item, item];
  expect(kernel.verifySchnorrBatch(items, (length) => new Uint8Array(length))).toEqual(items.map(() => valid));
});

for (const curve of [kernel, nobleCurve]) {
  const ecdh = readVectors<{ readonly cases: readonly EcdhCase[] }>("ecdh-secp256k1.json");
  vectorTests(`ECDH on ${curve.name}`, ecdh.cases, ({ x, private: secret, shared = "none" }) => {
    expect(hex(curve.ecdh(bytes(secret), bytes(x)))).toBe(shared);
    for (const prefix of ["02", "03"]) {
      expect(hex(curve.multiply(bytes(secret), bytes(prefix + x))?.subarray(1))).toBe(shared);
    }
  });

  const hashes = readVectors<{ readonly dst: string; readonly cases: readonly HashCase[] }>("hash-to-curve.json");
  vectorTests(`RFC 9380 on ${curve.name}`, hashes.cases, ({ message, point }) => {
    expect(hex(curve.hashToCurve(Buffer.from(message), Buffer.from(hashes.dst)))).toBe(point);
  });
}
