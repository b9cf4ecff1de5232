/**
 * What one does in a group: speak, keep order, decide, leave. `Groups` adds which groups there are.
 *
 * Spec: docs/spec/groups.md. Every method resolves when the act is durable: with undefined, or with the reason why
 * nothing happened, which has a sentence in group-reason.ts.
 */
import type { EventId, PubkeyHex } from "@subrosa/core/bytes";
import type { OwnerChange, Saying } from "@subrosa/core/group/acts";
import type { Entry, FileDescriptor } from "@subrosa/core/group/conversation";
import type { GroupInfo } from "@subrosa/core/group/metadata";
import type { RelayFit } from "@subrosa/core/group/size";
import { type RelayUrl, relayUrl } from "@subrosa/core/nostr/relay-url";
import { repeatOf } from "./group-machine.ts";
import type { IgnoredGroup } from "./group-reason.ts";
import type { GroupRoom, Told } from "./group-room.ts";
import { relayFits } from "./group-size.ts";
import {
  deletion,
  edit,
  file,
  fitsOneMessage,
  type GroupSaying,
  type Moderation,
  moderation,
  reaction,
  saying,
} from "./group-words.ts";
import type { GroupsOptions } from "./groups-options.ts";
import { spokenAt } from "./spoken-at.ts";

export type GroupAnswer = Promise<IgnoredGroup | undefined>;

export class GroupActs {
  readonly #options: GroupsOptions;
  readonly #roomOf: (id: EventId) => GroupRoom | undefined;

  /** Only `openGroups` makes one. @internal */
  constructor(options: GroupsOptions, roomOf: (id: EventId) => GroupRoom | undefined) {
    this.#options = options;
    this.#roomOf = roomOf;
  }

  async approve(id: EventId, person: PubkeyHex): GroupAnswer {
    const view = this.#roomOf(id)?.view.state;
    if (view?.members.some((member) => member.person === person) === true) return "already-member";
    if (view?.requests.some((request) => request.person === person) === false) return "not-asking";
    return this.#change(id, { add: [person] });
  }

  /** Marks the request as seen here; the person is not told. */
  async ignore(id: EventId, request: EventId): GroupAnswer {
    const room = this.#roomOf(id);
    if (room === undefined) return "unknown-group";
    if (!room.view.state.requests.some((each) => each.id === request)) return "not-asking";
    return room.change({ kind: "ignored", request });
  }

  say(id: EventId, words: GroupSaying): GroupAnswer {
    return fitsOneMessage(words.text) ? this.#say(id, saying(words, this.#options.clock.now())) : tooLong();
  }

  async react(id: EventId, message: EventId, with_: string): GroupAnswer {
    return this.#shown(id, message) === undefined ? "not-shown" : this.#say(id, reaction(message, with_));
  }

  async edit(id: EventId, message: EventId, text: string): GroupAnswer {
    if (!fitsOneMessage(text)) return "too-long";
    return this.#ofMine(id, message) ?? this.#say(id, edit(message, text));
  }

  async delete(id: EventId, message: EventId): GroupAnswer {
    return this.#ofMine(id, message) ?? this.#say(id, deletion(message));
  }

  /** A file that was encrypted and uploaded. */
  sendFile(id: EventId, descriptor: FileDescriptor, more: Omit<GroupSaying, "text" | "mentions"> = {}): GroupAnswer {
    return this.#say(id, file(descriptor, more, this.#options.clock.now()));
  }

  async moderate(id: EventId, act: Moderation): GroupAnswer {
    const phase = this.#roomOf(id)?.view.state.phase;
    if (phase !== undefined && phase !== "owner" && phase !== "admin") return "not-moderator";
    return this.#say(id, moderation(act));
  }

  async remove(id: EventId, person: PubkeyHex): GroupAnswer {
    return this.#absent(id, person) ?? this.#change(id, { remove: [person] });
  }

  /** Takes somebody who is leaving back on purpose (GROUP-17). */
  async putBack(id: EventId, person: PubkeyHex): GroupAnswer {
    return this.#absent(id, person) ?? this.#change(id, { putBack: [person] });
  }

  /** To admin, or back to member. */
  async promote(id: EventId, person: PubkeyHex, role: "admin" | "member"): GroupAnswer {
    return this.#absent(id, person) ?? this.#change(id, { roles: new Map([[person, role]]) });
  }

  async transfer(id: EventId, heir: PubkeyHex): GroupAnswer {
    return this.#absent(id, heir) ?? this.#change(id, { heir });
  }

  async rename(id: EventId, info: Partial<Omit<GroupInfo, "pin">>): GroupAnswer {
    const relays = info.relays && urlsOf(info.relays);
    if (relays?.length === 0) return "no-relay";
    // Everybody is told at the old relays, and we are at the new ones before they come.
    if (relays !== undefined) await this.#roomOf(id)?.useRelays(relays);
    return this.#change(id, { info: { ...info, ...(relays === undefined ? {} : { relays }) } });
  }

  /** A fresh key for the same people. */
  rotate(id: EventId): GroupAnswer {
    return this.#change(id, {});
  }

  /** For each relay of the group, how many members it would take (GROUP-9). */
  async fits(id: EventId, members: number): Promise<readonly RelayFit[]> {
    const room = this.#roomOf(id);
    return room === undefined ? [] : relayFits(room.state, members, this.#options);
  }

  leave(id: EventId): GroupAnswer {
    return this.#tell(id, { kind: "left", now: this.#options.clock.now() });
  }

  /** Writes although something may be missing (GROUP-19). */
  insist(id: EventId, insist: boolean): GroupAnswer {
    return this.decide(id, () => ({ insist }));
  }

  /** The owner who let us in is who he should be (GROUP-22). */
  trust(id: EventId, owner: PubkeyHex): GroupAnswer {
    return this.decide(id, ({ invitedBy }) => ({ invitedBy: [...new Set([...invitedBy, owner])] }));
  }

  /** Agrees to relays that the owner names. */
  async useRelays(id: EventId, relays: readonly string[]): GroupAnswer {
    return this.#roomOf(id)?.useRelays(urlsOf(relays)) ?? "unknown-group";
  }

  /** Of rival handovers, the one to follow (GROUP-18). */
  choose(id: EventId, owner: EventId): GroupAnswer {
    return this.decide(id, ({ chosen }) => ({ chosen: [...new Set([...chosen, owner])] }));
  }

  /** Accepts again, or not, whom a lost branch of our other device had accepted. */
  async repeat(id: EventId, tip: EventId, again: boolean): GroupAnswer {
    const room = this.#roomOf(id);
    if (room === undefined) return "unknown-group";
    const add = repeatOf(room.state, tip);
    if (add === undefined) return "nothing-to-repeat";
    const ignored = again ? await this.#change(id, { add, repeats: [tip] }) : undefined;
    return ignored ?? room.change({ kind: "repeated", tip });
  }

  async #tell(id: EventId, event: Told): GroupAnswer {
    return this.#roomOf(id)?.tell(event) ?? "unknown-group";
  }

  #say(id: EventId, words: Saying): GroupAnswer {
    const now = this.#options.clock.now();
    const newest = this.#roomOf(id)?.newest ?? 0;
    return this.#tell(id, { kind: "said", saying: words, now: spokenAt(now, [newest]) });
  }

  async #change(id: EventId, change: OwnerChange): GroupAnswer {
    const room = this.#roomOf(id);
    if (room === undefined) return "unknown-group";
    const members = room.view.state.members.length + (change.add?.length ?? 0);
    const grown = change.add === undefined ? [] : await relayFits(room.state, members, this.#options);
    if (grown.length > 0 && !grown.some(({ fits }) => fits)) return "too-large";
    return room.tell({ kind: "changed", change, now: this.#options.clock.now() });
  }

  /** @internal */
  async decide(
    id: EventId,
    decide: (viewer: GroupRoom["state"]["group"]["ledger"]["viewer"]) => (Told & { kind: "decided" })["viewer"],
  ): GroupAnswer {
    const room = this.#roomOf(id);
    if (room === undefined) return "unknown-group";
    const viewer = decide(room.state.group.ledger.viewer);
    return room.tell({ kind: "decided", viewer, now: this.#options.clock.now() });
  }

  #shown(id: EventId, message: EventId): Entry | undefined {
    return this.#roomOf(id)?.view.state.entries.find((entry) => entry.id === message);
  }

  #ofMine(id: EventId, message: EventId): IgnoredGroup | undefined {
    const entry = this.#shown(id, message);
    if (entry === undefined) return "not-shown";
    return entry.author === this.#roomOf(id)?.view.state.me ? undefined : "not-author";
  }

  #absent(id: EventId, person: PubkeyHex): IgnoredGroup | undefined {
    const members = this.#roomOf(id)?.view.state.members;
    return members?.some((member) => member.person === person) === false ? "not-in-roster" : undefined;
  }
}

async function tooLong(): GroupAnswer {
  return "too-long";
}

export function urlsOf(relays: readonly string[]): readonly RelayUrl[] {
  return [...new Set(relays.flatMap((url) => relayUrl(url) ?? []))];
}
