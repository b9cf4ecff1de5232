/** channel create: a room whose key is given to those who are invited. */
import { acted, showSent } from "../../account/delivered.ts";
import { partOf, SESSION_OPTIONS, withSession } from "../../account/session.ts";
import type { Command } from "../../command.ts";
import { badArguments } from "../../failure.ts";
import { RELAY_OPTION } from "../../publish.ts";
import { channelRefusal } from "./act.ts";
import { METADATA_OPTIONS } from "./metadata.ts";

export const channelCreate: Command = {
  operands: "<name>",
  options: [
    ...METADATA_OPTIONS,
    { flags: "--form <form>", about: "signed or sealed (signed)" },
    { flags: "--lifetime <seconds>", about: "how long it and each message live" },
    RELAY_OPTION,
    ...SESSION_OPTIONS,
  ],
  examples: ["subrosa channel create garden --account alice --passphrase-file passphrase.txt"],
  run: (given, tools) =>
    withSession(given, tools, "channel create", async (opened) => {
      const channels = partOf(opened, "channels");
      const form = (["signed", "sealed"] as const).find((each) => each === (given.text("form") ?? "signed"));
      if (form === undefined) throw badArguments("--form is signed or sealed.");
      const [about, picture, lifetime] = [
        given.text("about"),
        given.text("picture"),
        given.integer("lifetime", { min: 1 }),
      ];
      const own = given.relays();
      const { answer: id, sent } = await acted(opened, given, tools, async () => {
        const made = await channels.create({
          metadata: {
            name: given.operand(0),
            ...(about === undefined ? {} : { about }),
            ...(picture === undefined ? {} : { picture }),
          },
          relays: own.length === 0 ? opened.relays : own,
          form,
          ...(lifetime === undefined ? {} : { lifetime }),
        });
        if (!made.ok) throw channelRefusal(made.reason);
        return made.id;
      });
      showSent({ type: "channel_create", channel: id, name: given.operand(0) }, `Made: ${id}`, sent, tools);
    }),
};
