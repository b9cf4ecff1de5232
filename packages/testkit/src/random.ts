/**
 * Random bytes that are the same in every run: SHA-256 of seed and counter. For tests only; what it makes is known to
 * whoever reads the seed.
 */
import { createHash } from "node:crypto";
import type { RandomSource } from "@subrosa/core/curve/curve";

export function seededRandom(seed: string): RandomSource {
  let counter = 0;
  return (length) => {
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length; at += 32) {
      const block = createHash("sha256").update(`${seed}/${counter++}`).digest();
      bytes.set(block.subarray(0, Math.min(32, length - at)), at);
    }
    return bytes;
  };
}
