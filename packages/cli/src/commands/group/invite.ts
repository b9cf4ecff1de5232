/** group invite: the link by which anybody may ask to join; with --for sealed to one person, who sees inside before he asks. */
import { partOf, SESSION_OPTIONS, withSession } from "../../account/session.ts";
import type { Command } from "../../command.ts";
import { Failure } from "../../failure.ts";
import { find } from "../../find.ts";
import { readPerson } from "../../given.ts";

export const groupInvite: Command = {
  operands: "<group>",
  options: [{ flags: "--for <person>", about: "sealed to this person" }, ...SESSION_OPTIONS],
  examples: ["subrosa group invite friends --account alice --passphrase-file passphrase.txt"],
  run: (given, tools) =>
    withSession(given, tools, "group invite", async (opened) => {
      const groups = partOf(opened, "groups");
      const id = find(groups.list.current, given.operand(0), "group");
      const guest = given.text("for");
      const person = guest === undefined ? undefined : readPerson(guest, tools.curve);
      const invite = person === undefined ? groups.invite(id) : groups.inviteSealed(id, person);
      if (invite === undefined) throw new Failure("refused", "There is nothing to invite to yet.");
      tools.screen.result({ type: "invite", group: id, invite, sealed_to: person ?? null }, invite);
    }),
};
