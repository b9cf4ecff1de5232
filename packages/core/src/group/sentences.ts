/**
 * One sentence for people for every reason why something was ignored or is not possible (docs/spec/groups.md §4).
 *
 * A complete record over closed unions: a reason without a sentence does not compile.
 */
import type { Ignored } from "./group.ts";
import type { Block } from "./select.ts";

export const BLOCKED: Readonly<Record<Block, string>> = {
  "leaver-holds-key":
    "Somebody is leaving and still holds the key. Writing goes on as soon as a member has changed it.",
  "not-a-member": "You are not a member of this group.",
  leaving: "You are leaving this group.",
  "out-of-date":
    "Your view of the group may be out of date: a newer change is known, and something before it is missing.",
  "removed-or-garbled": "The owner changed the key and you were not given the new one. You may have been removed.",
  "branch-lost": "The owner's other device decided otherwise, and what you see of the group is no longer valid.",
  "rival-handovers": "The group was handed over twice. Choose which of the new owners you follow.",
};

const CANNOT_OPEN = "This message cannot be opened.";

export const IGNORED: Readonly<Record<Ignored, string>> = {
  "already-held": "This is known already.",
  "another-group": "This belongs to another group.",
  "unknown-kind": "This kind of event has no meaning in a group.",
  malformed: "This event is not well-formed.",
  "no-key-yet": "The key for this has not come yet.",
  "target-not-held": "This complains about something that has not come yet.",
  "proves-nothing": "This claims something and does not prove it.",
  "anonymous-receiver": CANNOT_OPEN,
  "anonymous-key": CANNOT_OPEN,
  "anonymous-shape": "What is inside this message is not well-formed.",
  "anonymous-alias": "The author of this message used his own key where a fresh one belongs.",
  "anonymous-sig": "The signature inside this message is not its author's.",
  "nip44-version": "This message uses a cipher that is not accepted here.",
  "nip44-length": CANNOT_OPEN,
  "nip44-encoding": CANNOT_OPEN,
  "nip44-mac": CANNOT_OPEN,
  "nip44-padding": CANNOT_OPEN,
  "nip44-text": CANNOT_OPEN,
  "not-a-member": "You are not a member of this group.",
  "not-owner": "Only the owner of the group can do this.",
  "may-not-write": "You may not write at the moment; the banner says why.",
  "owner-must-hand-over": "Hand the group over to somebody before you leave it.",
  "nothing-to-do": "There is nothing to do.",
  "too-many-leaves": "More people are leaving at once than a member can carry out. The owner has to do it.",
  "not-asked-for": "This work was not asked for.",
};
