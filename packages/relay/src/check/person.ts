/** Somebody made up for one case of the conformance suite, with a key of his own. */
import { randomFillSync } from "node:crypto";
import type { PubkeyHex } from "@subrosa/core/bytes";
import { toHex } from "@subrosa/core/bytes";
import type { Curve } from "@subrosa/core/curve/curve";
import { type EventTemplate, plain, type SignedEvent, signEvent } from "@subrosa/core/nostr/event";
import { Secret } from "@subrosa/core/secret";

export class Person {
  readonly pubkey: PubkeyHex;
  readonly #secret: Secret;
  readonly #curve: Curve;

  constructor(curve: Curve) {
    this.#curve = curve;
    this.#secret = Secret.from(random(32), curve);
    this.pubkey = toHex(this.#secret.pubkey) as PubkeyHex;
  }

  /** A note of now without content, unless said otherwise. */
  sign(fields: Partial<EventTemplate> = {}): SignedEvent {
    const template = { kind: 1, created_at: Math.floor(Date.now() / 1_000), tags: [], content: "", ...fields };
    return plain(signEvent(template, this.#secret, random(32), this.#curve));
  }
}

function random(length: number): Uint8Array {
  return randomFillSync(new Uint8Array(length));
}
