/** What accepting, rejecting and removing have in common: one person, one answer, sent under the alias made for him. */
import { acted, showSent } from "../../account/delivered.ts";
import { partOf, SESSION_OPTIONS, withSession } from "../../account/session.ts";
import type { Command } from "../../command.ts";
import { readPerson } from "../../given.ts";
import { npubOf } from "../../names.ts";
import { refusal } from "./contact.ts";

export function answerWith(kind: "accept" | "reject" | "remove", done: string, examples: readonly string[]): Command {
  return {
    operands: "<person>",
    options: SESSION_OPTIONS,
    examples,
    run: (given, tools) =>
      withSession(given, tools, `alias ${kind}`, async (opened) => {
        const person = readPerson(given.operand(0), tools.curve);
        const contacts = partOf(opened, "contacts");
        const { sent } = await acted(opened, given, tools, async () => {
          const ignored = await contacts.answer(person, kind);
          if (ignored !== undefined) throw refusal(ignored);
        });
        showSent({ type: `alias_${kind}`, person, npub: npubOf(person) }, done, sent, tools);
      }),
  };
}
