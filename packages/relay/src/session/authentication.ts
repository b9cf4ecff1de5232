/**
 * Is this the answer to our challenge? (NIP-42) The signature is somebody else's to check.
 *
 * As core's `checkAuth`, with two differences: it reads a claim, so that a wrong answer costs no verification, and it
 * compares hosts, since clients write what path they like ("checking that the domain name is correct").
 *
 * The relay's own names come from its configuration, never from the `Host` header: whoever passes a victim's answer on
 * from another relay chooses that header.
 */
import type { SignedEvent } from "@subrosa/core/nostr/event";
import { AUTH, AUTH_WINDOW } from "@subrosa/core/nostr/nip42";
import { onlyTag } from "@subrosa/core/nostr/tags";

export interface AuthRules {
  /** `host` or `host:port` as they appear in this relay's URLs, lowercase. */
  readonly hosts: ReadonlySet<string>;
}

/** The reason to refuse it, or undefined. */
export function authenticationFault(
  event: SignedEvent,
  challenge: string,
  rules: AuthRules,
  now: number,
): string | undefined {
  if (event.kind !== AUTH) return "invalid: an answer to a challenge is of kind 22242";
  if (Math.abs(event.created_at - now) > AUTH_WINDOW) return "invalid: the answer is not of now; check your clock";
  if (onlyTag(event.tags, "challenge")?.[1] !== challenge) return "invalid: this answers another challenge";
  const host = hostOf(onlyTag(event.tags, "relay")?.[1]);
  if (host === undefined || !rules.hosts.has(host)) return "invalid: this answer is for another relay";
  return undefined;
}

/** Lowercase host, with its port unless it is the scheme's own; undefined where this is no address of a relay. */
export function hostOf(url: string | undefined): string | undefined {
  if (url === undefined || !/^wss?:\/\//i.test(url) || !URL.canParse(url)) return undefined;
  return new URL(url).host;
}
