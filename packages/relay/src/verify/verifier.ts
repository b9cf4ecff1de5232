/** Signatures checked in this thread, by any curve: for tests, for tools, and where a pool is not worth its start. */
import { randomFillSync } from "node:crypto";
import type { Curve } from "@subrosa/core/curve/curve";
import type { SignatureVerifier } from "../ingest.ts";

export function verifierOf(curve: Curve): SignatureVerifier {
  const random = (length: number): Uint8Array => randomFillSync(new Uint8Array(length));
  return { verify: async (items) => curve.verifySchnorrBatch(items, random) };
}
