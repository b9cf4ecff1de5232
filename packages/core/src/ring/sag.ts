/**
 * SAG, the Abe–Ohkubo–Suzuki ring signature, in the two dialects of nostringer (docs/spec/rings.md §4).
 *
 *     c_{i+1} = SHA256( msg ‖ ring ‖ comp(s_i·G + c_i·P_i) ) mod n, 0 becomes 1
 *
 * `ring` is the concatenation of 33-byte points in dialect `rs`, of the 32-byte keys in dialect `ts`; over x-only keys
 * neither accepts the other's signatures. Messages are raw bytes. Message and ring meet without a length between them,
 * so a message that ends in a key of one ring may stand before another ring: whoever signs with this says what a
 * message looks like (docs/spec/member-proofs.md, NIP97-2).
 */
import { sha256 as sha256State } from "@noble/hashes/sha2.js";
import { concat } from "../bytes.ts";
import { sha256 } from "../hash.ts";
import type { Secret } from "../secret.ts";
import { type Chain, type ChainScheme, chainScalar, signChain, verifyChain } from "./chain.ts";
import { untilSigned } from "./nonce.ts";
import { finish } from "./progress.ts";
import type { RingSignatureReason } from "./reasons.ts";
import type { Ring } from "./ring.ts";
import { signerMasks } from "./scheme-or.ts";

export type SagDialect = "rs" | "ts";

export interface Sag extends Chain {
  readonly scheme: "sag";
}

export interface SagInput {
  readonly ring: Ring;
  readonly message: Uint8Array;
  readonly dialect: SagDialect;
}

/** Throws UsageError where the key is not in the ring; verifies what it returns (RING-9). */
export function signSag(input: SagInput & { readonly secret: Secret; readonly fresh: Uint8Array }): Sag {
  const { ring, message, dialect, secret, fresh } = input;
  const signer = {
    ...{ ring, secret, masks: signerMasks(ring, secret), tag: `nostr-ring/nonce/sag-${dialect}` as const },
    ...{ message: sha256(message), context: sha256() },
  };
  return untilSigned(fresh, (bytes) => {
    const chain = signChain({ ...signer, fresh: bytes }, sagScheme(input));
    if (chain === undefined || finish(verifySag(input, chain)) !== undefined) return undefined;
    return { scheme: "sag", ...chain };
  });
}

/** Yields the number of keys done; answers with a reason, or undefined where the signature holds. */
export function verifySag(input: SagInput, chain: Chain): Generator<number, RingSignatureReason | undefined> {
  return verifyChain(input.ring, chain, sagScheme(input));
}

function sagScheme({ ring, message, dialect }: SagInput): ChainScheme {
  const keys = dialect === "rs" ? ring.points() : concat(...ring.keys());
  // Message and ring are the same for every link, so their part of the hash is computed once.
  const begun = sha256State.create().update(message).update(keys);
  return { hash: (left) => chainScalar(begun.clone().update(left).digest(), ring.curve) };
}
