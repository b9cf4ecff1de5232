/**
 * BIP-374: proof that one secret makes two products, A = a·G and C = a·B, that tells nothing about the secret.
 *
 * A complaint (GROUP-15) shows with it that a point is the ECDH of the victim's key with an event's alias. The
 * generator is an argument, because the public vectors use several. Letters are the BIP's.
 */
import { concat, equalBytes } from "../bytes.ts";
import type { Curve } from "../curve/curve.ts";
import { taggedHash } from "../hash.ts";

export interface DleqStatement {
  readonly A: Uint8Array;
  readonly B: Uint8Array;
  readonly C: Uint8Array;
  readonly G: Uint8Array;
  /** Empty or 32 bytes. */
  readonly message: Uint8Array;
}

/** The compressed base point of secp256k1. */
export function generator(curve: Curve): Uint8Array {
  const one = new Uint8Array(32);
  one[31] = 1;
  return curve.baseMultiply(one);
}

/** Undefined where B or G is no point. `a` is 1 … n−1, `aux` 32 fresh random bytes. */
export function proveDleq(
  a: Uint8Array,
  { B, G, message }: Pick<DleqStatement, "B" | "G" | "message">,
  aux: Uint8Array,
  curve: Curve,
): { readonly proof: Uint8Array; readonly C: Uint8Array } | undefined {
  const A = curve.multiply(a, G);
  const C = curve.multiply(a, B);
  if (A === undefined || C === undefined) return undefined;
  const mask = taggedHash("BIP0374/aux", aux);
  const t = a.map((byte, i) => byte ^ mask[i]!);
  const k = curve.scalarReduce(taggedHash("BIP0374/nonce", t, A, C, message));
  t.fill(0);
  const R1 = curve.multiply(k, G)!;
  const R2 = curve.multiply(k, B)!;
  const e = challenge({ A, B, C, G, message }, R1, R2);
  const s = curve.scalarAdd(k, curve.scalarMultiply(curve.scalarReduce(e), a));
  k.fill(0);
  return { proof: concat(e, s), C };
}

export function verifyDleq(statement: DleqStatement, proof: Uint8Array, curve: Curve): boolean {
  const { A, B, C, G } = statement;
  if (proof.length !== 64 || ![A, B, C, G].every((point) => curve.isPoint(point))) return false;
  const e = proof.subarray(0, 32);
  const s = proof.subarray(32);
  // A scalar that is not below n is another writing of the same proof.
  if (!equalBytes(curve.scalarReduce(s), s)) return false;
  const minusE = curve.scalarNegate(curve.scalarReduce(e));
  const R1 = curve.sumOfTwo(G, s, A, minusE);
  const R2 = curve.sumOfTwo(B, s, C, minusE);
  return R1 !== undefined && R2 !== undefined && equalBytes(challenge(statement, R1, R2), e);
}

function challenge({ A, B, C, G, message }: DleqStatement, R1: Uint8Array, R2: Uint8Array): Uint8Array {
  return taggedHash("BIP0374/challenge", A, B, C, G, R1, R2, message);
}
