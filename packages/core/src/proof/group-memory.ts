/**
 * The rings that one has signed for, by group (docs/spec/member-proofs.md, PROOF-7): whoever holds two `group:` proofs of
 * one pseudonym over two rings knows that their author is in both. The provider keeps this with the account and warns.
 */
import type { RingName } from "../ring/ring.ts";
import type { DirectoryAddress } from "./directory-address.ts";

export type GroupMemory = ReadonlyMap<DirectoryAddress, readonly RingName[]>;

/** The rings of this group, other than this one, that were signed for before: a reason to warn where there are any. */
export function earlierRings(memory: GroupMemory, address: DirectoryAddress, ring: RingName): readonly RingName[] {
  return (memory.get(address) ?? []).filter((earlier) => earlier !== ring);
}

export function rememberRing(memory: GroupMemory, address: DirectoryAddress, ring: RingName): GroupMemory {
  const rings = memory.get(address) ?? [];
  return rings.includes(ring) ? memory : new Map(memory).set(address, [...rings, ring]);
}
