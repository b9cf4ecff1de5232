/**
 * Who acts in a session: a key of our own, or a signer somewhere else; and what cannot be done without the key.
 *
 * An outside signer (NIP-07, NIP-46) signs events and encrypts. Aliases are derived from the key itself, which no such
 * signer gives: these need the key here. In groups and channels keys of their own do the rest, kept in the account's store.
 */
import type { PubkeyHex } from "@subrosa/core/bytes";
import { toHex } from "@subrosa/core/bytes";
import type { Curve, RandomSource } from "@subrosa/core/curve/curve";
import { type EventTemplate, signEvent, type VerifiedEvent } from "@subrosa/core/nostr/event";
import type { Secret } from "@subrosa/core/secret";
import type { Clock } from "../ports.ts";
import type { Network } from "../relay/network.ts";
import { BunkerRefused, openBunker } from "../signer/bunker.ts";
import { LACKING, type Nip07Signer, openSigner, type Signer, type SignerFault } from "../signer/signer.ts";
import type { AccountKey } from "./account.ts";

export type Identity =
  | { readonly kind: "own"; readonly pubkey: PubkeyHex; readonly secret: Secret }
  | { readonly kind: "signer"; readonly pubkey: PubkeyHex; readonly signer: Signer };

/** Parts of a session that an outside signer may not be able to serve. */
export type Part = "contacts" | "groups" | "channels" | "memberPosts";

/** For a screen: why a part is not there. Empty with a key of our own. */
export function lackingParts(identity: Identity): Readonly<Partial<Record<Part, string>>> {
  if (identity.kind === "own") return {};
  const { nip44, memberProofs } = identity.signer.capabilities;
  return {
    contacts: "Aliases are derived from your key, which is in the signer: open this account with the key to use them.",
    ...(nip44 ? {} : { channels: LACKING.nip44, groups: LACKING.nip44 }),
    ...(memberProofs ? {} : { memberPosts: LACKING.memberProofs }),
  };
}

export interface IdentityOptions {
  readonly network: Network;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly curve: Curve;
  /** The page's NIP-07 object, for accounts that have their key in one. */
  readonly extension?: Nip07Signer;
  readonly onAuthUrl?: (url: string) => void;
}

export type IdentityReason = SignerFault | "no-extension" | "bunker-refused" | "bunker-silent";
export const IDENTITY_REASONS: Readonly<Record<IdentityReason, string>> = Object.freeze({
  "no-extension": "This account's key is in a browser extension, and there is none here.",
  "bunker-refused": "The bunker turned us away; allow this program there.",
  "bunker-silent": "The bunker does not answer; is it running, and are its relays reachable?",
  "signer-no-answer": "The signer did not answer.",
  "signer-key": "The signer names no valid key.",
  "signer-event": "The signer answered with something that is not a signed event.",
  "signer-other-key": "The signer signs with another key than this account's.",
  "signer-other-event": "The signer signed something else than it was asked to.",
  "signer-text": "The signer answered with something that is not a text.",
  "signer-lacks-it": "The signer cannot do this.",
});
export type IdentityOpening =
  | { readonly ok: true; readonly identity: Identity; readonly close: () => void }
  | { readonly ok: false; readonly reason: IdentityReason };

/** From an account to whoever acts in it. `close` ends the line to a bunker; the account stays the caller's. */
export async function openIdentity(owner: AccountKey, options: IdentityOptions): Promise<IdentityOpening> {
  if (owner.kind === "own") return { ok: true, identity: owner, close: () => undefined };
  const line = owner.kind === "extension" ? options.extension : await bunkerOf(owner, options);
  if (line === undefined) return { ok: false, reason: "no-extension" };
  if (typeof line === "string") return { ok: false, reason: line };
  const close = (): void => {
    if (Symbol.dispose in line) (line as Disposable)[Symbol.dispose]();
  };
  const opening = await openSigner(line, options.curve);
  const reason = !opening.ok
    ? opening.reason
    : opening.signer.pubkey === owner.pubkey
      ? undefined
      : ("signer-other-key" as const);
  if (!opening.ok || reason !== undefined) {
    close();
    return { ok: false, reason: reason ?? "signer-no-answer" };
  }
  return { ok: true, identity: { kind: "signer", pubkey: owner.pubkey, signer: opening.signer }, close };
}

async function bunkerOf(
  { address, client }: Extract<AccountKey, { kind: "bunker" }>,
  { network, clock, random, curve, onAuthUrl }: IdentityOptions,
): Promise<Nip07Signer | "bunker-refused" | "bunker-silent"> {
  try {
    const more = onAuthUrl === undefined ? {} : { onAuthUrl };
    return await openBunker({ address, client, network, clock, random, curve, ...more });
  } catch (cause) {
    if (!(cause instanceof BunkerRefused)) throw cause;
    return cause.reason === "refused" ? "bunker-refused" : "bunker-silent";
  }
}

/** Undefined where the signer did not sign. */
export async function signAs(
  identity: Identity,
  template: EventTemplate,
  random: RandomSource,
  curve: Curve,
): Promise<VerifiedEvent | undefined> {
  if (identity.kind === "own") return signEvent(template, identity.secret, random(32), curve);
  const signed = await identity.signer.sign(template);
  return signed.ok ? signed.event : undefined;
}

export function ownIdentity(secret: Secret): Identity {
  return { kind: "own", pubkey: toHex(secret.pubkey) as PubkeyHex, secret };
}
