/**
 * A map that only grows, as a value: `with` gives another one and leaves this one as it was, at the cost of what is added.
 *
 * The newest shares its memory with its ancestors, as core's readers do; to add to an ancestor again copies it, which is
 * correct and slow. What is held keeps the order in which it came.
 */

interface Memory<K, V> {
  readonly keys: K[];
  readonly byKey: Map<K, { readonly value: V; readonly place: number }>;
}

export class GrowingMap<K, V> implements ReadonlyMap<K, V> {
  readonly #memory: Memory<K, V>;
  readonly size: number;

  private constructor(memory: Memory<K, V>, size: number) {
    this.#memory = memory;
    this.size = size;
  }

  static of<K, V>(entries: Iterable<readonly [K, V]> = []): GrowingMap<K, V> {
    return new GrowingMap<K, V>({ keys: [], byKey: new Map() }, 0).with(entries);
  }

  /** With these too; what is here already stays what it is. Answers with this one where nothing is new. */
  with(entries: Iterable<readonly [K, V]>): GrowingMap<K, V> {
    let memory = this.#memory;
    let isOwn = memory.keys.length === this.size;
    let size = this.size;
    for (const [key, value] of entries) {
      const known = memory.byKey.get(key);
      if (known !== undefined && (isOwn || known.place < this.size)) continue;
      if (!isOwn) {
        memory = this.#copy();
        isOwn = true;
      }
      memory.byKey.set(key, { value, place: memory.keys.length });
      memory.keys.push(key);
      size++;
    }
    return size === this.size ? this : new GrowingMap(memory, size);
  }

  get(key: K): V | undefined {
    const found = this.#memory.byKey.get(key);
    return found !== undefined && found.place < this.size ? found.value : undefined;
  }

  has(key: K): boolean {
    const found = this.#memory.byKey.get(key);
    return found !== undefined && found.place < this.size;
  }

  /** What came after the first so many. */
  *from(place: number): Generator<V, void, void> {
    for (let i = place; i < this.size; i++) yield this.get(this.#memory.keys[i]!)!;
  }

  *keys(): MapIterator<K> {
    for (let i = 0; i < this.size; i++) yield this.#memory.keys[i]!;
  }

  *values(): MapIterator<V> {
    for (const value of this.from(0)) yield value;
  }

  *entries(): MapIterator<[K, V]> {
    for (const key of this.keys()) yield [key, this.get(key)!];
  }

  forEach(visit: (value: V, key: K, map: ReadonlyMap<K, V>) => void): void {
    for (const [key, value] of this.entries()) visit(value, key, this);
  }

  [Symbol.iterator](): MapIterator<[K, V]> {
    return this.entries();
  }

  #copy(): Memory<K, V> {
    const keys = this.#memory.keys.slice(0, this.size);
    return { keys, byKey: new Map(keys.map((key, place) => [key, { value: this.get(key)!, place }])) };
  }
}
