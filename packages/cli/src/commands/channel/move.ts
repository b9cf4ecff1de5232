/** channel move: a new channel with a new key, for those who remain; whoever is not named is out. */
import type { Command } from "../../command.ts";
import { readPerson } from "../../given.ts";
import { RELAY_OPTION } from "../../publish.ts";
import { channelAct } from "./act.ts";

export const channelMove: Command = channelAct({
  name: "move",
  operands: "[person...]",
  options: [{ flags: "--words <text>", about: "why" }, RELAY_OPTION],
  examples: ["subrosa channel move garden npub1… --account alice --passphrase-file passphrase.txt"],
  sentence: "Moved.",
  act: (channels, id, given, { curve }) => {
    const remaining = given.operands.slice(1).map((key) => readPerson(key, curve));
    const [relays, words] = [given.relays(), given.text("words")];
    return channels.move(id, {
      remaining,
      ...(relays.length === 0 ? {} : { relays }),
      ...(words === undefined ? {} : { words }),
    });
  },
});
