/**
 * Signatures on their way to a worker and back: 128 bytes each, one array for a batch, one byte for an answer.
 *
 * Posting copies what it is given, and a small Buffer is a window on a large one that would be copied whole.
 */
import type { Curve, RandomSource, SchnorrItem } from "@subrosa/core/curve/curve";
import type { JobKinds } from "@subrosa/curve/pool-serve";

/** The kind of job: values are packed batches, results one byte for each signature. */
export const VERIFY_PACKED = "verify-packed";
const SIZE = 128;

export function pack(items: readonly SchnorrItem[]): Uint8Array {
  const packed = new Uint8Array(items.length * SIZE);
  items.forEach(({ signature, message, pubkey }, i) => {
    packed.set(signature, i * SIZE);
    packed.set(message, i * SIZE + 64);
    packed.set(pubkey, i * SIZE + 96);
  });
  return packed;
}

export function unpack(packed: Uint8Array): SchnorrItem[] {
  return Array.from({ length: packed.length / SIZE }, (_, i) => ({
    signature: packed.subarray(i * SIZE, i * SIZE + 64),
    message: packed.subarray(i * SIZE + 64, i * SIZE + 96),
    pubkey: packed.subarray(i * SIZE + 96, (i + 1) * SIZE),
  }));
}

export const PACKED_JOBS: JobKinds = {
  [VERIFY_PACKED]: (curve: Curve, jobs: readonly unknown[], random: RandomSource) =>
    jobs.map((packed) => {
      const verdicts = curve.verifySchnorrBatch(unpack(packed as Uint8Array), random);
      return Uint8Array.from(verdicts, Number);
    }),
};
