/**
 * Seal and wrap in one: a rumor, sealed by its author, under a fresh one-time key, both layers dated up to two days back.
 *
 * Spec: NIP-59; docs/spec/alias.md ALIAS-3 and §4. Every alias event and message that travels sealed passes here, so
 * no layer can forget its own time or share a one-time key.
 */
import type { PubkeyHex } from "../bytes.ts";
import type { Curve, RandomSource } from "../curve/curve.ts";
import { plain, type Rumor, type Tag, type VerifiedEvent } from "../nostr/event.ts";
import { backdate, seal, wrap } from "../nostr/nip59.ts";
import { Secret } from "../secret.ts";

export function wrapTo(
  rumor: Rumor,
  author: Secret,
  recipient: PubkeyHex,
  now: number,
  extraTags: readonly Tag[],
  random: RandomSource,
  curve: Curve,
): VerifiedEvent {
  const past = (): number => backdate(now, random(8));
  const sealed = seal(rumor, { author, recipient, created_at: past() }, random, curve);
  using oneTime = Secret.from(random(32), curve);
  const inputs = { oneTime, recipient, created_at: past(), extraTags };
  return wrap(JSON.stringify(plain(sealed)), inputs, random, curve);
}
