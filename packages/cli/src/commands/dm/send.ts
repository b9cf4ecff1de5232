/** dm send: a private message to people of any Nostr program (NIP-17). */
import { NOT_SAID } from "@subrosa/client/session/direct";
import { acted, showSent } from "../../account/delivered.ts";
import { SESSION_OPTIONS, withSession } from "../../account/session.ts";
import type { Command } from "../../command.ts";
import { Failure } from "../../failure.ts";
import { readEventId } from "../../given.ts";
import { wholeInput } from "../../input.ts";
import { npubOf } from "../../names.ts";
import { readPeople } from "./show-dm.ts";

export const dmSend: Command = {
  operands: "<people> <text>",
  options: [
    { flags: "--reply <message>", about: "in answer to this message" },
    { flags: "--subject <text>", about: "what the conversation is about" },
    { flags: "--disappear <seconds>", about: "after so long readers hide it, and relays forget it" },
    ...SESSION_OPTIONS,
  ],
  examples: [
    "subrosa dm send npub1… 'See you at noon' --account alice --passphrase-file passphrase.txt",
    "echo 'See you at noon' | subrosa dm send npub1… - --account alice --passphrase-file passphrase.txt",
  ],
  run: (given, tools) =>
    withSession(given, tools, "dm send", async (opened) => {
      const { direct, relayLists } = opened.session;
      const to = readPeople(given.operand(0), tools);
      const text = given.operand(1) === "-" ? await wholeInput(tools.host) : given.operand(1);
      const [reply, subject] = [given.text("reply"), given.text("subject")];
      const disappear = given.integer("disappear", { min: 1 });
      const unknown = to.filter((person) => relayLists.inboxOf(person).current === undefined);
      if (unknown.length > 0) {
        // Where they read is asked for as nobody: a relay does not learn from it who writes to them.
        using nobody = opened.network.anonymously();
        await relayLists.fetch(unknown, nobody, opened.relays);
      }
      const { answer, sent } = await acted(opened, given, tools, async () => {
        const said = await direct.say({
          ...{ to, text },
          ...(reply === undefined ? {} : { replyTo: readEventId(reply) }),
          ...(subject === undefined ? {} : { subject }),
          ...(disappear === undefined ? {} : { expires: tools.host.clock.now() + disappear }),
        });
        if (!said.ok) {
          const people = said.people.map(npubOf);
          throw new Failure("refused", NOT_SAID[said.reason], { reason: said.reason, people });
        }
        return said;
      });
      const { id, isKept } = answer;
      showSent({ type: "dm_sent", id, people: to, kept: isKept }, "Sent.", sent, tools);
      if (!isKept)
        tools.screen.note("Your other devices do not get a copy: subrosa dm inbox ws://… says where you read.");
    }),
};
