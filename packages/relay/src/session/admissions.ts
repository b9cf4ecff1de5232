/**
 * Who is on a connection: keys that authenticated (NIP-42), and members admitted without a name (PROOF-14), each until
 * the period of his pseudonym ends. The two exclude each other for keys of the published ring: together they would say
 * which member it is.
 */
import type { SignedEvent } from "@subrosa/core/nostr/event";
import type { Viewer } from "../event/viewer.ts";

export interface Present {
  readonly keys: Viewer;
  /** Key images and until when they count, in seconds since 1970. */
  readonly images: ReadonlyMap<string, number>;
}

/** The operator's ring, where he published one. */
export interface AdmissionRules {
  readonly members: ReadonlySet<string>;
  isAnonymous(event: SignedEvent): boolean;
  /** What is wrong with an anonymous answer, as far as can be seen without computing anything. */
  fault(event: SignedEvent): string | undefined;
}

export function imagesNow({ images }: Present, now: number): readonly string[] {
  return images.size === 0 ? [] : [...images].filter(([, until]) => until > now).map(([image]) => image);
}

export function isSomebody(present: Present, now: number): boolean {
  return present.keys.size > 0 || imagesNow(present, now).length > 0;
}

/** Why this key may not authenticate here. */
export function wouldName({ images }: Present, pubkey: string, rules: AdmissionRules | undefined): string | undefined {
  if (images.size === 0 || rules?.members.has(pubkey) !== true) return undefined;
  return "restricted: this connection is anonymous, and the key would say whose it is; use another connection";
}

/** Why nobody may come in here without a name. */
export function isNamed({ keys }: Present, rules: AdmissionRules): string | undefined {
  if (![...keys].some((key) => rules.members.has(key))) return undefined;
  return "restricted: a member's key authenticated on this connection; use another one to stay anonymous";
}
