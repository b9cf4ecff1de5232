/** group join: asks to be let in, by a link, or by the text of an invite that was sealed to you. */
import type { Groups } from "@subrosa/client/session/groups";
import type { EventId } from "@subrosa/core/bytes";
import { acted, showSent } from "../../account/delivered.ts";
import { partOf, SESSION_OPTIONS, withSession } from "../../account/session.ts";
import type { Command, Tools } from "../../command.ts";
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
        await mined(groups, made.id, tools);
        return made.id;
      };
      const { answer: id, sent } = await acted(opened, given, tools, join);
      showSent({ type: "group_join", group: id }, looks ? "You look in." : "Asked.", sent, tools);
    }),
};

/** A request may have to show work, and is sent when that is done. */
async function mined(groups: Groups, id: EventId, { signal, screen }: Tools): Promise<void> {
  for await (const work of groups.work.values(signal)) {
    const mining = work.get(id);
    if (mining === undefined) return;
    const { tried, best, target } = mining;
    screen.progress(`${tried.toLocaleString("en")} tried; best ${best} of ${target} bits`);
  }
  signal.throwIfAborted();
}
