/** channel join: comes in by an invitation; where there is one alone, it need not be named. No relay is dialled before. */
import type { Command } from "../../command.ts";
import { Failure } from "../../failure.ts";
import { readEventId } from "../../given.ts";
import { channelAct } from "./act.ts";

export const channelJoin: Command = channelAct({
  name: "join",
  operands: "[invitation]",
  examples: ["subrosa channel join garden --account alice --passphrase-file passphrase.txt"],
  sentence: "You are in.",
  act: (channels, id, given) => {
    const named = given.operands[1];
    const invitations = channels.channel(id).current?.invitations ?? [];
    const [first, ...more] = invitations;
    if (named === undefined && more.length > 0) {
      throw new Failure("arguments", "There are several invitations: name one; channel invitations shows them.");
    }
    const invitation = named === undefined ? first?.id : readEventId(named);
    if (invitation === undefined) throw new Failure("not-found", "There is no invitation to this channel.");
    return channels.join(id, invitation);
  },
});
