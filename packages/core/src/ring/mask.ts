/**
 * Choosing one row among many without telling which: no branch and no address depends on the choice (RING-3, RING-8).
 *
 * A mask is 0 or 255. JavaScript promises no more than that the same instructions run on the same addresses; that is
 * what these functions keep.
 */

/** 255 where the two rows of equal length are equal, else 0. */
export function equalMask(a: Uint8Array, b: Uint8Array): number {
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= a[i]! ^ b[i]!;
  return ((difference - 1) >> 31) & 0xff;
}

/** Writes `row` over `target` where the mask is 255. */
export function blend(target: Uint8Array, row: Uint8Array, mask: number): void {
  for (let i = 0; i < target.length; i++) target[i] = (target[i]! & ~mask) | (row[i]! & mask);
}

/** Writes `row` over the one of the flat rows whose mask is 255. */
export function blendRow(flat: Uint8Array, row: Uint8Array, masks: Uint8Array): void {
  for (let i = 0; i < masks.length; i++) blend(rowAt(flat, i, row.length), row, masks[i]!);
}

/** The one of the flat rows whose mask is 255. */
export function selectRow(flat: Uint8Array, width: number, masks: Uint8Array): Uint8Array {
  const chosen = new Uint8Array(width);
  for (let i = 0; i < masks.length; i++) blend(chosen, rowAt(flat, i, width), masks[i]!);
  return chosen;
}

/** The rows moved left by `by` places, in steps of powers of two that are all taken or all skipped by a mask. */
export function rotateRows(flat: Uint8Array, width: number, by: number): Uint8Array {
  const count = flat.length / width;
  let rows = flat.slice();
  for (let step = 1; step < count; step *= 2) {
    const mask = -(Math.floor(by / step) & 1) & 0xff;
    const next = rows.slice();
    for (let i = 0; i < count; i++) blend(rowAt(next, i, width), rowAt(rows, (i + step) % count, width), mask);
    rows = next;
  }
  return rows;
}

export function rowAt(flat: Uint8Array, index: number, width: number): Uint8Array {
  return flat.subarray(width * index, width * index + width);
}
