/**
 * An inner event of a channel: complete, with an author who vouches for it, and impossible to publish (CHANNEL-7).
 *
 *   InnerDraft ──sign──► InnerEvent (signed form) ─┐
 *             └─author─► InnerEvent (sealed form) ─┴─wrap─► VerifiedEvent 1059
 *
 * Spec: docs/spec/channels.md, CHANNEL-7, CHANNEL-11. The event itself is a private member: no spread, clone or JSON
 * holds it, nothing that takes a SignedEvent takes this, and `wrap` is the one way out. A received one can be wrapped
 * again to the same key, which is how a member gives relays back what they lost (CHANNEL-10).
 */
import { fromHex, type PubkeyHex, pubkeyHex, toHex } from "../bytes.ts";
import type { Curve, RandomSource } from "../curve/curve.ts";
import { UsageError, WireError } from "../errors.ts";
import { parseJson } from "../json.ts";
import {
  type EventTemplate,
  plain,
  type Rumor,
  readRumor,
  signEvent,
  toRumor,
  type VerifiedEvent,
} from "../nostr/event.ts";
import { ConversationKey, decrypt } from "../nostr/nip44.ts";
import { backdate, SEAL, seal, wrap } from "../nostr/nip59.ts";
import { Secret } from "../secret.ts";
import { expirationTag } from "./expiration.ts";
import type { WrapReason } from "./reason.ts";

/** The draft signs inner events; the sealed form is NIP-59's: an unsigned rumor in a seal that is signed. */
export type Form = "signed" | "sealed";

export const JSON_LIMITS = Object.freeze({ maxLength: 1 << 17, maxDepth: 8 });
const REDACTED = "[inner event of a channel]";

/** What an author is about to vouch for; it may hold a channel's secret. */
export class InnerDraft {
  readonly #template: EventTemplate;

  constructor(template: EventTemplate) {
    this.#template = template;
    Object.freeze(this);
  }

  sign(author: Secret, aux: Uint8Array, curve: Curve): InnerEvent {
    return InnerEvent.fromSigned(signEvent(this.#template, author, aux, curve));
  }

  /** For the sealed form, where the author vouches when it is wrapped. */
  author(pubkey: PubkeyHex): InnerEvent {
    return InnerEvent.unsealed(toRumor(this.#template, pubkey));
  }

  /** For a signer that holds the author's key elsewhere; `InnerEvent.fromSigned` takes what it gives back, checked. */
  exposeToSigner(): EventTemplate {
    return this.#template;
  }

  toJSON(): string {
    return REDACTED;
  }
}

type Payload =
  | { readonly form: "signed"; readonly event: VerifiedEvent }
  | { readonly form: "sealed"; readonly event: Rumor; readonly seal: VerifiedEvent | undefined };

export type Unsealed =
  | { readonly ok: true; readonly inner: InnerEvent }
  | { readonly ok: false; readonly reason: WrapReason };

export interface InnerWrapInputs {
  readonly to: PubkeyHex;
  /** The true time; the wrap is dated up to two days before it (CHANNEL-8). */
  readonly now: number;
  /** What the wrap itself carries (CHANNEL-9); an offer of ownership lapses earlier inside than outside. */
  readonly expiration: number | undefined;
  /** The author's key, for an event of the sealed form that he has not sealed yet. */
  readonly author?: Secret;
}

export class InnerEvent {
  readonly #payload: Payload;

  private constructor(payload: Payload) {
    this.#payload = payload;
    Object.freeze(this);
  }

  static fromSigned(event: VerifiedEvent): InnerEvent {
    return new InnerEvent({ form: "signed", event });
  }

  static unsealed(event: Rumor): InnerEvent {
    return new InnerEvent({ form: "sealed", event, seal: undefined });
  }

  /** Opens a seal that was found inside a wrap to `recipient`: its author vouches for the rumor in it. */
  static fromSeal(sealed: VerifiedEvent, recipient: Secret, curve: Curve): Unsealed {
    const key = ConversationKey.between(recipient, fromHex(sealed.pubkey)!, curve);
    const opened = key && decrypt(sealed.content, key);
    return InnerEvent.fromSealText(sealed, opened?.ok === true ? opened.plaintext : undefined);
  }

  /** The same where somebody else decrypts; `text` is what the seal's content opens to, undefined where it does not. */
  static fromSealText(sealed: VerifiedEvent, text: string | undefined): Unsealed {
    if (sealed.kind !== SEAL) return { ok: false, reason: "inner-shape" };
    if (sealed.tags.length > 0) return { ok: false, reason: "seal-tags" };
    if (text === undefined) return { ok: false, reason: "seal-decrypt" };
    let event: Rumor;
    try {
      event = readRumor(parseJson(text, "rumor", JSON_LIMITS));
    } catch (error) {
      if (error instanceof WireError) return { ok: false, reason: "rumor-shape" };
      throw error;
    }
    if (event.pubkey !== sealed.pubkey) return { ok: false, reason: "seal-author" };
    return { ok: true, inner: new InnerEvent({ form: "sealed", event, seal: sealed }) };
  }

  static is(value: unknown): value is InnerEvent {
    return typeof value === "object" && value !== null && #payload in value;
  }

  get form(): Form {
    return this.#payload.form;
  }

  /** The fields that codecs read. A view without signature and under other names, so that it passes for no event. */
  get fields() {
    const { id, pubkey, created_at, kind, tags, content } = this.#payload.event;
    return Object.freeze({ id, author: pubkey, time: created_at, kind, tags, content });
  }

  wrap(inputs: InnerWrapInputs, random: RandomSource, curve: Curve): VerifiedEvent {
    using oneTime = Secret.from(random(32), curve);
    const text = JSON.stringify(plain(this.#vouched(inputs, random, curve)));
    const created_at = backdate(inputs.now, random(8));
    const extraTags = expirationTag(inputs.expiration);
    return wrap(text, { oneTime, recipient: inputs.to, created_at, extraTags }, random, curve);
  }

  #vouched({ to, now, author }: InnerWrapInputs, random: RandomSource, curve: Curve): VerifiedEvent {
    const payload = this.#payload;
    if (payload.form === "signed") return payload.event;
    if (payload.seal !== undefined) return payload.seal;
    if (author === undefined || pubkeyHex(toHex(author.pubkey)) !== payload.event.pubkey) {
      throw new UsageError("usage/secret", "a sealed inner event is wrapped with its author's own key");
    }
    return seal(payload.event, { author, recipient: to, created_at: backdate(now, random(8)) }, random, curve);
  }

  /** What a signer that holds the author's key encrypts to the destination and seals; `fromSealText` takes the seal. */
  exposeToSigner(): string {
    const { id, pubkey, created_at, kind, tags, content } = this.#payload.event;
    return JSON.stringify({ id, pubkey, created_at, kind, tags, content });
  }

  toJSON(): string {
    return REDACTED;
  }

  toString(): string {
    return REDACTED;
  }

  /** What Node's console and util.inspect ask for. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return REDACTED;
  }
}
