/**
 * The keys with which one person reads: the real key, and the aliases derived from it for known peers.
 *
 * Spec: docs/spec/alias.md ALIAS-1. Every alias in here was derived here, so an entry can't be somebody else's key.
 * Looks a few indexes beyond the current one, because another device of the same person may already use them.
 */
import { type PubkeyHex, toHex } from "../bytes.ts";
import type { Curve } from "../curve/curve.ts";
import type { Secret } from "../secret.ts";
import { type AliasKey, currentAlias, deriveAlias } from "./derive.ts";
import { importAliases } from "./oxchat-v1.ts";

/** How many indexes another device may be ahead. */
export const LOOKAHEAD = 4;

export class AliasKeyring {
  readonly real: Secret;
  readonly pubkey: PubkeyHex;
  readonly #curve: Curve;
  readonly #byPubkey = new Map<PubkeyHex, AliasKey>();
  readonly #derived = new Map<PubkeyHex, number>();

  constructor(real: Secret, curve: Curve) {
    this.real = real;
    this.pubkey = toHex(real.pubkey) as PubkeyHex;
    this.#curve = curve;
  }

  /** Makes the aliases for this peer known, and answers with the one to write from. */
  add(peer: PubkeyHex, removed: Iterable<PubkeyHex> = []): AliasKey {
    const current = currentAlias(this.real, peer, removed, this.#curve);
    for (let index = this.#derived.get(peer) ?? 0; index <= current.index + LOOKAHEAD; index++) {
      const secret = deriveAlias(this.real, peer, index, this.#curve);
      this.#byPubkey.set(toHex(secret.pubkey) as PubkeyHex, { peer, index, secret });
      this.#derived.set(peer, index + 1);
    }
    return current;
  }

  /** Reads from now on what was sent to the aliases that the old code had for us towards this peer (ALIAS-4). */
  importFrom0xchatV1(peer: PubkeyHex): void {
    for (const secret of importAliases(this.real, peer, this.#curve)) {
      this.#byPubkey.set(toHex(secret.pubkey) as PubkeyHex, { peer, index: "0xchat-v1", secret });
    }
  }

  find(alias: PubkeyHex): AliasKey | undefined {
    return this.#byPubkey.get(alias);
  }

  /** Every alias, for subscriptions. */
  aliases(): PubkeyHex[] {
    return [...this.#byPubkey.keys()];
  }
}
