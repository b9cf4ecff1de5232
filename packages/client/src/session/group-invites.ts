/**
 * Invites as texts that people hand on: a link for everybody, or one sealed to one person.
 *
 *   nostr:nevent…?key=…&pow=…            public (core's invite.ts)
 *   subrosa-group:<from>:<payload>       private; `from` is the key it was sealed with
 *
 * Spec: docs/spec/groups.md GROUP-13. Whoever seals is not believed to be anybody: what a private invite says of the
 * owner is shown before one joins.
 */
import { type EventId, type PubkeyHex, pubkeyHex, toHex } from "@subrosa/core/bytes";
import type { Curve, RandomSource } from "@subrosa/core/curve/curve";
import { openInvite, type PrivateInvite, readInvite, readPrivateInvite, sealInvite } from "@subrosa/core/group/invite";
import type { Secret } from "@subrosa/core/secret";
import type { IgnoredGroup } from "./group-reason.ts";
import type { Identity } from "./identity.ts";

export interface InviteRead {
  readonly id: EventId;
  /** Where a request goes, until more is known. */
  readonly key: PubkeyHex;
  readonly relays: readonly string[];
  readonly difficulty: number;
  /** Of a private invite: who owns the group, and the key to look in. */
  readonly closed?: { readonly owner: PubkeyHex; readonly secret: Secret };
}

const SEALED = /^subrosa-group:([0-9a-f]{64}):([A-Za-z0-9+/=]+)$/;

export function writeSealed(
  invite: PrivateInvite,
  from: Secret,
  guest: PubkeyHex,
  random: RandomSource,
  curve: Curve,
): string {
  return `subrosa-group:${toHex(from.pubkey)}:${sealInvite(invite, from, guest, random, curve)}`;
}

export async function readAnyInvite(
  text: string,
  identity: Identity,
  curve: Curve,
): Promise<InviteRead | Extract<IgnoredGroup, "not-an-invite" | "other-guest">> {
  const link = readInvite(text);
  if (link !== undefined) {
    const { create, key, relays, difficulty = 0 } = link;
    return { id: create, key, relays, difficulty };
  }
  const [, by, payload = ""] = SEALED.exec(text.trim()) ?? [];
  const from = pubkeyHex(by);
  if (from === undefined) return "not-an-invite";
  const opened = await opening(payload, from, identity, curve);
  if (opened?.ok !== true) return "other-guest";
  const { create, owner, secret, relays, difficulty = 0 } = opened.invite;
  return { id: create, key: pubkeyHex(toHex(secret.pubkey))!, relays, difficulty, closed: { owner, secret } };
}

async function opening(payload: string, from: PubkeyHex, identity: Identity, curve: Curve) {
  if (identity.kind === "own") return openInvite(payload, from, identity.secret, curve);
  const answer = await identity.signer.decrypt("nip44", from, payload);
  return answer.ok ? readPrivateInvite(answer.text, curve) : undefined;
}
