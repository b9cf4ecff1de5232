/** profile show: what people say of themselves, which is their word and no proof. */
import type { PubkeyHex } from "@subrosa/core/bytes";
import { SESSION_OPTIONS, withSession } from "../../account/session.ts";
import type { Command } from "../../command.ts";
import { readPerson } from "../../given.ts";
import { npubOf } from "../../names.ts";
import { oneLine } from "../../printable.ts";

export const profileShow: Command = {
  operands: "[person...]",
  options: SESSION_OPTIONS,
  examples: ["subrosa profile show --account alice --passphrase-file passphrase.txt"],
  run: (given, tools) =>
    withSession(given, tools, "profile show", async (opened) => {
      const { session } = opened;
      const { profiles } = session;
      const named = given.operands.map((key) => readPerson(key, tools.curve));
      const people: readonly PubkeyHex[] = named.length === 0 ? [session.me] : named;
      await profiles.want(people);
      for (const person of people) {
        const { updatedAt, ...fields } = profiles.of(person).current ?? { updatedAt: undefined };
        const lines = Object.entries(fields).map(([field, value]) => `  ${field}: ${oneLine(String(value))}`);
        tools.screen.result(
          { type: "profile", person, npub: npubOf(person), ...fields, updated_at: updatedAt ?? null },
          [npubOf(person), "strong"],
          ...(lines.length === 0 ? ["  says nothing of himself"] : lines),
        );
      }
    }),
};
