/** alias send: writes to somebody you are in touch with. */
import { acted, showSent } from "../../account/delivered.ts";
import { partOf, SESSION_OPTIONS, withSession } from "../../account/session.ts";
import type { Command } from "../../command.ts";
import { readEventId, readPerson } from "../../given.ts";
import { wholeInput } from "../../input.ts";
import { npubOf } from "../../names.ts";
import { refusal } from "./contact.ts";

export const aliasSend: Command = {
  operands: "<person> <text>",
  options: [{ flags: "--reply <message>", about: "in answer to this message" }, ...SESSION_OPTIONS],
  examples: [
    "subrosa alias send npub1… 'See you at noon' --account alice --passphrase-file passphrase.txt",
    "echo 'See you at noon' | subrosa alias send npub1… - --account alice --passphrase-file passphrase.txt",
  ],
  run: (given, tools) =>
    withSession(given, tools, "alias send", async (opened) => {
      const person = readPerson(given.operand(0), tools.curve);
      const text = given.operand(1) === "-" ? await wholeInput(tools.host) : given.operand(1);
      const reply = given.text("reply");
      const contacts = partOf(opened, "contacts");
      const { sent } = await acted(opened, given, tools, async () => {
        const ignored = await contacts.say(person, text, reply === undefined ? undefined : readEventId(reply));
        if (ignored !== undefined) throw refusal(ignored);
      });
      showSent({ type: "alias_sent", person, npub: npubOf(person) }, "Sent.", sent, tools);
    }),
};
