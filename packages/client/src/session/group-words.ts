/** What people do with messages of a group, as the words that say it (docs/spec/groups.md GROUP-10). */
import type { EventId, PubkeyHex } from "@subrosa/core/bytes";
import type { Saying } from "@subrosa/core/group/acts";
import type { FileDescriptor } from "@subrosa/core/group/conversation";
import { DELETE, EDIT, FILE, REACTION, TEXT, type Words } from "@subrosa/core/group/words";
import type { Tag } from "@subrosa/core/nostr/event";

export interface GroupSaying {
  readonly text: string;
  readonly reply?: EventId;
  readonly mentions?: readonly PubkeyHex[];
  /** Seconds until everybody's client hides it and relays forget it. */
  readonly disappearsAfter?: number;
}

export interface Moderation {
  readonly act: "hide" | "show" | "pin" | "unpin" | "mute" | "unmute" | "seen";
  /** A message; of mute, unmute and seen: a person. */
  readonly target: EventId | PubkeyHex;
  readonly reason?: string;
}

/** UTF-16 units that one message takes. */
const MAX_SAID = 20_000;

/** Whether a person's text fits into one message. */
export function fitsOneMessage(text: string): boolean {
  return text.length <= MAX_SAID;
}

export function saying({ text, mentions = [], ...more }: GroupSaying, now: number): Saying {
  const words: Words =
    mentions.length === 0
      ? { kind: "text", text }
      : rich(
          TEXT,
          text,
          mentions.map((person): Tag => ["p", person]),
        );
  return { words, ...around(more, now) };
}

export function reaction(message: EventId, with_: string): Saying {
  return { words: rich(REACTION, with_, [["e", message]]) };
}

export function edit(message: EventId, text: string): Saying {
  return { words: rich(EDIT, text, [["e", message]]) };
}

export function deletion(message: EventId): Saying {
  return { words: rich(DELETE, "", [["e", message]]) };
}

export function file(
  { url, type, key, nonce, hash }: FileDescriptor,
  more: Omit<GroupSaying, "text" | "mentions">,
  now: number,
): Saying {
  const tags: readonly Tag[] = [
    ["file-type", type],
    ["encryption-algorithm", "aes-gcm"],
    ["decryption-key", key],
    ["decryption-nonce", nonce],
    ["x", hash],
  ];
  return { words: rich(FILE, url, tags), ...around(more, now) };
}

export function moderation({ act, target, reason = "" }: Moderation): Saying {
  return { words: { kind: "moderation", act, target, reason } };
}

function rich(kind: number, content: string, tags: readonly Tag[]): Words {
  return { kind: "rich", rich: { kind, content, tags } };
}

function around(
  { reply, disappearsAfter }: Pick<GroupSaying, "reply" | "disappearsAfter">,
  now: number,
): Pick<Saying, "reply" | "expires"> {
  return {
    ...(reply === undefined ? {} : { reply }),
    ...(disappearsAfter === undefined ? {} : { expires: now + Math.max(1, Math.floor(disappearsAfter)) }),
  };
}
