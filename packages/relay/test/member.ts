/** Members of rings, with their secrets, and what they sign as one of them. */
import { randomFillSync } from "node:crypto";
import { toHex } from "@subrosa/core/bytes";
import { plain, type SignedEvent } from "@subrosa/core/nostr/event";
import { authTemplate } from "@subrosa/core/nostr/nip42";
import { type AnonymousAuthTerms, anonymousAuthScope } from "@subrosa/core/proof/anonymous-auth";
import type { ScopeRequest } from "@subrosa/core/proof/scope-request";
import { drawMemberKeys, openSigningRing, planMemberEvent, signMemberEvent } from "@subrosa/core/proof/sign";
import type { Ring } from "@subrosa/core/ring/ring";
import { Secret } from "@subrosa/core/secret";
import { openCurve } from "@subrosa/curve/open-curve";
import { RelayKey } from "../src/proofs/relay-key.ts";
import { NOW } from "./events.ts";

export const curve = openCurve();
export const random = (length: number): Uint8Array => randomFillSync(new Uint8Array(length));
/** Somebody with a key, who signs. */
export const person = (secret: Secret = Secret.from(random(32), curve)): RelayKey => new RelayKey(secret, curve);

/** So many members of whom all secrets are known; the first `size` of them are the ring. */
export function memberRing(size: number): { readonly ring: Ring; readonly secrets: readonly Secret[]; keys: string[] } {
  const secrets = Array.from({ length: size }, () => Secret.from(random(32), curve));
  const opening = openSigningRing(
    secrets.map(({ pubkey }) => toHex(pubkey)),
    curve,
  );
  if (!opening.ok) throw new Error(opening.reason);
  return { ring: opening.ring, secrets, keys: opening.ring.keys().map(toHex) };
}

export interface Answer {
  readonly relay?: string;
  readonly now?: number;
  /** Absent: the one that the terms ask for. */
  readonly scope?: ScopeRequest | "none";
}

/** An anonymous answer to a challenge (PROOF-14). */
export function anonymousAnswer(
  challenge: string,
  terms: AnonymousAuthTerms,
  ring: Ring,
  secret: Secret,
  { relay = terms.origin, now = NOW, scope = anonymousAuthScope(terms, now) }: Answer = {},
): SignedEvent {
  const template = authTemplate({ relay, challenge, now });
  const plan = planMemberEvent(template, ring, scope === "none" ? undefined : scope);
  return plain(signMemberEvent(plan, drawMemberKeys(secret, random)));
}

/** The proof of one event under another key: a forgery that costs the relay a whole judgement. */
export function forged(event: SignedEvent): SignedEvent {
  const { kind, created_at, tags, content } = event;
  return person().sign({ kind, created_at, tags: tags.map((tag) => [...tag]), content });
}
