/** group leave: says that you leave; a member who stays changes the key. */
import type { Command } from "../../command.ts";
import { groupAct } from "./act.ts";

export const groupLeave: Command = groupAct({
  name: "leave",
  examples: ["subrosa group leave friends --account alice --passphrase-file passphrase.txt"],
  sentence: "You are leaving.",
  act: (groups, id) => groups.leave(id),
});
