/** group ignore: hides a request to join here; nobody is told. */
import type { Command } from "../../command.ts";
import { readEventId } from "../../given.ts";
import { groupAct } from "./act.ts";

export const groupIgnore: Command = groupAct({
  name: "ignore",
  operands: "<request>",
  examples: ["subrosa group ignore friends note1… --account alice --passphrase-file passphrase.txt"],
  sentence: "Hidden.",
  act: (groups, id, given) => groups.ignore(id, readEventId(given.operand(1))),
});
