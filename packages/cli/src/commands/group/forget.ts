/** group forget: deletes everything of a group from this disk; only when you are out. */
import type { Command } from "../../command.ts";
import { groupAct } from "./act.ts";

export const groupForget: Command = groupAct({
  name: "forget",
  examples: ["subrosa group forget friends --account alice --passphrase-file passphrase.txt"],
  sentence: "Deleted here.",
  act: (groups, id) => groups.forget(id),
});
