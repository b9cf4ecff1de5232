/** How many bytes of each segment of the log are still wanted; what has none left can be removed. Kept in the index. */
import { metaKey, type Place, readTimeBytes, timeBytes } from "./keys.ts";
import { type LmdbIndex, under } from "./lmdb-index.ts";
import { SEGMENT } from "./log.ts";

const PREFIX = metaKey("segment:");

export class LiveBytes {
  readonly #bytes = new Map<number, number>();

  load(index: LmdbIndex): void {
    for (const { key, value } of index.entries(under(PREFIX))) {
      this.#bytes.set(key.readUInt32BE(PREFIX.length), readTimeBytes(value));
    }
  }

  /** What the index is to remember of a batch; `apply` takes it into account, once it does. */
  change(
    added: readonly Place[],
    erased: readonly Place[],
  ): { readonly writes: readonly { readonly key: Buffer; readonly value: Buffer }[]; apply(): void } {
    const difference = new Map<number, number>();
    const add = ({ offset, length }: Place, sign: 1 | -1): void => {
      const segment = Math.floor(offset / SEGMENT);
      difference.set(segment, (difference.get(segment) ?? 0) + sign * length);
    };
    for (const place of added) add(place, 1);
    for (const place of erased) add(place, -1);
    const after = [...difference].map(([segment, by]) => [segment, Math.max(0, this.of(segment) + by)] as const);
    return {
      writes: after.map(([segment, bytes]) => ({ key: segmentKey(segment), value: timeBytes(bytes) })),
      apply: () => {
        for (const [segment, bytes] of after) this.#bytes.set(segment, bytes);
      },
    };
  }

  of(segment: number): number {
    return this.#bytes.get(segment) ?? 0;
  }

  get total(): number {
    let sum = 0;
    for (const bytes of this.#bytes.values()) sum += bytes;
    return sum;
  }
}

function segmentKey(segment: number): Buffer {
  const number = Buffer.allocUnsafe(4);
  number.writeUInt32BE(segment);
  return Buffer.concat([PREFIX, number]);
}
