/** poll create: asks a ring; every member has one vote, and nobody sees whose is whose. */
import { NO_VOTE } from "@subrosa/client/session/polls";
import { encodeEntity } from "@subrosa/core/nostr/nip19";
import { acted, showSent } from "../../account/delivered.ts";
import { partOf, SESSION_OPTIONS, withSession } from "../../account/session.ts";
import type { Command } from "../../command.ts";
import { Failure } from "../../failure.ts";
import { RELAY_OPTION } from "../../publish.ts";
import { readKeys } from "../../ring-file.ts";

export const pollCreate: Command = {
  operands: "<question> <option> <option> [more...]",
  options: [
    { flags: "--ring <file>", about: "who may vote: their keys, one a line" },
    { flags: "--multiple", about: "several options may be chosen" },
    { flags: "--revote", about: "the last vote of a member counts, not the first" },
    { flags: "--ends <seconds>", about: "when it ends, in seconds since 1970" },
    RELAY_OPTION,
    ...SESSION_OPTIONS,
  ],
  examples: [
    "subrosa poll create 'Tea or coffee?' tea coffee --ring friends.txt --account alice --passphrase-file passphrase.txt",
  ],
  run: (given, tools) =>
    withSession(given, tools, "poll create", async (opened) => {
      const [question, ...labels] = given.operands;
      const named = given.relays();
      const relays = named.length === 0 ? opened.relays : named;
      const endsAt = given.integer("ends");
      const polls = partOf(opened, "polls");
      const draft = {
        question: question!,
        options: labels.map((label, i) => ({ id: String(i + 1), label })),
        keys: readKeys(given.required("ring"), tools.curve),
        type: given.has("multiple") ? ("multiplechoice" as const) : ("singlechoice" as const),
        revote: given.has("revote"),
        ...(endsAt === undefined ? {} : { endsAt }),
      };
      const { answer: id, sent } = await acted(opened, given, tools, async () => {
        const made = await polls.create(draft, relays);
        if (!made.ok) throw new Failure("refused", NO_VOTE[made.reason], { reason: made.reason });
        return made.id;
      });
      const nevent = encodeEntity({ type: "nevent", id, relays: relays.slice(0, 5) });
      showSent({ type: "poll", poll: id, nevent, options: draft.options }, nevent, sent, tools);
    }),
};
