/** A contact as programs and people see it. */
import type { Acquainted } from "@subrosa/client/session/contacts";
import { IGNORED_CONTACT, type IgnoredContact } from "@subrosa/client/session/contacts";
import { IGNORED } from "@subrosa/core/alias/alias";
import type { Message } from "@subrosa/core/alias/message";
import type { PubkeyHex } from "@subrosa/core/bytes";
import { Failure } from "../../failure.ts";
import { dateOf, npubOf } from "../../names.ts";
import { oneLine } from "../../printable.ts";
import type { Screen } from "../../screen.ts";

const RELATIONS = {
  none: "not in touch",
  requested: "asked, and not answered yet",
  "requested-by-peer": "asks you: subrosa alias accept or reject",
  active: "in touch",
  rejected: "turned down",
  removed: "over",
} as const;

export function showContact(person: PubkeyHex, { acquaintance, words, messages }: Acquainted, screen: Screen): void {
  const { kind } = acquaintance.relation;
  const said = words === "" ? "" : `  “${oneLine(words)}”`;
  screen.result(
    { type: "contact", person, npub: npubOf(person), relation: kind, words, messages: messages.size },
    `${npubOf(person)}  ${RELATIONS[kind]}${said}`,
  );
}

export function showMessage(message: Message, screen: Screen): void {
  const { id, peer, by, text, at, replyTo, form } = message;
  const who = by === "me" ? "me" : npubOf(peer).slice(0, 16);
  screen.result(
    { type: "message", id, person: peer, by, text, at, reply_to: replyTo ?? null, form },
    `${dateOf(at)}  ${who}: ${text}`,
  );
}

export function byTime(messages: Iterable<Message>): readonly Message[] {
  return [...messages].sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
}

export function refusal(reason: IgnoredContact): Failure {
  const sentences: Readonly<Record<IgnoredContact, string>> = { ...IGNORED, ...IGNORED_CONTACT };
  return new Failure("refused", sentences[reason], { reason });
}
