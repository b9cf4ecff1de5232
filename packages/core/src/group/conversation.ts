/**
 * What a group shows: messages with their replies, reactions, edits, deletions, pins, files and moderation
 * (docs/spec/groups.md GROUP-10, GROUP-18).
 *
 * A function of the set of messages and of the rosters whose keys they were written under, so everybody shows the
 * same, in the same order: true time, then id. Only an author edits or deletes; an owner or admin hides, shows, pins
 * and mutes, a mute until the next owner event. Someone outside the roster of the key he wrote under says nothing.
 */
import { type EventId, eventId, type PubkeyHex } from "../bytes.ts";
import type { Tag } from "../nostr/event.ts";
import { tagValue } from "../nostr/tags.ts";
import type { Role } from "./facts.ts";
import type { Message } from "./reader-memory.ts";
import { MESSAGE } from "./wire.ts";
import { type Act, DELETE, EDIT, FILE, REACTION, TEXT, type Words } from "./words.ts";

/** A file stored elsewhere; it is fetched and opened when the reader asks, never by itself. */
export interface FileDescriptor {
  readonly url: string;
  readonly type: string;
  /** Hex, as the sender gave them; what decrypts it says whether they fit. */
  readonly key: string;
  readonly nonce: string;
  /** SHA-256 of the encrypted file. */
  readonly hash: string;
}

export interface Entry {
  readonly id: EventId;
  readonly author: PubkeyHex;
  readonly at: number;
  readonly text: string;
  readonly file: FileDescriptor | undefined;
  readonly mentions: readonly PubkeyHex[];
  readonly reply: EventId | undefined;
  readonly edited: boolean;
  readonly pinned: boolean;
  /** Of each reaction, who gave it. */
  readonly reactions: ReadonlyMap<string, readonly PubkeyHex[]>;
  readonly expires: number | undefined;
  /** Its key's epoch had ended long before this device first saw it (GROUP-10). */
  readonly late: boolean;
}

export interface ConversationInputs {
  readonly messages: readonly Message[];
  /** Who was in the group under this key, with which role, and since when the epoch is over. */
  readonly epochOf: (key: PubkeyHex) => KeyEpoch | undefined;
  /** When this device first saw a message. */
  readonly seenAt: (id: EventId) => number;
  readonly rich: boolean;
  readonly now: number;
}

export interface KeyEpoch {
  readonly roles: ReadonlyMap<PubkeyHex, Role>;
  /** Orders epochs; a mute holds for one. */
  readonly owner: EventId;
  readonly ended: number | undefined;
}

const GRACE = 48 * 3_600;

export function conversation({ messages, epochOf, seenAt, rich, now }: ConversationInputs): readonly Entry[] {
  const spoken = new Map<EventId, Message>();
  for (const one of messages) {
    const epoch = one.kind === MESSAGE ? epochOf(one.key) : undefined;
    if (epoch?.roles.has(one.author)) spoken.set(one.id, one);
  }
  const ordered = [...spoken.values()].sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
  const marks = marksOf(ordered, spoken, epochOf);
  return ordered.flatMap((one): Entry[] => {
    const shown = showable(one.words, rich);
    if (shown === undefined || marks.gone.has(one.id) || (one.expires !== undefined && one.expires <= now)) return [];
    const epoch = epochOf(one.key)!;
    if (marks.muted.has(`${epoch.owner}:${one.author}`)) return [];
    const edit = marks.edits.get(one.id);
    return [
      {
        ...{ id: one.id, author: one.author, at: one.at, reply: one.reply, expires: one.expires },
        ...shown,
        text: edit ?? shown.text,
        edited: edit !== undefined,
        pinned: marks.pinned.has(one.id),
        reactions: marks.reactions.get(one.id) ?? new Map(),
        late: epoch.ended !== undefined && seenAt(one.id) > epoch.ended + GRACE,
      },
    ];
  });
}

type Shown = Pick<Entry, "text" | "file" | "mentions">;

function showable(words: Words, rich: boolean): Shown | undefined {
  if (words.kind === "text") return words.text === "" ? undefined : { text: words.text, file: undefined, mentions: [] };
  if (words.kind !== "rich" || !rich) return undefined;
  const { kind, content, tags } = words.rich;
  const mentions = tags.flatMap((tag) => (tag[0] === "p" && tag[1] !== undefined ? [tag[1] as PubkeyHex] : []));
  if (kind === TEXT) return { text: content, file: undefined, mentions };
  return kind === FILE ? { text: "", file: fileOf(content, tags), mentions } : undefined;
}

function fileOf(url: string, tags: readonly Tag[]): FileDescriptor {
  const value = (name: string): string => tagValue(tags, name) ?? "";
  return {
    url,
    type: value("file-type"),
    key: value("decryption-key"),
    nonce: value("decryption-nonce"),
    hash: value("x"),
  };
}

interface Marks {
  readonly gone: ReadonlySet<EventId>;
  readonly pinned: ReadonlySet<EventId>;
  readonly muted: ReadonlySet<string>;
  readonly edits: ReadonlyMap<EventId, string>;
  readonly reactions: ReadonlyMap<EventId, ReadonlyMap<string, readonly PubkeyHex[]>>;
}

function marksOf(
  ordered: readonly Message[],
  spoken: ReadonlyMap<EventId, Message>,
  epochOf: ConversationInputs["epochOf"],
): Marks {
  const gone = new Set<EventId>();
  const deleted = new Set<EventId>();
  const pinned = new Set<EventId>();
  const muted = new Set<string>();
  const edits = new Map<EventId, string>();
  const reactions = new Map<EventId, Map<string, PubkeyHex[]>>();
  for (const one of ordered) {
    const epoch = epochOf(one.key)!;
    const role = epoch.roles.get(one.author);
    if (one.words.kind === "moderation" && (role === "owner" || role === "admin")) {
      moderate(one.words.act, one.words.target, epoch.owner, { gone, pinned, muted });
    }
    if (one.words.kind !== "rich") continue;
    const { kind, content, tags } = one.words.rich;
    const target = eventId(tagValue(tags, "e"));
    const about = target && spoken.get(target);
    if (about === undefined || target === undefined) continue;
    if (kind === DELETE && about.author === one.author) deleted.add(target);
    if (kind === EDIT && about.author === one.author) edits.set(target, content);
    if (kind === REACTION) {
      const given = reactions.get(target) ?? new Map<string, PubkeyHex[]>();
      const who = given.get(content) ?? [];
      if (!who.includes(one.author)) given.set(content, [...who, one.author]);
      reactions.set(target, given);
    }
  }
  // What its author deleted no moderator brings back.
  return { gone: new Set([...gone, ...deleted]), pinned, muted, edits, reactions };
}

function moderate(
  act: Act,
  target: string,
  epoch: EventId,
  { gone, pinned, muted }: { readonly gone: Set<EventId>; readonly pinned: Set<EventId>; readonly muted: Set<string> },
): void {
  if (act === "hide") gone.add(target as EventId);
  if (act === "show") gone.delete(target as EventId);
  if (act === "pin") pinned.add(target as EventId);
  if (act === "unpin") pinned.delete(target as EventId);
  if (act === "mute") muted.add(`${epoch}:${target}`);
  if (act === "unmute") muted.delete(`${epoch}:${target}`);
}
