/** alias request: asks somebody for a conversation under aliases that nobody else can tie to the two of you. */
import { acted, showSent } from "../../account/delivered.ts";
import { partOf, SESSION_OPTIONS, withSession } from "../../account/session.ts";
import type { Command } from "../../command.ts";
import { readPerson } from "../../given.ts";
import { npubOf } from "../../names.ts";
import { refusal } from "./contact.ts";

export const aliasRequest: Command = {
  operands: "<person> [words]",
  options: SESSION_OPTIONS,
  examples: ["subrosa alias request npub1… 'We met at the fair' --account alice --passphrase-file passphrase.txt"],
  run: (given, tools) =>
    withSession(given, tools, "alias request", async (opened) => {
      const person = readPerson(given.operand(0), tools.curve);
      const contacts = partOf(opened, "contacts");
      const { sent } = await acted(opened, given, tools, async () => {
        const ignored = await contacts.request(person, given.operands[1] ?? "");
        if (ignored !== undefined) throw refusal(ignored);
      });
      showSent({ type: "alias_request", person, npub: npubOf(person) }, "Asked.", sent, tools);
    }),
};
