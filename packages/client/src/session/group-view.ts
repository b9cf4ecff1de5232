/**
 * What a screen shows of one group, computed from the machine's state when somebody looks.
 *
 * Spec: docs/spec/groups.md. Everything is derived, so no two fields can disagree; what a field cannot say is absent.
 */
import type { EventId, PubkeyHex } from "@subrosa/core/bytes";
import type { Entry } from "@subrosa/core/group/conversation";
import type { Role } from "@subrosa/core/group/facts";
import type { GroupInfo } from "@subrosa/core/group/metadata";
import type { Block } from "@subrosa/core/group/select";
import type { Phase } from "@subrosa/core/group/view";
import type { RelayUrl } from "@subrosa/core/nostr/relay-url";

export interface GroupMember {
  readonly person: PubkeyHex;
  readonly role: Role;
  /** 0 is the owner. */
  readonly rank: number;
  /** He has said that he leaves, and nobody has carried it out yet. */
  readonly isLeaving: boolean;
}

/** Somebody who asks to be let in; the owner approves, and an admin may tell him that it was seen. */
export interface JoinRequest {
  readonly id: EventId;
  readonly person: PubkeyHex;
  readonly words: string;
  readonly at: number;
  /** An admin has marked it, or we ignored it: shown elsewhere or not at all. */
  readonly isSeen: boolean;
}

/** A branch of the owner's other device lost and had accepted these people: shall they be accepted again (GROUP-18)? */
export interface Repeat {
  readonly tip: EventId;
  readonly add: readonly PubkeyHex[];
}

/**
 * What goes on besides talking, for a banner; at most one, the gravest.
 * `sentence` says it to people.
 */
export interface Banner {
  readonly kind: /** Our request waits for the owner. */
    | "asked"
    /** Our request is still being worked on (proof of work). */
    | "working"
    /** We look in through a private invite. */
    | "guest"
    | "removed"
    | "leaving"
    /** Somebody is leaving and still holds the key: a member is changing it. */
    | "rotation-under-way"
    | "stale"
    /** As stale, and writing goes on (GROUP-19). */
    | "maybe-stale"
    | "branch-lost"
    /** Two new owners: choose with `choose`. */
    | "rivals"
    /** A relay has not shown everything yet. */
    | "catching-up";
  readonly sentence: string;
}

export interface GroupView {
  readonly id: EventId;
  /** Undefined until an event of the group could be opened. */
  readonly info: GroupInfo | undefined;
  readonly phase: Phase;
  readonly epoch: number;
  readonly owner: PubkeyHex | undefined;
  /** By rank. */
  readonly members: readonly GroupMember[];
  readonly mayWrite: boolean;
  /** Why not; each has a sentence in core's `sentences`. */
  readonly blocks: readonly Block[];
  readonly banner: Banner | undefined;
  /** In the order of true time; replies, reactions, edits, pins and moderation applied. */
  readonly entries: readonly Entry[];
  /** Whose people wait for an answer, oldest first. Empty for outsiders. */
  readonly requests: readonly JoinRequest[];
  readonly repeats: readonly Repeat[];
  /** Owner events of two handovers that contradict each other. */
  readonly rivals: readonly EventId[];
  readonly relays: readonly RelayUrl[];
}

/** One line of a list of groups. */
export interface GroupSummary {
  readonly id: EventId;
  readonly name: string;
  readonly phase: Phase;
  readonly members: number;
  readonly mayWrite: boolean;
  readonly requests: number;
  readonly last: Entry | undefined;
  readonly banner: Banner | undefined;
}
