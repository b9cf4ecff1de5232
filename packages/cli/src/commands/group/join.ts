/** group join: asks to be let in, by a link, or by the text of an invite that was sealed to you. */
import { acted, showSent } from "../../account/delivered.ts";
import { partOf, SESSION_OPTIONS, withSession } from "../../account/session.ts";
import type { Command } from "../../command.ts";
import { groupRefusal } from "./act.ts";

export const groupJoin: Command = {
  operands: "<invite> [words]",
  options: [{ flags: "--look", about: "look inside without asking yet; for sealed invites" }, ...SESSION_OPTIONS],
  examples: ["subrosa group join nostr:nevent1… 'It is me' --account alice --passphrase-file passphrase.txt"],
  run: (given, tools) =>
    withSession(given, tools, "group join", async (opened) => {
      const groups = partOf(opened, "groups");
      const [invite, words = ""] = given.operands;
      const looks = given.has("look");
      const join = async () => {
        const made = looks ? await groups.look(invite!) : await groups.join(invite!, words);
        if (!made.ok) throw groupRefusal(made.reason);
        return made.id;
      };
      const { answer: id, sent } = await acted(opened, given, tools, join, { sends: !looks });
      showSent({ type: "group_join", group: id }, looks ? "You look in." : "Asked.", sent, tools);
    }),
};
