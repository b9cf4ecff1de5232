/**
 * Disappearing, if the relays are honest: when things of a channel end.
 *
 * Spec: docs/spec/channels.md, CHANNEL-9. D = expiration − created_at of the 400. Every message carries its true time
 * plus D, rounded up to the hour so that the constant D does not mark the channel. What two members must agree on
 * depends on inner times alone; a clock decides only when this device stops writing and when it forgets.
 */
import type { Tag } from "../nostr/event.ts";
import { tagsNamed } from "../nostr/tags.ts";
import type { FieldReason } from "./reason.ts";

export const HOUR = 3_600;
/** Between two honest clocks. */
export const SKEW = 120;
/** CHANNEL-15: dated further ahead than this, an event waits for its time. */
export const AHEAD = 900;
/** Ten years of 366 days. */
export const MAX_LIFETIME = 316_224_000;

export type Lifetime = { readonly ok: true; readonly expiration: number | undefined } | FaultyLifetime;
type FaultyLifetime = { readonly ok: false; readonly reason: FieldReason };

/** The `expiration` of an event dated `time`; 9999-12-31 is the last second that is read. */
export function readExpiration(tags: readonly Tag[], time: number): Lifetime {
  const found = tagsNamed(tags, "expiration");
  if (found.length === 0) return { ok: true, expiration: undefined };
  const digits = found[0]![1];
  if (found.length > 1 || digits === undefined || !/^[1-9][0-9]{0,11}$/.test(digits)) {
    return { ok: false, reason: "expiration-shape" };
  }
  const expiration = Number(digits);
  if (expiration <= time || expiration - time > 2 * MAX_LIFETIME) return { ok: false, reason: "expiration-range" };
  return { ok: true, expiration };
}

export function expirationTag(expiration: number | undefined): readonly Tag[] {
  return expiration === undefined ? [] : [["expiration", String(expiration)]];
}

interface Lived {
  readonly time: number;
  readonly expiration: number | undefined;
}

/** What a message of this true time carries, in a channel created so. */
export function messageExpiration(create: Lived, time: number): number | undefined {
  if (create.expiration === undefined) return undefined;
  return Math.ceil((time + create.expiration - create.time) / HOUR) * HOUR;
}

/** When the owner is warned. */
export function warnAt(create: Lived): number | undefined {
  return fraction(create, 0.8);
}

/** When the owner's client moves the channel by itself: later than the warning, so that the user may do it first. */
export function moveAt(create: Lived): number | undefined {
  return fraction(create, 0.9);
}

function fraction({ time, expiration }: Lived, part: number): number | undefined {
  return expiration === undefined ? undefined : time + Math.floor((expiration - time) * part);
}

/** Nobody sends later than this. */
export function closedAt(create: Lived, now: number): boolean {
  return create.expiration !== undefined && now > create.expiration;
}

/** Written later than any honest clock allows. A function of inner times alone. */
export function writtenTooLate(create: Lived, time: number): boolean {
  return create.expiration !== undefined && time > create.expiration + SKEW;
}

/** From here on, this device holds neither the channel's secret nor its words. */
export function forgetAt(create: Lived): number | undefined {
  return create.expiration === undefined ? undefined : create.expiration + SKEW;
}
