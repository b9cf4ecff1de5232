/** A private message (NIP-17) as programs and people see it, and what those commands have in common. */
import { conversationOf, type DirectMessage } from "@subrosa/client/session/direct-words";
import type { EventId, PubkeyHex } from "@subrosa/core/bytes";
import type { Tools } from "../../command.ts";
import { badArguments } from "../../failure.ts";
import { readPerson } from "../../given.ts";
import { dateOf, npubOf } from "../../names.ts";
import { oneLine } from "../../printable.ts";
import type { Screen } from "../../screen.ts";

/** One, or several joined by commas: a conversation is the set of its people. */
export function readPeople(text: string, { curve }: Tools): readonly PubkeyHex[] {
  const people = text.split(",").flatMap((each) => (each === "" ? [] : [readPerson(each, curve)]));
  if (people.length === 0) throw badArguments("Name somebody; several are joined by commas.");
  return people;
}

/** Oldest first, of one conversation or of all. */
export function messagesOf(
  all: ReadonlyMap<EventId, DirectMessage>,
  people?: readonly PubkeyHex[],
): readonly DirectMessage[] {
  const wanted = people && conversationOf(people);
  return [...all.values()]
    .filter((each) => wanted === undefined || conversationOf(each.people) === wanted)
    .sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
}

export function showDirect(message: DirectMessage, me: PubkeyHex, screen: Screen): void {
  const { id, by, people, form, text, at, replyTo, subject, file } = message;
  const who = by === me ? "me" : npubOf(by).slice(0, 16);
  const said = file === undefined ? oneLine(text) : `[${oneLine(file.type)}] ${oneLine(file.url)}`;
  screen.result(
    {
      ...{ type: "dm", id, by, mine: by === me, people, form, text, at, reply_to: replyTo ?? null },
      ...{ subject: subject ?? null, file: file === undefined ? null : { url: file.url, type: file.type } },
    },
    `${dateOf(at)}  ${who}: ${said}`,
  );
}
