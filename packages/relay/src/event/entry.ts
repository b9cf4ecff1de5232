/**
 * An event on its way into the relay: its id recomputed, its JSON written once, what the index needs extracted.
 *
 *   SignedEvent (shape checked) ─► Identified (the id is its hash) ─► Entry (the signature holds)
 *
 * Spec: NIP-01. The same rule as core's VerifiedEvent, with the platform's SHA-256 and without writing the JSON twice:
 * tags and content are stringified once, for the hash and for the bytes that are stored and sent. The constructor is
 * private, so a store that takes an Entry takes an event whose signature somebody vouched for.
 */
import { hash } from "node:crypto";
import type { SchnorrItem } from "@subrosa/core/curve/curve";
import type { SignedEvent } from "@subrosa/core/nostr/event";
import { expirationOf } from "@subrosa/core/nostr/nip40";
import { type KindClass, kindClass } from "./kind.ts";
import { type IndexedTag, indexedTags } from "./tag-key.ts";

/** The id is the hash of the event; the signature is still a claim. */
export interface Identified {
  readonly event: SignedEvent;
  /** What a verifier has to check. */
  readonly signature: SchnorrItem;
  /** Takes the verifier's answer. */
  admit(signatureHolds: boolean): Entry | undefined;
}

export class Entry {
  readonly #admitted = true;
  readonly event: SignedEvent;
  readonly id: Buffer;
  readonly pubkey: Buffer;
  readonly class: KindClass;
  /** The event as this relay stores and sends it, UTF-8. */
  readonly json: Buffer;
  readonly expiration: number | undefined;
  readonly tags: readonly IndexedTag[];

  private constructor(event: SignedEvent, id: Buffer, pubkey: Buffer, json: string) {
    this.event = event;
    this.id = id;
    this.pubkey = pubkey;
    this.class = kindClass(event.kind);
    const expiration = expirationOf(event);
    this.json = Buffer.from(json);
    this.expiration = expiration === undefined ? undefined : Math.min(expiration, MAX_TIME);
    this.tags = indexedTags(event.tags);
    Object.freeze(this);
  }

  /** Undefined where the claimed id is not the hash of the event. */
  static identify(event: SignedEvent): Identified | undefined {
    const { id, pubkey, created_at, kind, sig } = event;
    const tags = JSON.stringify(event.tags);
    const content = JSON.stringify(event.content);
    if (hash("sha256", `[0,"${pubkey}",${created_at},${kind},${tags},${content}]`) !== id) return undefined;
    const message = Buffer.from(id, "hex");
    const key = Buffer.from(pubkey, "hex");
    const fields = `"id":"${id}","pubkey":"${pubkey}","created_at":${created_at},"kind":${kind}`;
    return {
      event,
      signature: { signature: Buffer.from(sig, "hex"), message, pubkey: key },
      admit: (signatureHolds) =>
        signatureHolds
          ? new Entry(event, message, key, `{${fields},"tags":${tags},"content":${content},"sig":"${sig}"}`)
          : undefined,
    };
  }

  static is(value: unknown): value is Entry {
    return typeof value === "object" && value !== null && #admitted in value && value.#admitted;
  }

  get d(): string {
    return dValue(this.event);
  }
}

/** NIP-01: the value of the first `d` tag, empty where there is none. */
export function dValue(event: Pick<SignedEvent, "tags">): string {
  return event.tags.find((tag) => tag[0] === "d")?.[1] ?? "";
}

/** The store keeps times in 48 bits. */
export const MAX_TIME = 2 ** 48 - 1;
