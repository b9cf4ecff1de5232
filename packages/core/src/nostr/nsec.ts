/**
 * NIP-19 `nsec`: a secret key for people to copy.
 *
 * What is written is the normalised secret (even y, RING-2), so a key that came in odd goes out as its negative: the
 * same npub, another nsec. No error here holds a character of the input.
 */
import type { Curve } from "../curve/curve.ts";
import { UsageError, WireError } from "../errors.ts";
import { Secret } from "../secret.ts";
import { decodeBech32, encodeBech32 } from "./bech32.ts";

export function encodeNsec(secret: Secret): string {
  return encodeBech32("nsec", secret.expose());
}

/** Throws WireError. */
export function decodeNsec(text: string, curve: Curve): Secret {
  const { prefix, bytes } = decodeBech32(text, "nsec");
  if (prefix !== "nsec") throw new WireError("wire/unknown-kind", "nsec");
  if (bytes.length !== 32) throw new WireError("wire/length", "nsec");
  const secret = secretOrUndefined(bytes, curve);
  bytes.fill(0);
  if (secret === undefined) throw new WireError("wire/range", "nsec");
  return secret;
}

/** Bytes from a person or a file: undefined where they are no scalar from 1 to n − 1. */
export function secretOrUndefined(bytes: Uint8Array, curve: Curve): Secret | undefined {
  try {
    return Secret.from(bytes, curve);
  } catch (error) {
    if (error instanceof UsageError) return undefined;
    throw error;
  }
}
