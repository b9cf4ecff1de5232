/** channel delegate: offers the ownership for seven days; to yourself: takes the offer back. */
import type { Command } from "../../command.ts";
import { readPerson } from "../../given.ts";
import { channelAct } from "./act.ts";

export const channelDelegate: Command = channelAct({
  name: "delegate",
  operands: "<person>",
  examples: ["subrosa channel delegate garden npub1… --account alice --passphrase-file passphrase.txt"],
  sentence: "Offered.",
  act: (channels, id, given, { curve }) => channels.delegate(id, readPerson(given.operand(1), curve)),
});
