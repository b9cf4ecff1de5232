/**
 * A relay's word on a proof (docs/spec/member-proofs.md, PROOF-9): a NIP-32 label by the relay's own key, which its
 * NIP-11 document names in `self`.
 *
 * Three states are kept apart: verified here, vouched for by a named relay, unverified. Nothing here turns a relay's word
 * into a MemberVerdict.
 */
import { type EventId, eventId, type PubkeyHex } from "../bytes.ts";
import type { EventTemplate, VerifiedEvent } from "../nostr/event.ts";
import { onlyTag } from "../nostr/tags.ts";
import type { MemberVerdict } from "./verify.ts";

export const LABEL_KIND = 1985;
export const LABEL_NAMESPACE = "group-member-proof";
/** What a relay that serves verdicts accepts in a NIP-50 search. */
export const VERIFIED_SEARCH = "proof:verified";

export interface RelayVerdict {
  readonly event: EventId;
  readonly label: "verified" | "invalid";
}

export function writeRelayVerdict({ event, label }: RelayVerdict, createdAt: number): EventTemplate {
  const tags = [
    ["L", LABEL_NAMESPACE],
    ["l", label, LABEL_NAMESPACE],
    ["e", event],
  ];
  return { kind: LABEL_KIND, created_at: createdAt, tags, content: "" };
}

/** Undefined where this is not a verdict by this relay. */
export function readRelayVerdict(event: VerifiedEvent, self: PubkeyHex): RelayVerdict | undefined {
  const [, label, namespace] = onlyTag(event.tags, "l") ?? [];
  const about = eventId(onlyTag(event.tags, "e")?.[1]);
  const isVerdict = event.kind === LABEL_KIND && event.pubkey === self && namespace === LABEL_NAMESPACE;
  if (!isVerdict || about === undefined || (label !== "verified" && label !== "invalid")) return undefined;
  return { event: about, label };
}

export type ProofState =
  | { readonly state: "verified-here"; readonly verdict: MemberVerdict & { readonly ok: true } }
  | { readonly state: "failed-here"; readonly verdict: MemberVerdict & { readonly ok: false } }
  | { readonly state: "vouched"; readonly relays: readonly string[] }
  | { readonly state: "unverified" };

/** What to show: one's own verdict, else the relays that say "verified" where none says "invalid", else nothing. */
export function proofState(
  own: MemberVerdict | undefined,
  words: ReadonlyMap<string, RelayVerdict["label"]>,
): ProofState {
  if (own !== undefined) {
    return own.ok ? { state: "verified-here", verdict: own } : { state: "failed-here", verdict: own };
  }
  const isDisputed = [...words.values()].includes("invalid");
  return words.size === 0 || isDisputed ? { state: "unverified" } : { state: "vouched", relays: [...words.keys()] };
}
