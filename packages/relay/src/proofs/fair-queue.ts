/**
 * What waits, in turns: first between addresses, then between the connections of one address. So who brings much waits
 * for himself, whether over one connection or over a thousand.
 */
export interface Lane {
  readonly address: string;
  readonly connection: object;
}

export class FairQueue<T> {
  readonly #addresses = new Map<string, Map<object, T[]>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push({ address, connection }: Lane, item: T): void {
    const connections = this.#addresses.get(address) ?? new Map<object, T[]>();
    const items = connections.get(connection) ?? [];
    items.push(item);
    connections.set(connection, items);
    this.#addresses.set(address, connections);
    this.#size++;
  }

  shift(): T | undefined {
    const [first] = this.#addresses;
    const [lane] = first?.[1] ?? [];
    const item = lane?.[1].shift();
    if (first === undefined || lane === undefined || item === undefined) return undefined;
    this.#size--;
    // Who was served goes to the end of his row, and his address to the end of its own.
    const [[address, connections], [connection, items]] = [first, lane];
    connections.delete(connection);
    if (items.length > 0) connections.set(connection, items);
    this.#addresses.delete(address);
    if (connections.size > 0) this.#addresses.set(address, connections);
    return item;
  }

  *drain(): Iterable<T> {
    for (let item = this.shift(); item !== undefined; item = this.shift()) yield item;
  }
}
