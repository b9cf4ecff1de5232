/**
 * Is this text a proof that one of these keys made this message? (docs/spec/rings.md, RING-10)
 *
 * Never throws on bytes from a stranger: the answer is the scheme and the ring's size, for `or-link` the key image with
 * its scope, or one reason of the closed union of §6, the first one met.
 */
import { toHex } from "../bytes.ts";
import { finish } from "./progress.ts";
import { type RingProof, readProof } from "./proof-json.ts";
import type { ProofReason } from "./reasons.ts";
import type { Ring } from "./ring.ts";
import { checkMessage, verifyOr } from "./scheme-or.ts";
import { verifyOrLink } from "./scheme-or-link.ts";

export interface ProofClaim {
  /** As it stands in the tag. */
  readonly proof: string;
  readonly ring: Ring;
  /** 32 bytes. */
  readonly message: Uint8Array;
  /** Where given, a proof of another scope, or of none, is refused. */
  readonly scope?: string;
  /** Where given, says which scopes of linkable proofs are allowed. */
  readonly allowsScope?: (scope: string) => boolean;
}

export type RingVerdict =
  | { readonly ok: true; readonly alg: "or"; readonly n: number; readonly pow?: string }
  | {
      readonly ok: true;
      readonly alg: "or-link";
      readonly n: number;
      /** 66 lowercase hex digits; says nothing beside an image of another scope. */
      readonly keyImage: string;
      readonly scope: string;
      readonly pow?: string;
    }
  | { readonly ok: false; readonly reason: ProofReason };

export function verifyProof(claim: ProofClaim): RingVerdict {
  return finish(verifyProofInSteps(claim));
}

/** As `verifyProof`; yields the number of sums done, of n for `or` and 2n for `or-link`. */
export function* verifyProofInSteps(claim: ProofClaim): Generator<number, RingVerdict> {
  const { proof: text, ring, message } = claim;
  checkMessage(message);
  const reading = readProof(text, ring.size);
  if (!reading.ok) return reading;
  const { proof, pow } = reading;
  if (!isScopeAllowed(claim, proof)) return { ok: false, reason: "proof-scope" };
  const reason = yield* check(proof, ring, message);
  if (reason !== undefined) return { ok: false, reason };
  const work = pow === undefined ? {} : { pow };
  if (proof.alg === "or") return { ok: true, alg: "or", n: ring.size, ...work };
  return { ok: true, alg: "or-link", n: ring.size, keyImage: toHex(proof.keyImage), scope: proof.scope, ...work };
}

function check(proof: RingProof, ring: Ring, message: Uint8Array): Generator<number, ProofReason | undefined> {
  return proof.alg === "or" ? verifyOr({ ring, message }, proof) : verifyOrLink({ ring, message }, proof);
}

function isScopeAllowed({ scope, allowsScope }: ProofClaim, proof: RingProof): boolean {
  if (proof.alg === "or") return scope === undefined;
  return (scope === undefined || scope === proof.scope) && (allowsScope === undefined || allowsScope(proof.scope));
}
