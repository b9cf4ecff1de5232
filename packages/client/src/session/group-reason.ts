/** Why something was not done in a group, each with a sentence that says what to do. */
import { IGNORED } from "@subrosa/core/group/sentences";

export const IGNORED_GROUP = Object.freeze({
  ...IGNORED,
  "unknown-group": "There is no such group here; join it first.",
  "known-group": "This group is here already.",
  "not-an-invite": "This is not an invite to a group.",
  "other-guest": "This invite was sealed to somebody else, or was damaged on the way.",
  "not-asking": "This person is not asking to join.",
  "no-relay": "Name at least one relay for the group.",
  "too-large": "No relay of this group takes so large an event; remove somebody, or move to relays with higher limits.",
  "not-moderator": "Only the owner and admins keep order.",
  "not-shown": "This message is not shown here.",
  "not-author": "Only the author edits or deletes a message.",
  "already-asked": "You have asked already; the owner will see it.",
  "already-member": "This person is a member already.",
  "not-in-roster": "This person is not a member.",
  "still-inside": "Leave the group before you delete it here.",
  "nothing-to-repeat": "Nothing is waiting to be repeated.",
  "signer-refused": "The signer did not sign; nothing was sent.",
  "too-long": "This is too long for one message.",
});
export type IgnoredGroup = keyof typeof IGNORED_GROUP;
