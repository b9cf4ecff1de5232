/**
 * Where things live. Fixed scratch is declared where it is used, with `memory.data`; the large areas follow the static
 * data in this order and never move: tables of G, cached keys, tables of keys, work. Memory is grown once, in `open`,
 * to a size that the two numbers given there determine, and never again: nothing can leak.
 */
export const ELEMENT: usize = 36;
/** An affine point: x, y. x with limb 0 = −1 marks the identity. */
export const AFFINE: usize = 72;
/** A Jacobian point: X, Y, Z, and a word that is 1 for the identity. */
export const JACOBIAN: usize = 112;

/** What the host writes for a call, and reads after it. */
export const IO_BYTES: usize = 65_536;
export const IO: usize = memory.data(65_536, 16);

/** Work memory of the batch functions, reused by every call. */
export const WORK_BYTES: usize = 3 << 20;

export let workBase: usize = 0;

export function placeWork(base: usize): void {
  workBase = base;
}
