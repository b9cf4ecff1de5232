/**
 * NIP-40: the time after which an event asks to be forgotten. A courtesy of relays and clients, no secrecy.
 *
 * Where an event names several times the earliest counts; what is no time is passed over.
 */
import { UsageError } from "../errors.ts";
import type { EventTemplate, Tag } from "./event.ts";
import { tagsNamed } from "./tags.ts";

export function expirationTag(at: number): Tag {
  if (!Number.isSafeInteger(at) || at < 0) throw new UsageError("usage/range", "a time is a whole number of seconds");
  return ["expiration", String(at)];
}

export function expirationOf(event: EventTemplate): number | undefined {
  let earliest: number | undefined;
  for (const [, value = ""] of tagsNamed(event.tags, "expiration")) {
    const at = /^(0|[1-9][0-9]{0,15})$/.test(value) ? Number(value) : Number.NaN;
    if (Number.isSafeInteger(at) && (earliest === undefined || at < earliest)) earliest = at;
  }
  return earliest;
}

export function isExpired(event: EventTemplate, now: number): boolean {
  const at = expirationOf(event);
  return at !== undefined && at <= now;
}
