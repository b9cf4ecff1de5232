/** channel leave: forgets key and words here; nobody is told. */
import type { Command } from "../../command.ts";
import { channelAct } from "./act.ts";

export const channelLeave: Command = channelAct({
  name: "leave",
  examples: ["subrosa channel leave garden --account alice --passphrase-file passphrase.txt"],
  sentence: "Forgotten here.",
  act: (channels, id) => channels.leave(id),
});
