/**
 * Records by offset, as many bytes as allowed. Two generations: what is used moves to the young one, and when that is
 * half of everything, the old one is dropped. No lists, no clocks, one map lookup per hit.
 */
export class RecordCache {
  readonly #half: number;
  #young = new Map<number, Buffer>();
  #old = new Map<number, Buffer>();
  #youngBytes = 0;

  constructor(maxBytes: number) {
    this.#half = maxBytes / 2;
  }

  get(offset: number): Buffer | undefined {
    const young = this.#young.get(offset);
    if (young !== undefined) return young;
    const old = this.#old.get(offset);
    if (old !== undefined) this.put(offset, old);
    return old;
  }

  put(offset: number, record: Buffer): void {
    if (this.#youngBytes + record.length > this.#half) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#youngBytes = 0;
    }
    if (record.length > this.#half) return;
    this.#young.set(offset, record);
    this.#youngBytes += record.length + OVERHEAD;
  }

  delete(offset: number): void {
    this.#young.delete(offset);
    this.#old.delete(offset);
  }

  clear(): void {
    this.#young.clear();
    this.#old.clear();
    this.#youngBytes = 0;
  }
}

/** What a map entry and a buffer object cost beside the bytes. */
const OVERHEAD = 160;
