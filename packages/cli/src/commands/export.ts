/** export: a conversation in the clear, as text, or with --json one message a line, for people and other programs. */
import { conversationOf as conversationOfPeople } from "@subrosa/client/session/direct-words";
import { type ExportedConversation, exportJson, exportText } from "@subrosa/client/session/export";
import type { OpenSession } from "../account/opened.ts";
import { SESSION_OPTIONS, withSession } from "../account/session.ts";
import type { Command, Tools } from "../command.ts";
import { badArguments, Failure } from "../failure.ts";
import { find } from "../find.ts";
import { type Given, readPerson } from "../given.ts";
import { OUT_OPTION, writeNew } from "./key/show-key.ts";

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
  const [asked, name] = [given.operand(0), given.operand(1)];
  const { groups, channels, conversations } = opened.session;
  const ids: Readonly<Record<string, () => readonly [ExportedConversation["kind"], string]>> = {
    alias: () => ["contact", readPerson(name, curve)],
    group: () => ["group", find(groups?.list.current ?? new Map(), name, "group")],
    channel: () => ["channel", find(channels?.list.current ?? new Map(), name, "channel")],
    dm: () => ["direct", conversationNamed(name, curve)],
  };
  const which = Object.hasOwn(ids, asked) ? ids[asked]?.() : undefined;
  if (which === undefined) throw badArguments("Export an alias, a group, a channel or a dm.");
  const conversation = conversations.of(...which);
  if (conversation === undefined) throw new Failure("not-found", "Nothing was said there.");
  return conversation;
}

/** People, joined by commas. */
function conversationNamed(name: string, curve: Tools["curve"]): string {
  return conversationOfPeople(name.split(",").map((each) => readPerson(each, curve)));
}
