/** export: a conversation in the clear, as text, or with --json one message a line, for people and other programs. */
import {
  contactMessages,
  type ExportedConversation,
  exportJson,
  exportText,
  groupMessages,
} from "@subrosa/client/session/export";
import type { OpenSession } from "../account/opened.ts";
import { partOf, SESSION_OPTIONS, withSession } from "../account/session.ts";
import type { Command, Tools } from "../command.ts";
import { badArguments } from "../failure.ts";
import { find } from "../find.ts";
import { type Given, readPerson } from "../given.ts";
import { npubOf } from "../names.ts";
import { OUT_OPTION, writeNew } from "./key/show-key.ts";

const MESSAGE = 403;

export const exportConversation: Command = {
  operands: "<kind> <name>",
  options: [OUT_OPTION, ...SESSION_OPTIONS],
  examples: [
    "subrosa export group friends --out friends-export.txt --account alice --passphrase-file passphrase.txt",
    "subrosa export alias npub1… --json --account alice --passphrase-file passphrase.txt",
  ],
  run: (given, tools) =>
    withSession(given, tools, "export", async (opened) => {
      const conversation = conversationOf(given, opened, tools);
      const pieces = tools.screen.isJson ? exportJson(conversation) : exportText(conversation);
      const out = given.text("out");
      if (out === undefined) {
        for (const piece of pieces) tools.screen.raw(piece);
        return;
      }
      writeNew(out, [...pieces].join(""));
      const messages = conversation.messages.length;
      tools.screen.result(
        { type: "exported", file: out, messages },
        `${messages} messages are in ${out}, in the clear.`,
      );
    }),
};

function conversationOf(given: Given, opened: OpenSession, { curve }: Tools): ExportedConversation {
  const [kind, name] = [given.operand(0), given.operand(1)];
  const names = new Map();
  const { me } = opened.session;
  if (kind === "alias") {
    const person = readPerson(name, curve);
    const known = partOf(opened, "contacts").contacts.current.get(person);
    const messages = known === undefined ? [] : contactMessages(known, me);
    return { kind: "contact", id: person, title: npubOf(person), names, messages };
  }
  if (kind === "group") {
    const groups = partOf(opened, "groups");
    const id = find(groups.list.current, name, "group");
    const view = groups.group(id).current;
    return { kind, id, title: view?.info?.name ?? id, names, messages: groupMessages(view?.entries ?? []) };
  }
  if (kind === "channel") {
    const channels = partOf(opened, "channels");
    const id = find(channels.list.current, name, "channel");
    const view = channels.channel(id).current;
    const messages = (view?.entries ?? []).flatMap((entry) => {
      const reply = entry.reply === undefined ? {} : { replyTo: entry.reply };
      return entry.kind === MESSAGE
        ? [{ id: entry.id, at: entry.at, author: entry.author, text: entry.text, ...reply }]
        : [];
    });
    return { kind, id, title: view?.metadata.name ?? id, names, messages };
  }
  throw badArguments("Export an alias, a group or a channel.");
}
