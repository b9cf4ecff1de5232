/** channel remove: moves the channel to a new key without somebody. */
import type { Command } from "../../command.ts";
import { readPerson } from "../../given.ts";
import { channelAct } from "./act.ts";

export const channelRemove: Command = channelAct({
  name: "remove",
  operands: "<person>",
  examples: ["subrosa channel remove garden npub1… --account alice --passphrase-file passphrase.txt"],
  sentence: "Moved without him.",
  act: (channels, id, given, { curve }) => channels.remove(id, readPerson(given.operand(1), curve)),
});
