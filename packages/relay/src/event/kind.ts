/** What a kind means to a relay: how long it is kept and who may read it. Spec: NIP-01, NIP-17, NIP-59. */

export type KindClass = "regular" | "replaceable" | "addressable" | "ephemeral";

export function kindClass(kind: number): KindClass {
  if (kind === 0 || kind === 3 || (kind >= 10_000 && kind < 20_000)) return "replaceable";
  if (kind >= 20_000 && kind < 30_000) return "ephemeral";
  if (kind >= 30_000 && kind < 40_000) return "addressable";
  return "regular";
}

export const DELETION = 5;
export const VANISH = 62;
export const GIFT_WRAP = 1059;
export const EPHEMERAL_GIFT_WRAP = 21_059;

/** Served only to an authenticated author or recipient. */
export const PRIVATE_KINDS: ReadonlySet<number> = new Set([4, GIFT_WRAP, EPHEMERAL_GIFT_WRAP]);

export function isPrivateKind(kind: number): boolean {
  return PRIVATE_KINDS.has(kind);
}

/** CHANNEL-7: kinds 400 to 406 live inside gift wraps; in the open they would tell who speaks where. */
export function isInnerKind(kind: number): boolean {
  return kind >= 400 && kind <= 406;
}
