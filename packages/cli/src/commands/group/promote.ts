/** group promote: makes somebody an admin, or with --to member no longer one. */
import type { Command } from "../../command.ts";
import { badArguments } from "../../failure.ts";
import { groupAct, personAt } from "./act.ts";

export const groupPromote: Command = groupAct({
  name: "promote",
  operands: "<person>",
  options: [{ flags: "--to <role>", about: "admin or member (admin)" }],
  examples: ["subrosa group promote friends npub1… --account alice --passphrase-file passphrase.txt"],
  sentence: "Done.",
  act: (groups, id, given, tools) => {
    const role = (["admin", "member"] as const).find((each) => each === (given.text("to") ?? "admin"));
    if (role === undefined) throw badArguments("--to is admin or member.");
    return groups.promote(id, personAt(1, given, tools), role);
  },
});
