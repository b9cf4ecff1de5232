/**
 * Posting as one of many, in every form there is: with a member proof (draft 1) or a ring signature (NIP-97) at each
 * level of binding, with work where relays want it.
 *
 * Spec: docs/spec/member-proofs.md §1, §2, PROOF-5, PROOF-12, NIP97-2, NIP97-5. One key for one post, forgotten at once;
 * out as nobody, on sockets that carry nothing else; dated down to ten minutes. Durable in the outbox as a finished
 * event, so a crash repeats the same post and never makes a second one. `postChecklist` comes before it.
 */
import { type EventId, type PubkeyHex, toHex } from "@subrosa/core/bytes";
import type { Curve, RandomSource } from "@subrosa/core/curve/curve";
import { UsageError } from "@subrosa/core/errors";
import type { BindingLevel } from "@subrosa/core/nip97/message";
import { ringSign } from "@subrosa/core/nip97/sign";
import { type EventTemplate, signEvent, type Tag, toRumor, type VerifiedEvent } from "@subrosa/core/nostr/event";
import { withTarget } from "@subrosa/core/proof/pow";
import type { ScopeRequest } from "@subrosa/core/proof/scope-request";
import {
  drawMemberKeys,
  openSigningRing,
  planMemberEvent,
  proveMemberEvent,
  signProved,
} from "@subrosa/core/proof/sign";
import type { Ring } from "@subrosa/core/ring/ring";
import { Secret } from "@subrosa/core/secret";
import type { Clock } from "../ports.ts";
import type { IgnoredDelivery } from "./delivery.ts";
import type { Outbox } from "./outbox.ts";
import { roundedTime } from "./post-checklist.ts";
import { type WorkOptions, work } from "./work.ts";

export interface AnonymousPost {
  readonly content: string;
  /** Default: a note, 1. */
  readonly kind?: number;
  readonly tags?: readonly Tag[];
  /** Among whom: the author's own key is one of them. */
  readonly keys: readonly string[];
  readonly relays: readonly string[];
  readonly proof:
    | { readonly form: "member-proof"; readonly scope?: ScopeRequest }
    | { readonly form: "ring-signature"; readonly level?: BindingLevel };
  /** Bits. */
  readonly work?: WorkOptions & { readonly target: number };
}

export interface AnonymousPosting {
  readonly secret: Secret;
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly curve: Curve;
}

/** Throws UsageError where it cannot be signed for. Resolves when it is durable; the outbox says what becomes of it. */
export async function postAnonymously(
  post: AnonymousPost,
  posting: AnonymousPosting,
): Promise<{ readonly id: EventId; readonly ignored?: IgnoredDelivery }> {
  const opening = openSigningRing(post.keys, posting.curve);
  if (!opening.ok) throw new UsageError("usage/ring", `the ring is refused (${opening.reason}); correct its keys`);
  const { kind = 1, content, tags = [] } = post;
  const template = { kind, content, tags, created_at: roundedTime(posting.clock.now()) };
  const event =
    post.proof.form === "member-proof"
      ? await memberProof(template, opening.ring, post.proof.scope, post.work, posting)
      : await ringSignature(template, opening.ring, post.proof.level, post.work, posting);
  const ignored = await posting.outbox.send(event, "nobody", post.relays);
  return ignored === undefined ? { id: event.id } : { id: event.id, ignored };
}

async function memberProof(
  template: EventTemplate,
  ring: Ring,
  scope: ScopeRequest | undefined,
  wanted: AnonymousPost["work"],
  { secret, random, curve }: AnonymousPosting,
): Promise<VerifiedEvent> {
  const asked = wanted === undefined ? template : withTarget(template, wanted.target);
  const keys = drawMemberKeys(secret, random);
  try {
    const proved = proveMemberEvent(planMemberEvent(asked, ring, scope), keys);
    const mined =
      wanted === undefined ? proved : await work({ field: "proof", event: proved, target: wanted.target }, wanted);
    return signProved(mined, keys, curve);
  } finally {
    keys.oneTimeSecret.fill(0);
    keys.fresh.fill(0);
  }
}

async function ringSignature(
  template: EventTemplate,
  ring: Ring,
  level: BindingLevel | undefined,
  wanted: AnonymousPost["work"],
  { secret, random, curve }: AnonymousPosting,
): Promise<VerifiedEvent> {
  const bytes = random(32);
  using oneTime = Secret.from(bytes, curve);
  bytes.fill(0);
  const pubkey = toHex(oneTime.pubkey) as PubkeyHex;
  const fresh = random(32);
  const signed = ringSign({ template, pubkey, ring, secret, fresh, ...(level === undefined ? {} : { level }) });
  fresh.fill(0);
  // Mined after signing: nonce tags are outside what the ring signs, and a ring nonce is never used for another try.
  const mined =
    wanted === undefined
      ? signed
      : await work({ field: "nonce", event: toRumor(signed, pubkey), target: wanted.target }, wanted);
  return signEvent(mined, oneTime, random(32), curve);
}
