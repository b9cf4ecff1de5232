/** group send: says something in a group. */
import type { Command } from "../../command.ts";
import { readEventId, readPerson } from "../../given.ts";
import { wholeInput } from "../../input.ts";
import { groupAct } from "./act.ts";

export const groupSend: Command = groupAct({
  name: "send",
  operands: "<text>",
  options: [
    { flags: "--reply <message>", about: "in answer to this message" },
    { flags: "--mention <person>", about: "somebody who is meant", many: true },
    { flags: "--disappear <seconds>", about: "after so long it is hidden, and relays forget it" },
  ],
  examples: [
    "subrosa group send friends 'Good morning' --account alice --passphrase-file passphrase.txt",
    "echo 'Good morning' | subrosa group send friends - --account alice --passphrase-file passphrase.txt",
  ],
  sentence: "Sent.",
  act: async (groups, id, given, { host, curve }) => {
    const text = given.operand(1) === "-" ? await wholeInput(host) : given.operand(1);
    const reply = given.text("reply");
    const disappearsAfter = given.integer("disappear", { min: 1 });
    return groups.say(id, {
      text,
      mentions: given.many("mention").map((key) => readPerson(key, curve)),
      ...(reply === undefined ? {} : { reply: readEventId(reply) }),
      ...(disappearsAfter === undefined ? {} : { disappearsAfter }),
    });
  },
});
