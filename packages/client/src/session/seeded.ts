/** The randomness of one step: as many bytes as it needs from the 32 that its event brings, so the step stays pure. */
import { u32 } from "@subrosa/core/bytes";
import type { RandomSource } from "@subrosa/core/curve/curve";
import { UsageError } from "@subrosa/core/errors";
import { hmacSha256 } from "@subrosa/core/hash";

/** HMAC in counter mode. */
export function streamOf(seed: Uint8Array): RandomSource {
  if (seed.length !== 32) throw new UsageError("usage/length", "give 32 fresh random bytes");
  let counter = 0;
  return (length) => {
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length; at += 32) {
      bytes.set(hmacSha256(seed, u32(counter++)).subarray(0, Math.min(32, length - at)), at);
    }
    return bytes;
  };
}
