/** channel approve: agrees to relays that the channel names; where none is given, to all of them. */
import type { Command } from "../../command.ts";
import { readRelayUrl } from "../../given.ts";
import { channelAct } from "./act.ts";

export const channelApprove: Command = channelAct({
  name: "approve",
  operands: "[relay...]",
  examples: ["subrosa channel approve garden --account alice --passphrase-file passphrase.txt"],
  sentence: "Agreed.",
  act: (channels, id, given) => {
    const named = given.operands.slice(1).map(readRelayUrl);
    return channels.approve(id, named.length > 0 ? named : (channels.channel(id).current?.newRelays ?? []));
  },
});
