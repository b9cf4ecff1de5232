/**
 * Alias keys: one per peer and index, from the real key alone (ALIAS-1).
 *
 *   HKDF-SHA256(ikm = even-y secret, salt = "nip101/alias/v2", info = peer ‖ u32(index), 48 bytes) mod n
 *
 * Spec: docs/spec/alias.md §2. A hash stands between the real key and every alias, so neither a sum of public keys nor
 * a stolen alias secret leads back to it; 0xchat-v1's additive tweak gives both away.
 * The peer cannot recompute an alias: what ties it to its owner is the `bind` signature (bind.ts).
 */
import { concat, fromHex, type PubkeyHex, u32, utf8 } from "../bytes.ts";
import type { Curve } from "../curve/curve.ts";
import { UsageError } from "../errors.ts";
import { hkdfExpand, hkdfExtract } from "../hash.ts";
import { Secret } from "../secret.ts";

const SALT = utf8("nip101/alias/v2");
const MAX_INDEX = 0xffff_ffff;

export function deriveAlias(real: Secret, peer: PubkeyHex, index: number, curve: Curve): Secret {
  if (!Number.isInteger(index) || index < 0 || index > MAX_INDEX) {
    throw new UsageError("usage/range", "an alias index is an integer of 32 bits");
  }
  const info = concat(fromHex(peer)!, u32(index));
  const scalar = curve.scalarReduce(hkdfExpand(hkdfExtract(real.expose(), SALT), info, 48));
  if (scalar.every((byte) => byte === 0))
    throw new UsageError("usage/secret", "this index has no alias; take the next");
  return Secret.from(scalar, curve);
}
