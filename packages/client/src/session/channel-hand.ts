/**
 * Whoever signs and opens for the person, in channels: the key itself, or a signer elsewhere that does it in steps.
 *
 * Spec: docs/spec/channels.md, CHANNEL-2, CHANNEL-11. What is wrapped to a channel's key is opened here with that key, many
 * at once; only what is wrapped to the person goes through his signer. A signer that refuses is undefined, or one reason.
 */

import type { PubkeyHex } from "@subrosa/core/bytes";
import type { Composed } from "@subrosa/core/channel/compose";
import { InnerEvent } from "@subrosa/core/channel/inner-event";
import { type OpenedWrap, openText, openWraps } from "@subrosa/core/channel/open";
import type { Curve, RandomSource } from "@subrosa/core/curve/curve";
import { plain, type SignedEvent, type VerifiedEvent } from "@subrosa/core/nostr/event";
import { backdate, GIFT_WRAP, SEAL } from "@subrosa/core/nostr/nip59";
import { onlyTag } from "@subrosa/core/nostr/tags";
import type { Signer } from "../signer/signer.ts";
import type { Identity } from "./identity.ts";

export interface Wrapping {
  readonly to: PubkeyHex;
  readonly now: number;
  readonly expiration: number | undefined;
}

export interface Hand {
  /** Undefined where the signer did not sign. */
  vouch(composed: Composed): Promise<InnerEvent | undefined>;
  wrap(inner: InnerEvent, wrapping: Wrapping): Promise<SignedEvent | undefined>;
  /** Wraps to the person himself, in their order. */
  open(outers: readonly VerifiedEvent[]): Promise<readonly OpenedWrap[]>;
}

export function handOf(identity: Identity, random: RandomSource, curve: Curve): Hand {
  return identity.kind === "own" ? ownHand(identity, random, curve) : signersHand(identity.signer, random, curve);
}

function ownHand({ secret, pubkey }: Extract<Identity, { kind: "own" }>, random: RandomSource, curve: Curve): Hand {
  return {
    vouch: async ({ draft, form }) =>
      form === "signed" ? draft.sign(secret, random(32), curve) : draft.author(pubkey),
    wrap: async (inner, wrapping) => plain(inner.wrap({ ...wrapping, author: secret }, random, curve)),
    open: async (outers) => openWraps(outers, new Map([[pubkey, secret]]), random, curve),
  };
}

function signersHand(signer: Signer, random: RandomSource, curve: Curve): Hand {
  return {
    vouch: async ({ draft, form }) => {
      if (form === "sealed") return draft.author(signer.pubkey);
      const signed = await signer.sign(draft.exposeToSigner());
      return signed.ok ? InnerEvent.fromSigned(signed.event) : undefined;
    },
    wrap: async (inner, wrapping) => {
      const vouched = inner.form === "sealed" ? await sealed(inner, wrapping, signer, random) : inner;
      return vouched && plain(vouched.wrap(wrapping, random, curve));
    },
    open: async (outers) => {
      const opened: OpenedWrap[] = [];
      // One after the other: a person may be asked about each.
      for (const outer of outers) opened.push(await opening(outer, signer, curve));
      return opened;
    },
  };
}

async function sealed(
  inner: InnerEvent,
  { to, now }: Wrapping,
  signer: Signer,
  random: RandomSource,
): Promise<InnerEvent | undefined> {
  const text = inner.exposeToSigner();
  const content = await signer.encrypt("nip44", to, text);
  if (!content.ok) return undefined;
  const template = { kind: SEAL, created_at: backdate(now, random(8)), tags: [], content: content.text };
  const seal = await signer.sign(template);
  const read = seal.ok ? InnerEvent.fromSealText(seal.event, text) : undefined;
  return read?.ok === true ? read.inner : undefined;
}

async function opening(outer: VerifiedEvent, signer: Signer, curve: Curve): Promise<OpenedWrap> {
  if (outer.kind !== GIFT_WRAP) return { ok: false, reason: "wrap-kind" };
  const to = onlyTag(outer.tags, "p")?.[1];
  if (to !== signer.pubkey) return { ok: false, reason: "wrap-recipient" };
  const text = await signer.decrypt("nip44", outer.pubkey, outer.content);
  if (!text.ok) return { ok: false, reason: "wrap-decrypt" };
  const read = openText(text.text, curve);
  if (!read.ok) return read;
  if ("inner" in read) return { ok: true, inner: read.inner, to: signer.pubkey, outer };
  const words = await signer.decrypt("nip44", read.seal.pubkey, read.seal.content);
  const unsealed = InnerEvent.fromSealText(read.seal, words.ok ? words.text : undefined);
  return unsealed.ok ? { ok: true, inner: unsealed.inner, to: signer.pubkey, outer } : unsealed;
}
