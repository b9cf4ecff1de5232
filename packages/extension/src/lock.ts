/**
 * Which accounts are unlocked, and until when: a pure machine.
 *
 * Every use puts the moment off; the machine's own clock is the caller's. Where a clock jumps back, an account could
 * stay open too long, so a use that lies before the unlocking locks as well.
 */
export interface OpenAccount {
  readonly pubkey: string;
  readonly since: number;
  readonly until: number;
}
export type Lock = readonly OpenAccount[];

export const IDLE_MINUTES = [1, 5, 15, 60, 240] as const;
export type IdleMinutes = (typeof IDLE_MINUTES)[number];
export const DEFAULT_IDLE: IdleMinutes = 15;

export function unlocked(lock: Lock, pubkey: string, now: number, minutes: IdleMinutes): Lock {
  return [...locked(lock, pubkey), { pubkey, since: now, until: now + minutes * 60_000 }];
}

export function used(lock: Lock, pubkey: string, now: number, minutes: IdleMinutes): Lock {
  return lock.map((one) =>
    one.pubkey === pubkey && isOpen(one, now) ? { ...one, until: now + minutes * 60_000 } : one,
  );
}

export function locked(lock: Lock, pubkey: string): Lock {
  return lock.filter((one) => one.pubkey !== pubkey);
}

/** Those that are still open. */
export function expire(lock: Lock, now: number): Lock {
  return lock.filter((one) => isOpen(one, now));
}

export function isUnlocked(lock: Lock, pubkey: string, now: number): boolean {
  return lock.some((one) => one.pubkey === pubkey && isOpen(one, now));
}

function isOpen({ since, until }: OpenAccount, now: number): boolean {
  return since <= now && now < until;
}

/** When the next one closes. */
export function nextExpiry(lock: Lock): number | undefined {
  return lock.length === 0 ? undefined : Math.min(...lock.map(({ until }) => until));
}
