/** group rename: another name, or another description. */
import type { Command } from "../../command.ts";
import { groupAct } from "./act.ts";

export const groupRename: Command = groupAct({
  name: "rename",
  operands: "<name>",
  options: [{ flags: "--about <text>", about: "what it is for" }],
  examples: [
    "subrosa group rename friends friends --about 'all of us' --account alice --passphrase-file passphrase.txt",
  ],
  sentence: "Renamed.",
  act: (groups, id, given) => {
    const about = given.text("about");
    return groups.rename(id, { name: given.operand(1), ...(about === undefined ? {} : { about }) });
  },
});
