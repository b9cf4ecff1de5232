/**
 * Conversations as people and programs can read them: text, and JSON with one message on a line.
 *
 * What is written here is in the clear: that is what it is for, and the caller says so. Text shows nothing that a
 * terminal or an editor would act upon; a line break inside a message is indented, so nobody can write a line that looks
 * like another's. Names of fields are stable: programs rely on them.
 */
import type { EventId, PubkeyHex } from "@subrosa/core/bytes";
import type { Entry } from "@subrosa/core/group/conversation";
import type { Acquainted } from "./contacts.ts";
import type { DirectMessage } from "./direct-words.ts";

export interface ExportedMessage {
  readonly id: EventId;
  /** Seconds since 1970. */
  readonly at: number;
  readonly author: PubkeyHex;
  readonly text: string;
  readonly replyTo?: EventId;
  readonly isEdited?: boolean;
  readonly reactions?: Readonly<Record<string, number>>;
  readonly file?: { readonly url: string; readonly type: string };
}
export interface ExportedConversation {
  readonly kind: "contact" | "direct" | "group" | "channel";
  readonly id: string;
  readonly title: string;
  /** What to call whom; others are shown by the first of their key. */
  readonly names: ReadonlyMap<PubkeyHex, string>;
  /** In the order in which they are shown. */
  readonly messages: readonly ExportedMessage[];
}

/** First a line about the conversation, then one for each message. Each ends with a line feed. */
export function* exportJson({ messages, names, ...about }: ExportedConversation): Generator<string, void, void> {
  const people = Object.fromEntries(names);
  yield `${JSON.stringify({ type: "conversation", ...about, people, messages: messages.length })}\n`;
  for (const message of messages) {
    const { at, author, ...rest } = message;
    const name = names.get(author);
    const shown = { type: "message", time: timeOf(at), at, author, ...(name === undefined ? {} : { name }), ...rest };
    yield `${JSON.stringify(shown)}\n`;
  }
}

export function* exportText({ title, messages, names }: ExportedConversation): Generator<string, void, void> {
  yield `${oneLine(title)}\n\n`;
  const texts = new Map(messages.map(({ id, text }) => [id, text]));
  for (const message of messages) {
    const { at, author, text, replyTo, isEdited = false, reactions = {}, file } = message;
    const name = oneLine(names.get(author) ?? author.slice(0, 12));
    yield `${timeOf(at).replace("T", " ").slice(0, 16)}  ${name}${isEdited ? " (edited)" : ""}\n`;
    const quoted = replyTo === undefined ? undefined : texts.get(replyTo);
    if (quoted !== undefined) yield `    > ${oneLine(quoted).slice(0, 80)}\n`;
    for (const line of text === "" ? [] : text.split(/\r\n|[\n\r\u2028\u2029]/)) yield `    ${oneLine(line)}\n`;
    if (file !== undefined) yield `    [${oneLine(file.type)}] ${oneLine(file.url)}\n`;
    const given = Object.entries(reactions).map(([each, count]) => `${oneLine(each)} ${count}`);
    if (given.length > 0) yield `    ${given.join("  ")}\n`;
  }
}

/** UTC: whoever reads it later may be elsewhere. */
function timeOf(at: number): string {
  const date = new Date(at * 1_000);
  return Number.isNaN(date.getTime()) ? "unknown time" : date.toISOString().replace(/\.\d+Z$/, "Z");
}

/** What is acted upon instead of shown is written as its number. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (each) => {
    // Joiners, which emoji and several scripts need, and tabs.
    if (/^(?:\u200c|\u200d|\t)$/.test(each)) return each;
    return `\\u{${each.codePointAt(0)!.toString(16)}}`;
  });
}

/** A contact by alias. */
export function contactMessages({ messages }: Acquainted, me: PubkeyHex): readonly ExportedMessage[] {
  const all = [...messages.values()].map(({ id, at, by, peer, text, replyTo }): ExportedMessage => {
    return { id, at, author: by === "me" ? me : peer, text, ...(replyTo === undefined ? {} : { replyTo }) };
  });
  return all.sort(inOrder);
}

/** Private messages of one conversation. Reactions stand with what they are about. */
export function directMessages(messages: Iterable<DirectMessage>): readonly ExportedMessage[] {
  const all = [...messages];
  const reactions = new Map<EventId, Record<string, number>>();
  for (const { form, replyTo, text } of all) {
    if (form !== "reaction" || replyTo === undefined) continue;
    const given = reactions.get(replyTo) ?? {};
    given[text] = (Object.hasOwn(given, text) ? given[text]! : 0) + 1;
    reactions.set(replyTo, given);
  }
  const shown = all.filter(({ form }) => form !== "reaction");
  return shown
    .map(({ id, at, by, text, replyTo, file }): ExportedMessage => {
      const given = reactions.get(id);
      return {
        ...{ id, at, author: by, text },
        ...(replyTo === undefined ? {} : { replyTo }),
        ...(given === undefined ? {} : { reactions: given }),
        ...(file === undefined ? {} : { file: { url: file.url, type: file.type } }),
      };
    })
    .sort(inOrder);
}

/** A group's, in the order in which everybody shows them. */
export function groupMessages(entries: readonly Entry[]): readonly ExportedMessage[] {
  return entries.map(({ id, at, author, text, reply, edited, reactions, file }) => ({
    ...{ id, at, author, text },
    ...(reply === undefined ? {} : { replyTo: reply }),
    ...(edited ? { isEdited: true } : {}),
    ...(reactions.size === 0
      ? {}
      : { reactions: Object.fromEntries([...reactions].map(([each, who]) => [each, who.length])) }),
    ...(file === undefined ? {} : { file: { url: file.url, type: file.type } }),
  }));
}

function inOrder(a: ExportedMessage, b: ExportedMessage): number {
  return a.at - b.at || (a.id < b.id ? -1 : 1);
}
