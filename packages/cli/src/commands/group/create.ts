/** group create: a group whose relays see neither who is in it nor what is said. */
import { acted, showSent } from "../../account/delivered.ts";
import { partOf, SESSION_OPTIONS, withSession } from "../../account/session.ts";
import type { Command } from "../../command.ts";
import { readPerson } from "../../given.ts";
import { RELAY_OPTION } from "../../publish.ts";
import { groupRefusal } from "./act.ts";

export const groupCreate: Command = {
  operands: "<name>",
  options: [
    { flags: "--about <text>", about: "what it is for" },
    { flags: "--member <person>", about: "somebody who is in from the start", many: true },
    { flags: "--work <bits>", about: "work that a request to join must show" },
    RELAY_OPTION,
    ...SESSION_OPTIONS,
  ],
  examples: ["subrosa group create friends --about 'four of us' --account alice --passphrase-file passphrase.txt"],
  run: (given, tools) =>
    withSession(given, tools, "group create", async (opened) => {
      const groups = partOf(opened, "groups");
      const [about, difficulty] = [given.text("about"), given.integer("work", { max: 64 })];
      const own = given.relays();
      const { answer: id, sent } = await acted(opened, given, tools, async () => {
        const made = await groups.create({
          name: given.operand(0),
          relays: own.length === 0 ? opened.relays : own,
          members: given.many("member").map((key) => ({ person: readPerson(key, tools.curve), role: "member" })),
          ...(about === undefined ? {} : { about }),
          ...(difficulty === undefined ? {} : { difficulty }),
        });
        if (!made.ok) throw groupRefusal(made.reason);
        return made.id;
      });
      const invite = groups.invite(id) ?? null;
      showSent({ type: "group_create", group: id, name: given.operand(0), invite }, `Made: ${id}`, sent, tools);
      tools.screen.note("subrosa group invite shows the link that lets others ask to join.");
    }),
};
