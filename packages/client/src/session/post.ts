/**
 * One post of the feed and what is known of its proof.
 *
 * Spec: docs/spec/member-proofs.md PROOF-6, PROOF-9, NIP97-2, NIP97-4. A relay's word and one's own verdict are different
 * states and never become each other. What a ring means (`trust`) is the viewer's, and "the same member" is shown only
 * where it means something.
 */
import type { EventId, PubkeyHex } from "@subrosa/core/bytes";
import type { BindingLevel } from "@subrosa/core/nip97/message";
import { NIP97_SENTENCES, type Nip97Reason } from "@subrosa/core/nip97/reasons";
import type { VerifiedEvent } from "@subrosa/core/nostr/event";
import type { RelayUrl } from "@subrosa/core/nostr/relay-url";
import { MEMBER_SENTENCES, type MemberReason } from "@subrosa/core/proof/reasons";
import type { Scope } from "@subrosa/core/proof/scope";
import type { Recognition } from "@subrosa/core/proof/trust";
import type { RingName } from "@subrosa/core/ring/ring";

export type PostFault = MemberReason | Nip97Reason | keyof typeof OWN_SENTENCES;
const OWN_SENTENCES = Object.freeze({
  "pseudonym-ended": "This pseudonym was ended by its own key: nothing by it counts as a member's any more.",
  "pseudonym-unknown": "No announcement is known that makes this key a member's pseudonym.",
});
/** For a screen. */
export const POST_SENTENCES: Readonly<Record<PostFault, string>> = Object.freeze({
  ...NIP97_SENTENCES,
  ...MEMBER_SENTENCES,
  ...OWN_SENTENCES,
});

/** What was verified here. */
export interface Proven {
  readonly kind: "verified";
  /** How: draft 1, NIP-97, or a key that a member announced as a lasting pseudonym. */
  readonly by: "member-proof" | "ring-signature" | "pseudonym";
  readonly ring: RingName;
  readonly members: readonly PubkeyHex[];
  readonly n: number;
  /** What the ring is to the viewer; `by: "nothing"` is shown as "1 of these n keys". */
  readonly trust: Recognition;
  /** The weakest link: what the least trusted member is worth to the viewer; absent without a source of scores. */
  readonly score?: number;
  /** Of a linkable proof. */
  readonly image?: string;
  readonly scope?: Scope;
  /** Of NIP-97. At `content` anyone may have reposted these words: no badge. */
  readonly level?: BindingLevel;
  readonly badge: boolean;
  /** It announces its key as a lasting pseudonym. */
  readonly announcement?: boolean;
  /** Other posts that are certainly by the same member; empty where the ring means nothing to the viewer. */
  readonly sameMember: readonly EventId[];
}

export type PostState =
  /** Nobody looked at it yet, and no relay vouches for it. */
  | { readonly kind: "unchecked" }
  | { readonly kind: "checking" }
  /** Relays say so; not checked here. */
  | { readonly kind: "vouched"; readonly relays: readonly RelayUrl[] }
  | Proven
  /** Its own key says that this pseudonym, announced in this event, is over. */
  | { readonly kind: "revocation"; readonly of: EventId }
  | { readonly kind: "failed"; readonly reason: PostFault };

export interface Post {
  readonly event: VerifiedEvent;
  readonly relays: readonly RelayUrl[];
  readonly state: PostState;
}

export function isVerified(post: Post): post is Post & { readonly state: Proven } {
  return post.state.kind === "verified";
}

/** Verified, earns a badge, and is of a ring that the viewer knows. */
export function isOfKnownRing(post: Post): boolean {
  return isVerified(post) && post.state.badge && post.state.trust.by !== "nothing";
}
