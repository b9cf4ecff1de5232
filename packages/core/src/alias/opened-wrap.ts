/**
 * A gift wrap that one of our keys has opened: once, whatever is inside and whoever reads it then.
 *
 * Spec: NIP-59; docs/spec/alias.md ALIAS-4. Wrap, seal and the seal's author were checked by nostr/nip59.ts; the private
 * member keeps anybody from making one of these from a rumor that never was sealed.
 */
import { type PubkeyHex, pubkeyHex } from "../bytes.ts";
import type { Curve } from "../curve/curve.ts";
import type { Rumor, VerifiedEvent } from "../nostr/event.ts";
import { openWrap } from "../nostr/nip59.ts";
import { onlyTag } from "../nostr/tags.ts";
import type { AliasKeyring } from "./keyring.ts";

export type OpenedWrapVerdict =
  | { readonly ok: true; readonly opened: OpenedWrap }
  | { readonly ok: false; readonly reason: "not-for-us" | "wrap" };

export class OpenedWrap {
  readonly #opened = true;
  readonly rumor: Rumor;
  /** Our key that opened it: the real one or an alias. */
  readonly recipient: PubkeyHex;

  private constructor(rumor: Rumor, recipient: PubkeyHex) {
    this.rumor = rumor;
    this.recipient = recipient;
    Object.freeze(this);
  }

  static is(value: unknown): value is OpenedWrap {
    return typeof value === "object" && value !== null && #opened in value && value.#opened;
  }

  static open(wrapped: VerifiedEvent, keys: AliasKeyring, curve: Curve): OpenedWrapVerdict {
    const recipient = pubkeyHex(onlyTag(wrapped.tags, "p")?.[1]);
    if (recipient === undefined) return { ok: false, reason: "not-for-us" };
    const secret = recipient === keys.pubkey ? keys.real : keys.find(recipient)?.secret;
    if (secret === undefined) return { ok: false, reason: "not-for-us" };
    const inner = openWrap(wrapped, secret, curve);
    return inner.ok ? { ok: true, opened: new OpenedWrap(inner.rumor, recipient) } : { ok: false, reason: "wrap" };
  }
}
