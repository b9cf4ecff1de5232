/**
 * The groups of one person: made, joined, spoken in, kept in order, left. What a screen and a command line use.
 *
 * Spec: docs/spec/groups.md. Every method resolves when the act is durable: with undefined, or with the reason why
 * nothing happened, which has a sentence in group-reason.ts. What the relays say of it is in the outbox.
 */
import type { EventId, PubkeyHex } from "@subrosa/core/bytes";
import type { FileDescriptor } from "@subrosa/core/group/conversation";
import type { Role } from "@subrosa/core/group/facts";
import type { GroupInfo } from "@subrosa/core/group/metadata";
import type { RelayFit } from "@subrosa/core/group/size";
import type { VerifiedEvent } from "@subrosa/core/nostr/event";
import type { IgnoredGroup } from "./group-reason.ts";
import type { GroupSummary, GroupView } from "./group-view.ts";
import type { Live } from "./live.ts";
import type { Work } from "./mining.ts";

export type GroupAnswer = Promise<IgnoredGroup | undefined>;
export type GroupMade =
  | { readonly ok: true; readonly id: EventId }
  | { readonly ok: false; readonly reason: IgnoredGroup };

export interface NewGroup {
  readonly name: string;
  readonly about?: string;
  readonly picture?: string;
  readonly relays: readonly string[];
  /** Let in from the start. */
  readonly members?: readonly { readonly person: PubkeyHex; readonly role: Exclude<Role, "owner"> }[];
  /** Bits of work that a request to join must show. Default 0. */
  readonly difficulty?: number;
  /** GROUP-21: secrets are wrapped to fresh encryption keys. Default false. */
  readonly ek?: boolean;
}

export interface GroupSaying {
  readonly text: string;
  readonly reply?: EventId;
  readonly mentions?: readonly PubkeyHex[];
  /** Seconds until everybody's client hides it and relays forget it. */
  readonly disappearsAfter?: number;
}

/** A file that was encrypted and uploaded: session.media makes one. */
export type GroupFile = FileDescriptor;

export interface Moderation {
  readonly act: "hide" | "show" | "pin" | "unpin" | "mute" | "unmute" | "seen";
  /** A message; of mute, unmute and seen: a person. */
  readonly target: EventId | PubkeyHex;
  readonly reason?: string;
}

export interface Groups extends AsyncDisposable {
  /** Every group that is here, by the id of its create event. */
  readonly list: Live<ReadonlyMap<EventId, GroupSummary>>;
  /** Proof of work that is under way, by group. */
  readonly work: Live<ReadonlyMap<EventId, Work>>;
  /** Undefined while there is no such group. */
  group(id: EventId): Live<GroupView | undefined>;

  create(group: NewGroup): Promise<GroupMade>;
  /** `nostr:nevent…?key=…`, for a link or a QR code: shows what is public, and lets anybody ask to join. */
  invite(id: EventId): string | undefined;
  /** Sealed to one person: he sees name, members and messages of this epoch before he asks. Send it as a message. */
  inviteSealed(id: EventId, guest: PubkeyHex): string | undefined;
  /**
   * Asks to join by a link, or by the text of a sealed invite and who sent it. Resolves when the request is durable;
   * where the group asks for work it goes out when that is done (`work`).
   */
  join(invite: string, words: string, from?: PubkeyHex): Promise<GroupMade>;
  /** Looks in by a sealed invite without asking yet; `join` with the same invite asks. */
  look(invite: string, from: PubkeyHex): Promise<GroupMade>;

  approve(id: EventId, person: PubkeyHex): GroupAnswer;
  /** Hides the request on this account's devices; the person is not told. */
  ignore(id: EventId, request: EventId): GroupAnswer;

  say(id: EventId, saying: GroupSaying): GroupAnswer;
  react(id: EventId, message: EventId, reaction: string): GroupAnswer;
  edit(id: EventId, message: EventId, text: string): GroupAnswer;
  delete(id: EventId, message: EventId): GroupAnswer;
  sendFile(id: EventId, file: GroupFile, more?: Omit<GroupSaying, "text">): GroupAnswer;
  moderate(id: EventId, moderation: Moderation): GroupAnswer;

  remove(id: EventId, person: PubkeyHex): GroupAnswer;
  /** Puts somebody who is leaving back on purpose (GROUP-17). */
  putBack(id: EventId, person: PubkeyHex): GroupAnswer;
  /** To admin, or back to member. */
  promote(id: EventId, person: PubkeyHex, role: "admin" | "member"): GroupAnswer;
  transfer(id: EventId, heir: PubkeyHex): GroupAnswer;
  rename(id: EventId, info: Partial<Omit<GroupInfo, "pin">>): GroupAnswer;
  /** A fresh key for the same people. */
  rotate(id: EventId): GroupAnswer;
  /** What a change of so many members would weigh at each relay of the group (GROUP-9). */
  fits(id: EventId, members: number): Promise<readonly RelayFit[]>;
  leave(id: EventId): GroupAnswer;
  /** Deletes everything of it here; only when we are out. */
  forget(id: EventId): GroupAnswer;

  /** Writes although something may be missing (GROUP-19). */
  insist(id: EventId, insist: boolean): GroupAnswer;
  /** Of rival handovers, the one to follow (GROUP-18). */
  choose(id: EventId, owner: EventId): GroupAnswer;
  /** Accepts again, or not, whom a lost branch of our other device had accepted. */
  repeat(id: EventId, tip: EventId, again: boolean): GroupAnswer;

  /** Takes any event from anywhere; resolves with the reason where it was ignored. Never throws for what it is. */
  ingest(event: VerifiedEvent): Promise<{ readonly ok: true } | { readonly ok: false; readonly reason: IgnoredGroup }>;
}
