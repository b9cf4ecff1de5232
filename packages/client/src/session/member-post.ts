/**
 * An anonymous post: a member of a known group says something, everybody can check that it is one of them, and nobody
 * can tell who.
 *
 * Spec: docs/spec/member-proofs.md §1. The event is signed with a key of its own that is forgotten at once (PROOF-5) and
 * goes out as nobody: on sockets that carry nothing else and never authenticate. It is durable in the outbox before it
 * leaves, as a finished event, so that a crash repeats the same event and never makes a second one.
 */
import type { EventId } from "@subrosa/core/bytes";
import type { Curve, RandomSource } from "@subrosa/core/curve/curve";
import type { ScopeRequest } from "@subrosa/core/proof/scope-request";
import { drawMemberKeys, signAsGroupMember } from "@subrosa/core/proof/sign";
import type { ProofTemplate } from "@subrosa/core/proof/template";
import type { Secret } from "@subrosa/core/secret";
import type { IgnoredDelivery } from "./delivery.ts";
import type { Outbox } from "./outbox.ts";

export interface MemberPost {
  /** With the keys of the whole group, the author's among them. */
  readonly template: ProofTemplate;
  /** Makes two posts by one member recognisable as such within the scope; absent: nothing links them. */
  readonly scope?: ScopeRequest;
  readonly relays: readonly string[];
}

/** Throws UsageError where it cannot be signed for. Resolves when it is durable; the outbox says what becomes of it. */
export async function postAsMember(
  { template, scope, relays }: MemberPost,
  secret: Secret,
  outbox: Outbox,
  random: RandomSource,
  curve: Curve,
): Promise<{ readonly id: EventId; readonly ignored?: IgnoredDelivery }> {
  const keys = drawMemberKeys(secret, random);
  const event = signAsGroupMember(template, keys, curve, scope);
  keys.oneTimeSecret.fill(0);
  keys.fresh.fill(0);
  const ignored = await outbox.send(event, "nobody", relays);
  return ignored === undefined ? { id: event.id } : { id: event.id, ignored };
}
