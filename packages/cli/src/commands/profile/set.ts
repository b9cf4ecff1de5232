/** profile set: what you say of yourself, to everybody; what other programs wrote there stays. */
import { NOT_REPLACED } from "@subrosa/client/session/replaceable";
import { acted, showSent } from "../../account/delivered.ts";
import { SESSION_OPTIONS, withSession } from "../../account/session.ts";
import type { Command } from "../../command.ts";
import { badArguments, Failure } from "../../failure.ts";

const FIELDS = ["name", "displayName", "about", "picture", "website", "nip05"] as const;

export const profileSet: Command = {
  options: [
    { flags: "--name <text>", about: "your name" },
    { flags: "--display-name <text>", about: "your name, as it is shown" },
    { flags: "--about <text>", about: "about you" },
    { flags: "--picture <url>", about: "a picture" },
    { flags: "--website <url>", about: "your page" },
    { flags: "--nip05 <address>", about: "an address of yours" },
    { flags: "--force", about: "although a relay did not say whether it has a newer one" },
    ...SESSION_OPTIONS,
  ],
  examples: ["subrosa profile set --name Alice --about 'Roses' --account alice --passphrase-file passphrase.txt"],
  run: (given, tools) =>
    withSession(given, tools, "profile set", async (opened) => {
      const change = Object.fromEntries(
        FIELDS.flatMap((field) => {
          const value = given.text(field);
          return value === undefined ? [] : [[field, value === "" ? undefined : value]];
        }),
      );
      if (Object.keys(change).length === 0) throw badArguments("Say what to change; see --help.");
      const { session } = opened;
      const { profiles } = session;
      const { sent } = await acted(opened, given, tools, async () => {
        const replaced = await profiles.edit(change, { despiteSilence: given.has("force") });
        if (!replaced.ok) throw new Failure("refused", NOT_REPLACED[replaced.reason], { reason: replaced.reason });
      });
      showSent({ type: "profile_set", person: session.me, fields: Object.keys(change) }, "Changed.", sent, tools);
    }),
};
