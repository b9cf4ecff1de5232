/** Why something was not done in a channel, each with a sentence that says what to do. */
import { SENTENCES } from "@subrosa/core/channel/reason";

export const IGNORED_CHANNEL = Object.freeze({
  ...SENTENCES,
  "unknown-channel": "There is no such channel here.",
  "other-key": "The invitation brings another key than the channel's.",
  "other-person": "This was sent to somebody else.",
  duplicate: "This is known already.",
  "too-many": "Too many such events wait already.",
  "wrong-state": "This cannot be done in this channel now.",
  "unknown-invitation": "There is no such invitation; it may have expired.",
  "unknown-key": "This key belongs to no channel here.",
  "unknown-move": "There is no such move to follow.",
  "nothing-new": "There is nothing to do.",
  "may-not-write": "Nobody writes here now; the state of the channel says why.",
  "only-owner": "Only the owner of the channel can do this.",
  "not-offered": "Nobody offers you this channel.",
  "no-relay": "Name at least one relay for the channel.",
  "no-forgetting-relay": "None of these relays says that it forgets what expires (NIP-40); choose one that does.",
  "not-shown": "This message is not shown here.",
  "signer-refused": "The signer did not sign; nothing was sent.",
  "too-long": "This is too long for one message.",
});
export type IgnoredChannel = keyof typeof IGNORED_CHANNEL;
