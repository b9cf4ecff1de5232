/** group rotate: a fresh key for the same people. */
import type { Command } from "../../command.ts";
import { groupAct } from "./act.ts";

export const groupRotate: Command = groupAct({
  name: "rotate",
  examples: ["subrosa group rotate friends --account alice --passphrase-file passphrase.txt"],
  sentence: "A fresh key.",
  act: (groups, id) => groups.rotate(id),
});
