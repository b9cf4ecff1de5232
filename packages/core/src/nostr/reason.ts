/**
 * The machine-readable prefix of a relay's answer: `duplicate: already have this event`.
 *
 * Spec: NIP-01, NIP-42, NIP-77 and the CLOSED examples of NIP-01. The union is closed: a relay's own invention is read
 * as text without prefix, so that a switch over prefixes is complete.
 */
export const REASON_PREFIXES = [
  "duplicate",
  "pow",
  "blocked",
  "rate-limited",
  "invalid",
  "restricted",
  "mute",
  "error",
  "auth-required",
  "unsupported",
  "closed",
] as const;
export type ReasonPrefix = (typeof REASON_PREFIXES)[number];

export interface Reason {
  readonly prefix: ReasonPrefix | undefined;
  readonly text: string;
}

/** "a machine-readable single-word prefix followed by a `:` and then a human-readable message" */
export function parseReason(reason: string): Reason {
  const colon = reason.indexOf(":");
  const word = colon === -1 ? undefined : reason.slice(0, colon);
  const prefix = REASON_PREFIXES.find((known) => known === word);
  return prefix === undefined ? { prefix, text: reason } : { prefix, text: reason.slice(colon + 1).trimStart() };
}

export function formatReason(prefix: ReasonPrefix, text: string): string {
  return `${prefix}: ${text}`;
}
