/**
 * Why something was not done, in the reader's language. The client's reasons are closed unions with a sentence in
 * English each; those that people meet are translated, and the rest is said in general, with the word for whoever helps.
 */
import type { Key, Say } from "./words.ts";

type ReasonKey = Extract<Key, `why.${string}`>;

/** Reasons that have a sentence of their own in every language; `words.test.ts` holds the list to the tables. */
const SAID = [
  "account-name",
  "account-exists",
  "account-unknown",
  "account-broken",
  "store-passphrase",
  "no-extension",
  "bunker-refused",
  "bunker-silent",
  "signer-no-answer",
  "relay-address",
  "bunker-address",
  "key-file",
  "not-in-touch",
  "not-a-member",
  "not-owner",
  "may-not-write",
  "owner-must-hand-over",
  "unknown-group",
  "known-group",
  "not-an-invite",
  "other-guest",
  "no-relay",
  "too-large",
  "not-moderator",
  "not-author",
  "already-asked",
  "already-member",
  "still-inside",
  "too-long",
  "unknown-invitation",
  "only-owner",
  "not-offered",
  "signer-refused",
] as const;

export function reasonIn(say: Say, reason: string): string {
  const known = SAID.find((each) => each === reason);
  if (known === undefined) return say("why.other", { reason });
  const key: ReasonKey = `why.${known}`;
  return say(key);
}
