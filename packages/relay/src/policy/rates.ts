/** How many events a key or an address brought in the last minute. Exact to one second; memory bounded by two minutes. */
export class Rates {
  readonly #slots: (Map<string, number> | undefined)[] = new Array(SLOTS);
  #newest = 0;

  record(of: string, now: number): void {
    this.#turn(now);
    const at = now % SLOTS;
    const slot = this.#slots[at] ?? new Map<string, number>();
    this.#slots[at] = slot;
    slot.set(of, (slot.get(of) ?? 0) + 1);
  }

  recent(of: string, now: number): number {
    this.#turn(now);
    let sum = 0;
    for (const slot of this.#slots) sum += slot?.get(of) ?? 0;
    return sum;
  }

  /** Forgets the seconds that passed since the last call. */
  #turn(now: number): void {
    if (now <= this.#newest) return;
    const passed = Math.min(SLOTS, now - this.#newest);
    for (let i = 0; i < passed; i++) this.#slots[(now - i) % SLOTS] = undefined;
    this.#newest = now;
  }
}

const SLOTS = 60;
