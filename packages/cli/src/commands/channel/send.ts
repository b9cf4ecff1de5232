/** channel send: says something in a channel. */
import type { Command } from "../../command.ts";
import { readEventId } from "../../given.ts";
import { wholeInput } from "../../input.ts";
import { channelAct } from "./act.ts";

export const channelSend: Command = channelAct({
  name: "send",
  operands: "<text>",
  options: [{ flags: "--reply <message>", about: "in answer to this message" }],
  examples: ["subrosa channel send garden 'The roses are out' --account alice --passphrase-file passphrase.txt"],
  sentence: "Sent.",
  act: async (channels, id, given, { host }) => {
    const text = given.operand(1) === "-" ? await wholeInput(host) : given.operand(1);
    const reply = given.text("reply");
    return channels.say(id, text, reply === undefined ? undefined : readEventId(reply));
  },
});
