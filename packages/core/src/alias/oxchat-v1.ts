/**
 * The aliases that the author's own code ("0xchat-v1") would have derived, for reading only.
 *
 *   t = x( a · lift_even(B) ), alias secret = a + t: so the alias of A towards B is x(A + tG) or x(A − tG)
 *
 * Spec: docs/spec/alias.md §1 and ALIAS-4. We never emit such an alias: from two of them anybody computes a real key,
 * and from the secret of one, with t, its owner's secret key. `t` stays inside this file: it is also the key of every
 * NIP-04 message between the two real keys.
 */
import { concat, fromHex, type PubkeyHex, toHex } from "../bytes.ts";
import type { Curve } from "../curve/curve.ts";
import { Secret } from "../secret.ts";

const ONE = fromHex("01".padStart(64, "0"))!;

/** The aliases that `peer` can have towards us. Empty where his key is not on the curve. */
export function aliasCandidates(real: Secret, peer: PubkeyHex, curve: Curve): readonly PubkeyHex[] {
  const key = fromHex(peer)!;
  const t = tweak(real, key, curve);
  if (t === undefined) return [];
  const tG = curve.baseMultiply(t);
  t.fill(0);
  const sums = [2, 3].map((parity) => curve.sumOfTwo(concat(Uint8Array.of(parity), key), ONE, tG, ONE));
  return sums.flatMap((sum) => (sum === undefined ? [] : [toHex(sum.subarray(1)) as PubkeyHex]));
}

/**
 * The secrets that the old code can have used for us towards `peer`: for reading what was sent to them, after moving
 * here from that app. Two, because it used the real secret as it was, and ours is normalised.
 * Safety: with `t`, which the peer knows, each of them is the real secret. Nothing is ever written with them.
 */
export function importAliases(real: Secret, peer: PubkeyHex, curve: Curve): readonly Secret[] {
  const t = tweak(real, fromHex(peer)!, curve);
  if (t === undefined) return [];
  const secrets = [real.expose(), curve.scalarNegate(real.expose())]
    .map((a) => curve.scalarAdd(a, t))
    .filter((sum) => sum.some((byte) => byte !== 0))
    .map((sum) => {
      const secret = Secret.from(sum, curve);
      sum.fill(0);
      return secret;
    });
  t.fill(0);
  return secrets;
}

/** `t` as a scalar other than 0. */
function tweak(real: Secret, peer: Uint8Array, curve: Curve): Uint8Array | undefined {
  const shared = curve.ecdh(real.expose(), peer);
  const t = shared && curve.scalarReduce(shared);
  shared?.fill(0);
  return t?.some((byte) => byte !== 0) ? t : undefined;
}
