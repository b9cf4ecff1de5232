/**
 * What a network address may do wrong: so many faults a second, and a few seconds' worth at once. A frame that cannot be
 * read costs one, a signature that does not hold four, which is about what they cost the relay. Whoever has used it up
 * waits after each further fault until it is earned again, over all connections of the address, so coming again does not
 * help; frames that are right cost nothing, so an honest neighbour behind the same address never waits.
 */
export const MALFORMED = 1;
export const FORGERY = 4;

/** Seconds' worth that may be used at once. */
const BURST_S = 5;
/** However much was wrong, a connection is looked at again after this. */
const MAX_DEBT_S = 10;
/** Addresses remembered before those that owe nothing are looked for. */
const SWEEP_FROM = 4_096;

interface Account {
  left: number;
  at: number;
}

export class FaultBudget {
  readonly #perSecond: number;
  readonly #accounts = new Map<string, Account>();
  #sweepAt = SWEEP_FROM;

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  /** Milliseconds that whoever did this waits; `now` in milliseconds of a clock that does not go back. */
  charge(address: string, cost: number, now: number): number {
    const account = this.#account(address, now);
    account.left = Math.max(account.left - cost, -MAX_DEBT_S * this.#perSecond);
    return account.left >= 0 ? 0 : Math.ceil((-account.left * 1_000) / this.#perSecond);
  }

  /** Has this address nothing left? */
  isSpent(address: string, now: number): boolean {
    return this.#accounts.has(address) && this.#account(address, now).left < 0;
  }

  #account(address: string, now: number): Account {
    const known = this.#accounts.get(address);
    const full = BURST_S * this.#perSecond;
    if (known !== undefined) {
      known.left = Math.min(full, known.left + ((now - known.at) * this.#perSecond) / 1_000);
      known.at = now;
      return known;
    }
    if (this.#accounts.size >= this.#sweepAt) this.#sweep(now);
    const fresh = { left: full, at: now };
    this.#accounts.set(address, fresh);
    return fresh;
  }

  /** Who would be full again is as good as unknown. */
  #sweep(now: number): void {
    const full = BURST_S * this.#perSecond;
    for (const [address, { left, at }] of this.#accounts) {
      if (left + ((now - at) * this.#perSecond) / 1_000 >= full) this.#accounts.delete(address);
    }
    this.#sweepAt = Math.max(SWEEP_FROM, 2 * this.#accounts.size);
  }
}
