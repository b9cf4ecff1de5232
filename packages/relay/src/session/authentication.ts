/**
 * Is this the answer to our challenge? (NIP-42) The signature is somebody else's to check.
 *
 * The relay's own names come from its configuration, never from the `Host` header: whoever passes a victim's answer on
 * from another relay chooses that header.
 */
import type { SignedEvent } from "@subrosa/core/nostr/event";
import { tagValue } from "@subrosa/core/nostr/tags";
import { AUTHENTICATION } from "../event/kind.ts";

export interface AuthRules {
  /** `host` or `host:port` as they appear in this relay's URLs, lowercase. */
  readonly hosts: ReadonlySet<string>;
}

/** "relays SHOULD ... within ~10 minutes" */
const WINDOW = 600;

/** The reason to refuse it, or undefined. */
export function authenticationFault(
  event: SignedEvent,
  challenge: string,
  rules: AuthRules,
  now: number,
): string | undefined {
  if (event.kind !== AUTHENTICATION) return "invalid: an answer to a challenge is of kind 22242";
  if (Math.abs(event.created_at - now) > WINDOW) return "invalid: the answer is not of now; check your clock";
  if (tagValue(event.tags, "challenge") !== challenge) return "invalid: this answers another challenge";
  const host = hostOf(tagValue(event.tags, "relay"));
  if (host === undefined || !rules.hosts.has(host)) return "invalid: this answer is for another relay";
  return undefined;
}

/** Lowercase host, with its port unless it is the scheme's own; undefined where this is no address of a relay. */
export function hostOf(url: string | undefined): string | undefined {
  if (url === undefined || !/^wss?:\/\//i.test(url) || !URL.canParse(url)) return undefined;
  return new URL(url).host;
}
