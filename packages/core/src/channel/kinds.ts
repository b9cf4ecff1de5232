/**
 * The inner kinds of an encrypted channel, and which kinds may be wrapped to one.
 *
 * Spec: docs/spec/channels.md. A channel is a small private network: reactions, polls, long-form and anything else may
 * be wrapped to its key, but never what has a meaning of its own as an envelope or as a login. 407–419 are kept. The
 * older form with outer kinds 99, 402 and 403 is not read (CHANNEL-14): its messages can be forged.
 */
export const CREATE = 400;
export const INVITATION = 401;
export const CHANGE = 402;
export const MESSAGE = 403;
export const MOVED = 404;
export const DELEGATE = 405;
export const ACCEPT = 406;

const LAST_RESERVED = 419;
/** Seals, wraps of both kinds, NIP-42 logins. */
const ENVELOPES: ReadonlySet<number> = new Set([13, 1059, 21_059, 22_242]);

/** CHANNEL-7: what a relay refuses raw and no publisher may send outside a wrap. */
export function isInnerKind(kind: number): boolean {
  return kind >= CREATE && kind <= ACCEPT;
}

export function isReservedKind(kind: number): boolean {
  return kind > ACCEPT && kind <= LAST_RESERVED;
}

/** May any member wrap an event of this kind to the channel's key, beside 400–406? */
export function isCarried(kind: number): boolean {
  return !isInnerKind(kind) && !isReservedKind(kind) && !ENVELOPES.has(kind);
}
