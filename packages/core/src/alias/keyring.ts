/**
 * The keys with which one person reads: the real key, and the aliases derived from it for known peers.
 *
 * Spec: docs/spec/alias.md ALIAS-1, ALIAS-7. Every alias in here was derived here, so an entry can't be somebody else's
 * key. Looks a few indexes beyond the current one, because another device of the same person may already use them.
 * Owns the secrets of the aliases and wipes them; the real secret is the caller's.
 */
import { type PubkeyHex, toHex } from "../bytes.ts";
import type { Curve } from "../curve/curve.ts";
import type { Secret } from "../secret.ts";
import { deriveAlias } from "./derive.ts";
import { importAliases } from "./oxchat-v1.ts";

/** How many indexes another device may be ahead. */
export const LOOKAHEAD = 4;

export interface AliasKey {
  readonly peer: PubkeyHex;
  readonly pubkey: PubkeyHex;
  /** Of an alias imported from 0xchat-v1: no index, and nothing may be written with it. */
  readonly index: number | "0xchat-v1";
  readonly secret: Secret;
}

export class AliasKeyring implements Disposable {
  readonly real: Secret;
  readonly pubkey: PubkeyHex;
  readonly #curve: Curve;
  readonly #byPubkey = new Map<PubkeyHex, AliasKey>();
  /** In the order of their indexes. */
  readonly #byPeer = new Map<PubkeyHex, AliasKey[]>();

  constructor(real: Secret, curve: Curve) {
    this.real = real;
    this.pubkey = toHex(real.pubkey) as PubkeyHex;
    this.#curve = curve;
  }

  /**
   * Makes the aliases for this peer known, and answers with the one to write from: the smallest index whose alias is in
   * no removed pair (ALIAS-7).
   */
  add(peer: PubkeyHex, removed: Iterable<PubkeyHex> = []): AliasKey {
    const gone = new Set(removed);
    let index = 0;
    // Each alias that is gone can turn away one index, so this ends.
    while (gone.has(this.#at(peer, index).pubkey)) index++;
    this.#at(peer, index + LOOKAHEAD);
    return this.#at(peer, index);
  }

  /** Reads from now on what was sent to the aliases that the old code had for us towards this peer (ALIAS-4). */
  importFrom0xchatV1(peer: PubkeyHex): void {
    for (const secret of importAliases(this.real, peer, this.#curve)) {
      const pubkey = toHex(secret.pubkey) as PubkeyHex;
      this.#byPubkey.set(pubkey, { peer, pubkey, index: "0xchat-v1", secret });
    }
  }

  find(alias: PubkeyHex): AliasKey | undefined {
    return this.#byPubkey.get(alias);
  }

  /** Every alias, for subscriptions. */
  aliases(): PubkeyHex[] {
    return [...this.#byPubkey.keys()];
  }

  [Symbol.dispose](): void {
    for (const { secret } of this.#byPubkey.values()) secret.wipe();
    this.#byPubkey.clear();
    this.#byPeer.clear();
  }

  #at(peer: PubkeyHex, wanted: number): AliasKey {
    const known = this.#byPeer.get(peer) ?? [];
    this.#byPeer.set(peer, known);
    for (let index = known.length; index <= wanted; index++) {
      const secret = deriveAlias(this.real, peer, index, this.#curve);
      const key = { peer, pubkey: toHex(secret.pubkey) as PubkeyHex, index, secret };
      known.push(key);
      this.#byPubkey.set(key.pubkey, key);
    }
    return known[wanted]!;
  }
}
