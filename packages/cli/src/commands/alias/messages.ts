/** alias messages: what was said with one person, or with all, oldest first. */
import { partOf, SESSION_OPTIONS, withSession } from "../../account/session.ts";
import type { Command } from "../../command.ts";
import { readPerson } from "../../given.ts";
import { followed } from "../../watch.ts";
import { byTime, showMessage } from "./contact.ts";

export const aliasMessages: Command = {
  operands: "[person]",
  options: [{ flags: "-w, --watch", about: "stay, and show what comes" }, ...SESSION_OPTIONS],
  examples: ["subrosa alias messages --account alice --passphrase-file passphrase.txt"],
  run: (given, tools) =>
    withSession(given, tools, "alias messages", (opened) => {
      const person = given.operands[0] === undefined ? undefined : readPerson(given.operands[0], tools.curve);
      return followed(partOf(opened, "contacts").contacts, given, tools, {
        items: (contacts) => {
          const chosen = person === undefined ? [...contacts.values()] : [contacts.get(person)];
          return byTime(chosen.flatMap((each) => [...(each?.messages.values() ?? [])]));
        },
        idOf: ({ id }) => id,
        show: (message) => showMessage(message, tools.screen),
      });
    }),
};
