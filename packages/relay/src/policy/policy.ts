/**
 * Whether the relay wants an event: pure functions of the event and of what is known about its sender, composable.
 *
 * Policies run before any cryptography, so what they read of the event is a claim; they can only refuse. Reasons have
 * NIP-01's prefixes. Rates are counted outside and read here, so that a policy stays a function.
 */
import type { SignedEvent } from "@subrosa/core/nostr/event";
import { difficulty, hasWork } from "@subrosa/core/nostr/nip13";
import { expirationOf, isExpired } from "@subrosa/core/nostr/nip40";
import { AUTH } from "@subrosa/core/nostr/nip42";
import { formatReason } from "@subrosa/core/nostr/reason";
import { tagsNamed } from "@subrosa/core/nostr/tags";
import { MAX_TIME } from "../event/entry.ts";
import { isInnerKind, VANISH } from "../event/kind.ts";
import type { Viewer } from "../event/viewer.ts";
import { hostOf } from "../session/authentication.ts";

export interface PolicyContext {
  /** Seconds since 1970. */
  readonly now: number;
  /** Keys that authenticated on the connection. */
  readonly keys: Viewer;
  /** PROOF-14: pseudonyms of members admitted without a name on the connection. */
  readonly images: readonly string[];
  /** The sender's network address. */
  readonly address: string;
  /** Events accepted within the last minute from this key or address, this one not counted. */
  readonly recent: (of: string) => number;
}

/** The reason to refuse, or undefined. */
export type Policy = (event: SignedEvent, context: PolicyContext) => string | undefined;

/** The first refusal counts. */
export function firstOf(...policies: readonly Policy[]): Policy {
  return (event, context) => {
    for (const policy of policies) {
      const reason = policy(event, context);
      if (reason !== undefined) return reason;
    }
    return undefined;
  };
}

/** CHANNEL-7, and what no relay stores: answers to challenges. */
export const neverInTheOpen: Policy = ({ kind }) => {
  if (isInnerKind(kind)) return formatReason("blocked", "kinds 400 to 406 travel inside gift wraps only");
  if (kind === AUTH) return formatReason("invalid", "answers to challenges are sent with AUTH");
  return undefined;
};

/** How far created_at may be from now, in seconds. */
export function timeWindow(past: number, future: number): Policy {
  return ({ created_at }, { now }) => {
    if (created_at > MAX_TIME || created_at > now + future) {
      return formatReason("invalid", "created_at is too far in the future; check your clock");
    }
    return created_at < now - past ? formatReason("invalid", "created_at is too far in the past") : undefined;
  };
}

/** NIP-40. A time that cannot be read would be one that is not kept. */
export const expiration: Policy = (event, { now }) => {
  if (isExpired(event, now)) return formatReason("invalid", "the event has expired");
  const isUnread = expirationOf(event) === undefined && tagsNamed(event.tags, "expiration").length > 0;
  return isUnread ? formatReason("invalid", "the expiration tag holds no time in seconds") : undefined;
};

/** NIP-70: "only the author may publish it", and he has to show that he is. */
export const protectedEvents: Policy = ({ tags, pubkey }, { keys }) => {
  if (!tags.some((tag) => tag[0] === "-")) return undefined;
  if (keys.size === 0) return formatReason("auth-required", "this event may only be published by its author");
  return keys.has(pubkey) ? undefined : formatReason("restricted", "this event may only be published by its author");
};

/** NIP-62: a request that names relays is for those. */
export function vanishHere(hosts: ReadonlySet<string>): Policy {
  return ({ kind, tags }) => {
    if (kind !== VANISH) return undefined;
    const named = tags.filter((tag) => tag[0] === "relay").map((tag) => tag[1]);
    if (named.length === 0) return formatReason("invalid", "a request to vanish names the relays it is for");
    const isHere = named.some((relay) => relay === "ALL_RELAYS" || hosts.has(hostOf(relay) ?? ""));
    return isHere ? undefined : formatReason("blocked", "this request to vanish is for other relays");
  };
}

/** NIP-13: bits of the id, and of the target that the author committed to. */
export function proofOfWork(bits: number): Policy {
  return (event) => {
    if (hasWork(event, bits)) return undefined;
    const found = difficulty(event.id);
    return found < bits
      ? formatReason("pow", `difficulty ${found} is less than ${bits}`)
      : formatReason("pow", `the nonce tag commits to less than ${bits}`);
  };
}

export function onlyKinds(kinds: ReadonlySet<number>): Policy {
  return ({ kind }) => (kinds.has(kind) ? undefined : formatReason("blocked", `kind ${kind} is not kept here`));
}

export function withoutKinds(kinds: ReadonlySet<number>): Policy {
  return ({ kind }) => (kinds.has(kind) ? formatReason("blocked", `kind ${kind} is not kept here`) : undefined);
}

/** Authors who may write, or who showed on this connection that they may: a gift wrap's own key is a stranger's. */
export function onlyMembers(members: ReadonlySet<string>): Policy {
  return ({ pubkey }, { keys, images }) => {
    if (images.length > 0 || members.has(pubkey) || [...keys].some((key) => members.has(key))) return undefined;
    return keys.size === 0
      ? formatReason("auth-required", "this relay takes events from members only")
      : formatReason("restricted", "this relay takes events from members only");
  };
}

export function withoutAuthors(denied: ReadonlySet<string>): Policy {
  return ({ pubkey }) => (denied.has(pubkey) ? formatReason("blocked", "this key may not write here") : undefined);
}

export const authToWrite: Policy = (_, { keys, images }) =>
  keys.size === 0 && images.length === 0 ? formatReason("auth-required", "authenticate before you write") : undefined;

/** Events a minute. */
export function rateByKey(limit: number): Policy {
  return ({ pubkey }, { recent }) => (recent(pubkey) >= limit ? tooMany(limit) : undefined);
}

export function rateByAddress(limit: number): Policy {
  return (_, { address, recent }) => (recent(address) >= limit ? tooMany(limit) : undefined);
}

/** Of one member admitted without a name, over all his connections. */
export function rateByImage(limit: number): Policy {
  return (_, { images, recent }) => (images.some((image) => recent(image) >= limit) ? tooMany(limit) : undefined);
}

function tooMany(limit: number): string {
  return formatReason("rate-limited", `at most ${limit} events a minute`);
}
