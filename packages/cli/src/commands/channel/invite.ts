/** channel invite: gives people the key; they decide whether to come in. */
import type { Command } from "../../command.ts";
import { readPerson } from "../../given.ts";
import { channelAct } from "./act.ts";

export const channelInvite: Command = channelAct({
  name: "invite",
  operands: "<person...>",
  examples: ["subrosa channel invite garden npub1… --account alice --passphrase-file passphrase.txt"],
  sentence: "Invited.",
  act: (channels, id, given, { curve }) =>
    channels.invite(
      id,
      given.operands.slice(1).map((key) => readPerson(key, curve)),
    ),
});
