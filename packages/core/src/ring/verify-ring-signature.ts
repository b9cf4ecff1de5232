/**
 * Is this `ringA` text a signature by one of these keys over this message? (docs/spec/rings.md §4)
 *
 * Says which scheme and dialect it is. Over x-only keys `rs` and `ts` are mutually invalid: both are tried, `rs` first,
 * unless the caller allows one only. Never throws on bytes from a stranger.
 */
import { toHex } from "../bytes.ts";
import { type ExpectedImage, isLinkableEvidence, verifyBlsag } from "./blsag.ts";
import { finish } from "./progress.ts";
import type { RingSignatureReason } from "./reasons.ts";
import type { Ring } from "./ring.ts";
import { readRingA } from "./ring-a.ts";
import { type Sag, type SagDialect, verifySag } from "./sag.ts";

export interface RingSignatureClaim {
  readonly signature: string;
  readonly ring: Ring;
  /** Raw, of any length. */
  readonly message: Uint8Array;
  readonly dialects?: readonly SagDialect[];
  /** Under which flag and over which ring a bLSAG's image would count. */
  readonly expected?: ExpectedImage;
}

export type RingSignatureVerdict =
  | { readonly ok: true; readonly scheme: "sag"; readonly dialect: SagDialect; readonly n: number }
  | {
      readonly ok: true;
      readonly scheme: "blsag";
      readonly n: number;
      /** 66 lowercase hex digits. */
      readonly keyImage: string;
      /** Lowercase hex; absent when none was used. */
      readonly flag?: string;
      /** May the image be compared with others? */
      readonly linkable: boolean;
    }
  | { readonly ok: false; readonly reason: RingSignatureReason };

export function verifyRingSignature(claim: RingSignatureClaim): RingSignatureVerdict {
  return finish(verifyRingSignatureInSteps(claim));
}

/** As `verifyRingSignature`; yields the number of keys done, from the start again for a second dialect. */
export function* verifyRingSignatureInSteps(claim: RingSignatureClaim): Generator<number, RingSignatureVerdict> {
  const { ring, message, expected } = claim;
  const reading = readRingA(claim.signature, ring.size);
  if (!reading.ok) return reading;
  const { signature } = reading;
  if (signature.scheme === "sag") return yield* verifyDialects(claim, signature);
  const reason = yield* verifyBlsag({ ring, message }, signature);
  if (reason !== undefined) return { ok: false, reason };
  const linkable = expected !== undefined && isLinkableEvidence(signature, ring, expected);
  const flag = signature.flag === undefined ? {} : { flag: toHex(signature.flag) };
  return { ok: true, scheme: "blsag", n: ring.size, keyImage: toHex(signature.keyImage), ...flag, linkable };
}

function* verifyDialects(
  { ring, message, dialects = ["rs", "ts"] }: RingSignatureClaim,
  signature: Sag,
): Generator<number, RingSignatureVerdict> {
  for (const dialect of dialects) {
    const reason = yield* verifySag({ ring, message, dialect }, signature);
    if (reason === undefined) return { ok: true, scheme: "sag", dialect, n: ring.size };
    if (reason !== "ringsig-invalid") return { ok: false, reason };
  }
  return { ok: false, reason: "ringsig-invalid" };
}
