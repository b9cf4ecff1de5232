/**
 * NIP-42: a client proves to a relay that it holds a key. The event is for this relay and this challenge and for no
 * other eyes; a relay never stores or serves kind 22242.
 *
 * URLs are compared in their one spelling (relay-url.ts). A second `relay` or `challenge` tag is refused: two readers
 * would believe different ones.
 */
import { UsageError } from "../errors.ts";
import type { EventTemplate, VerifiedEvent } from "./event.ts";
import { relayUrl } from "./relay-url.ts";
import { onlyTag } from "./tags.ts";

export const AUTH = 22_242;
/** "close (e.g. within ~10 minutes) of the current time" */
export const AUTH_WINDOW = 600;

export interface AuthInputs {
  readonly relay: string;
  /** As the relay sent it. */
  readonly challenge: string;
  readonly now: number;
}

export function authTemplate({ relay, challenge, now }: AuthInputs): EventTemplate {
  const url = relayUrl(relay);
  if (url === undefined) throw new UsageError("usage/template", "give the relay's ws:// or wss:// URL");
  return {
    kind: AUTH,
    created_at: now,
    tags: [
      ["relay", url],
      ["challenge", challenge],
    ],
    content: "",
  };
}

export interface AuthExpectation {
  /** Every URL under which this relay is reached. */
  readonly relays: readonly string[];
  readonly challenge: string;
  readonly now: number;
  readonly window?: number;
}

export type AuthFault = "auth-kind" | "auth-time" | "auth-challenge" | "auth-relay";
export type AuthVerdict = { readonly ok: true } | { readonly ok: false; readonly reason: AuthFault };

export function checkAuth(event: VerifiedEvent, expected: AuthExpectation): AuthVerdict {
  const { relays, challenge, now, window = AUTH_WINDOW } = expected;
  if (event.kind !== AUTH) return { ok: false, reason: "auth-kind" };
  if (Math.abs(event.created_at - now) > window) return { ok: false, reason: "auth-time" };
  if (onlyTag(event.tags, "challenge")?.[1] !== challenge) return { ok: false, reason: "auth-challenge" };
  const named = relayUrl(onlyTag(event.tags, "relay")?.[1] ?? "");
  const known = named !== undefined && relays.some((relay) => relayUrl(relay) === named);
  return known ? { ok: true } : { ok: false, reason: "auth-relay" };
}
