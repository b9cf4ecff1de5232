/**
 * What the feed keeps of one event while it is decided what it is: the claim it makes, the verdict reached, and the words
 * of relays. Pure; feed.ts holds the set.
 */
import { type EventId, fromHex, type PubkeyHex } from "@subrosa/core/bytes";
import { MEMBERS_TAG, SIGNATURE_TAG } from "@subrosa/core/nip97/message";
import { type Pseudonym, provenance } from "@subrosa/core/nip97/pseudonym";
import type { Nip97Verdict } from "@subrosa/core/nip97/verify";
import type { VerifiedEvent } from "@subrosa/core/nostr/event";
import type { RelayUrl } from "@subrosa/core/nostr/relay-url";
import { onlyTag } from "@subrosa/core/nostr/tags";
import { PROOF_TAG } from "@subrosa/core/proof/commitment";
import { proofState, type RelayVerdict } from "@subrosa/core/proof/relay-verdict";
import type { NamedRing } from "@subrosa/core/proof/ring-of";
import type { Recognition } from "@subrosa/core/proof/trust";
import type { MemberVerdict } from "@subrosa/core/proof/verify";
import { type RingName, ringName } from "@subrosa/core/ring/ring";
import type { PostFault, PostState, Proven } from "./post.ts";

/** PROOF-13: with both, the member proof is what the post shows. */
export type Claim = "member-proof" | "ring-signature" | "none";
export type Judged =
  | { readonly claim: "member-proof"; readonly verdict: MemberVerdict }
  | { readonly claim: "ring-signature"; readonly verdict: Nip97Verdict };

export interface FeedEntry {
  readonly event: VerifiedEvent;
  readonly claim: Claim;
  /** UTF-16 units, roughly: what it costs to keep. */
  readonly size: number;
  readonly relays: Set<RelayUrl>;
  judged?: Judged;
  /** Of the verified ring; hashed once. */
  ring?: NamedRing;
  /** A machine failed so often that it is left alone. */
  failures: number;
  isChecking: boolean;
}

export const ANNOUNCEMENT = 2001;

export function claimOf(event: VerifiedEvent): Claim {
  if (event.tags.some(([name]) => name === PROOF_TAG)) return "member-proof";
  const isRing = event.tags.some(([name]) => name === SIGNATURE_TAG || name === MEMBERS_TAG);
  // A revocation carries no ring and is NIP-97's to read.
  const isEnd = event.kind === ANNOUNCEMENT && event.tags.some(([name]) => name === "revoke");
  return isRing || isEnd ? "ring-signature" : "none";
}

export function entryOf(event: VerifiedEvent): FeedEntry {
  const size = event.tags.reduce((sum, tag) => tag.reduce((all, { length }) => all + length + 16, sum), 0);
  return {
    ...{ event, claim: claimOf(event), size: size + event.content.length + 512 },
    ...{ relays: new Set(), failures: 0, isChecking: false },
  };
}

/** What the viewer brings to it. */
export interface Viewing {
  readonly trust: (ring: RingName, keys: readonly string[]) => Recognition;
  readonly score: (ring: RingName, keys: readonly string[]) => number | undefined;
  readonly pseudonym: (pubkey: PubkeyHex) => Pseudonym;
  readonly words: (id: EventId) => ReadonlyMap<RelayUrl, RelayVerdict["label"]>;
}

export function stateOf(entry: FeedEntry, viewing: Viewing): PostState {
  const { event, judged } = entry;
  if (entry.claim === "none") return inherited(entry, viewing);
  if (judged === undefined) {
    const words = proofState(undefined, viewing.words(event.id));
    if (words.state === "vouched") return { kind: "vouched", relays: words.relays as readonly RelayUrl[] };
    return { kind: entry.isChecking ? "checking" : "unchecked" };
  }
  if (!judged.verdict.ok) return failed(judged.verdict.reason);
  return judged.claim === "member-proof"
    ? member(entry, judged.verdict, viewing)
    : ringSigned(entry, judged.verdict, viewing);
}

function failed(reason: PostFault): PostState {
  return { kind: "failed", reason };
}

function member(entry: FeedEntry, { pseudonym }: MemberVerdict & { ok: true }, viewing: Viewing): Proven {
  const linkable = pseudonym === undefined ? {} : { image: pseudonym.keyImage, scope: pseudonym.scope };
  return { ...proven("member-proof", ringOf(entry, keysIn(entry, PROOF_TAG, 2)), viewing), badge: true, ...linkable };
}

function ringSigned(entry: FeedEntry, verdict: Nip97Verdict & { ok: true }, viewing: Viewing): PostState {
  if ("revokes" in verdict) return { kind: "revocation", of: verdict.revokes };
  const { level, badge, announcement } = verdict;
  if (announcement === true && viewing.pseudonym(entry.event.pubkey).state === "ended")
    return failed("pseudonym-ended");
  const { score, ...known } = proven("ring-signature", ringOf(entry, keysIn(entry, MEMBERS_TAG, 1)), viewing);
  return {
    ...known,
    // NIP97-4: no score for words that anyone can repost.
    ...(score === undefined || level === "content" ? {} : { score }),
    ...{ level, badge },
    ...(announcement === undefined ? {} : { announcement }),
  };
}

/** By a key that a member announced: the ring is the announcement's. */
function inherited(entry: FeedEntry, viewing: Viewing): PostState {
  const pseudonym = viewing.pseudonym(entry.event.pubkey);
  if (pseudonym.state === "ended") return failed("pseudonym-ended");
  const announced = provenance(entry.event, pseudonym);
  if (announced === undefined) return failed("pseudonym-unknown");
  return { ...proven("pseudonym", ringOf(entry, announced.members), viewing), badge: true };
}

function keysIn({ event }: FeedEntry, name: string, from: number): readonly string[] {
  return onlyTag(event.tags, name)?.slice(from) ?? [];
}

/** Safety: members of a verified ring are hex. */
function ringOf(entry: FeedEntry, keys: readonly string[]): NamedRing {
  const known = entry.ring?.keys;
  if (known?.length !== keys.length || !keys.every((key, i) => key === known[i])) {
    entry.ring = { name: ringName(keys.map((key) => fromHex(key)!)), keys };
  }
  return entry.ring!;
}

function proven(by: Proven["by"], ring: NamedRing, { trust, score }: Viewing): Omit<Proven, "badge"> {
  const { name, keys } = ring;
  const worth = score(name, keys);
  const members = keys as readonly PubkeyHex[];
  const known = { kind: "verified", by, ring: name, members, n: keys.length, trust: trust(name, keys) } as const;
  return { ...known, sameMember: [], ...(worth === undefined ? {} : { score: worth }) };
}

/** Posts with the same one are by one member; undefined: nothing can be said. */
export function memberOf(event: VerifiedEvent, state: PostState): string | undefined {
  if (state.kind !== "verified" || state.trust.by === "nothing") return undefined;
  if (state.by === "pseudonym" || state.announcement === true) return `key ${event.pubkey}`;
  return state.image === undefined ? undefined : JSON.stringify([state.image, state.ring, state.scope]);
}
