/**
 * NIP-10: to which note does a note (kind 1) answer, and in which thread?
 *
 * Marked tags decide as soon as one `e` tag is marked; else positions do, as old notes mean it. Tags whose id is none
 * are passed over, since the note is still worth showing.
 */
import { type EventId, eventId, type PubkeyHex, pubkeyHex } from "../bytes.ts";
import type { Rumor, Tag } from "./event.ts";
import { tagsNamed } from "./tags.ts";

export interface NoteReference {
  readonly id: EventId;
  /** A hint, as its author gave it; empty where there is none. */
  readonly relay: string;
  readonly author?: PubkeyHex;
}

export interface Thread {
  /** The note that began it; undefined where this note answers nothing. */
  readonly root: NoteReference | undefined;
  /** The note answered, which may be the root. */
  readonly parent: NoteReference | undefined;
  readonly mentions: readonly NoteReference[];
}

export function threadOf(event: Rumor): Thread {
  const entries = tagsNamed(event.tags, "e").flatMap((tag) => {
    const reference = referenceOf(tag);
    return reference === undefined ? [] : [{ reference, marker: tag[3] }];
  });
  const root = entries.find((entry) => entry.marker === "root");
  const reply = entries.find((entry) => entry.marker === "reply");
  if (root === undefined && reply === undefined) {
    const unmarked = entries.filter((entry) => entry.marker !== "mention").map((entry) => entry.reference);
    const mentioned = entries.filter((entry) => entry.marker === "mention").map((entry) => entry.reference);
    return { root: unmarked[0], parent: unmarked.at(-1), mentions: [...unmarked.slice(1, -1), ...mentioned] };
  }
  return {
    root: (root ?? reply)?.reference,
    parent: (reply ?? root)?.reference,
    mentions: entries.filter((entry) => entry !== root && entry !== reply).map((entry) => entry.reference),
  };
}

function referenceOf(tag: Tag): NoteReference | undefined {
  const id = eventId(tag[1]);
  if (id === undefined) return undefined;
  const author = pubkeyHex(tag[4]);
  return { id, relay: tag[2] ?? "", ...(author === undefined ? {} : { author }) };
}

/** The `e` and `p` tags of an answer to `parent`; `relay` is where `parent` was seen, or "". */
export function replyTags(parent: Rumor, relay: string): readonly Tag[] {
  const { root } = threadOf(parent);
  const here: NoteReference = { id: parent.id, relay, author: parent.pubkey };
  // "For top level replies (those replying directly to the root event), only the "root" marker should be used."
  const notes = root === undefined ? [marked(here, "root")] : [marked(root, "root"), marked(here, "reply")];
  const people = new Set([parent.pubkey]);
  for (const tag of tagsNamed(parent.tags, "p")) {
    const pubkey = pubkeyHex(tag[1]);
    if (pubkey !== undefined) people.add(pubkey);
  }
  return [...notes, ...[...people].map((pubkey): Tag => ["p", pubkey])];
}

function marked({ id, relay, author }: NoteReference, marker: "root" | "reply"): Tag {
  return author === undefined ? ["e", id, relay, marker] : ["e", id, relay, marker, author];
}
