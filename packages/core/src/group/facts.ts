/**
 * What one device could learn from one event with its keys: the alphabet of the selection (docs/spec/groups.md §4).
 *
 *   event + keys ──(cryptography: open.ts)──► fact ──(set of facts: select.ts)──► which key is current
 *
 * A fact says only what was proved: a signature, a MAC, a derivation. Whether it *counts* is decided by the selection
 * over the whole set, so nothing here depends on another event or on the order of arrival. What could not be opened
 * is a fact too (`opaque`): somebody else may have opened it.
 */
import type { EventId, PubkeyHex } from "../bytes.ts";
import type { Introduction } from "./introduction.ts";

export type Role = "owner" | "admin" | "member";

/** One line of a roster (GROUP-7). */
export interface Member {
  readonly person: PubkeyHex;
  readonly role: Role;
  readonly rank: number;
  /** The epoch since which he is a member without a break; leaves signed before it are void (§4, L). */
  readonly since: number;
  /** GROUP-21: the event that announced the encryption key to which the group secret was wrapped for him. */
  readonly ek?: EventId;
  /** That key itself, so that whoever comes later can wrap to it and judge complaints. */
  readonly to?: PubkeyHex;
  /** GROUP-23: who says that this key is his; `introduces` checks it. */
  readonly by?: Introduction;
  /** The detail as sealed, byte for byte: a 486 must repeat it (GROUP-7). */
  readonly json: string;
}

/** GROUP-22: what `sealed-prev` proves to everyone who holds the previous key. */
export interface SealedPrev {
  readonly prev: EventId;
  readonly epoch: number;
  readonly author: PubkeyHex;
}

/** An opened 480 or 485. */
export interface OwnerFact {
  readonly kind: "owner";
  readonly id: EventId;
  readonly created_at: number;
  /** p[0]. */
  readonly key: PubkeyHex;
  readonly author: PubkeyHex;
  readonly epoch: number;
  /** Undefined in a 480 and nowhere else. */
  readonly prev: EventId | undefined;
  /** GROUP-22, `w`: accepted handovers and epoch of the chain that ends here, as its author states them. */
  readonly weight: readonly [handovers: number, epoch: number];
  readonly roster: readonly Member[];
  /** The leaves its maker has taken into account. */
  readonly left: readonly EventId[];
  readonly difficulty: number;
  /** GROUP-5, 6, 7: there are as many member tags as members, all different, each detail opens. */
  readonly tagsAgree: boolean;
  /** GROUP-6: the group secret was derived for this `prev`, so it cannot be older. */
  readonly fresh: boolean;
}

/** An opened 486. */
export interface RotationFact {
  readonly kind: "rotation";
  readonly id: EventId;
  readonly created_at: number;
  readonly key: PubkeyHex;
  /** e[1]. */
  readonly base: EventId;
  readonly operator: PubkeyHex;
  readonly roster: readonly Member[];
  /** The persons whose leaves it carries, each signature checked; undefined where they do not match e[2…]. */
  readonly leavers: readonly PubkeyHex[] | undefined;
  readonly tagsAgree: boolean;
  readonly fresh: boolean;
  /** Leading zero bits of its id. */
  readonly work: number;
  readonly sealed: SealedPrev | undefined;
}

/** A 485 or 486 of this group that my keys do not open. */
export interface OpaqueFact {
  readonly kind: "opaque";
  readonly of: "owner" | "rotation";
  readonly id: EventId;
  readonly created_at: number;
  readonly key: PubkeyHex;
  readonly sealed: SealedPrev | undefined;
}

/** A leave, from its own 484, from a 486 that carries it or from a 482 that passes it on: one signature, one fact. */
export interface LeaveFact {
  readonly kind: "leave";
  /** NIP-01 id of what the leaver signed (GROUP-1's h): the same however the leave came. */
  readonly id: string;
  readonly person: PubkeyHex;
  /** The epoch that the leaver saw, signed by him. */
  readonly epoch: number;
}

/** GROUP-15: it is proved that `target` hands `victim` no group secret, or two, or a wrong one. */
export interface ComplaintFact {
  readonly kind: "complaint";
  readonly id: EventId;
  readonly target: EventId;
  readonly victim: PubkeyHex;
}

/** GROUP-18: an owner says of his own event that it lost to another, to those who cannot see the other. */
export interface LostFact {
  readonly kind: "lost";
  readonly id: EventId;
  readonly target: EventId;
  readonly author: PubkeyHex;
}

/** An event that claims to be of this group and is not well-formed, or proves nothing. It is held, that is all. */
export interface RefusedFact {
  readonly kind: "refused";
  readonly id: EventId;
}

export type Fact = OwnerFact | RotationFact | OpaqueFact | LeaveFact | ComplaintFact | LostFact | RefusedFact;

/** Whose selection it is. These are decisions of people, so they are no facts. */
export interface Viewer {
  readonly me: PubkeyHex;
  /** Owners named by the invites with which I came (GROUP-22). */
  readonly invitedBy: readonly PubkeyHex[];
  /** Owners named by invites that I took while I was already here, the newest last. */
  readonly reinvitedBy: readonly PubkeyHex[];
  /** Of rival handovers, those that the user chose (GROUP-18). */
  readonly chosen: readonly EventId[];
  /** The user insists on writing although something may be missing (GROUP-19). */
  readonly insist: boolean;
}

export function ownerOf(roster: readonly Member[]): PubkeyHex | undefined {
  return roster.find((member) => member.role === "owner")?.person;
}

export function isMember(roster: readonly Member[], person: PubkeyHex): boolean {
  return roster.some((member) => member.person === person);
}
