/**
 * People for the alias tests: keys from their names, and a generator that gives only lengths the protocol asks for.
 */

import { type ExchangeTemplate, writeExchange } from "../src/alias/exchange.ts";
import type { Cipher } from "../src/alias/fact.ts";
import { type AliasKey, AliasKeyring } from "../src/alias/keyring.ts";
import { fromHex, type PubkeyHex, toHex, utf8 } from "../src/bytes.ts";
import type { RandomSource } from "../src/curve/curve.ts";
import { nobleCurve as curve } from "../src/curve/noble.ts";
import { sha256 } from "../src/hash.ts";
import type { Rumor } from "../src/nostr/event.ts";
import { Secret } from "../src/secret.ts";

export const T0 = 1_700_000_000;
/** No work asked for. */
export const OPEN = Object.freeze({ difficulty: 0 });

export function randomFrom(seed: string): RandomSource {
  let count = 0;
  return (length) => {
    if (![8, 16, 32].includes(length)) throw new Error(`nothing here asks for ${length} random bytes`);
    return sha256(utf8(`${seed}/${count++}`)).slice(0, length);
  };
}

export class Player {
  readonly name: string;
  readonly real: Secret;
  readonly pubkey: PubkeyHex;
  readonly keys: AliasKeyring;
  readonly random: RandomSource;

  constructor(name: string) {
    this.name = name;
    this.real = Secret.from(sha256(utf8(`player ${name}`)), curve);
    this.pubkey = toHex(this.real.pubkey) as PubkeyHex;
    this.keys = new AliasKeyring(this.real, curve);
    this.random = randomFrom(`random ${name}`);
  }

  /** Without reading what is sent to it. */
  alias(peer: Player, removed: readonly PubkeyHex[] = []): AliasKey {
    return new AliasKeyring(this.real, curve).add(peer.pubkey, removed);
  }

  /** Our alias towards this person, and now we read what is sent to it. */
  knows(peer: Player): PubkeyHex {
    return this.keys.add(peer.pubkey).pubkey;
  }

  write(peer: Player, template: ExchangeTemplate, cipher: Cipher = "nip44", removed: readonly PubkeyHex[] = []): Rumor {
    const alias = this.alias(peer, removed).secret;
    return writeExchange(template, { real: this.real, alias, cipher }, this.random, curve);
  }
}

export const secretOf = (hex: string): Secret => Secret.from(fromHex(hex, 32)!, curve);
