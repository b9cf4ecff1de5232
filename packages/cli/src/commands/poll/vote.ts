/** poll vote: a ballot that goes out as nobody; that you voted shows, and what, but not that it was you. */
import { NO_VOTE } from "@subrosa/client/session/polls";
import type { Poll } from "@subrosa/core/poll/poll";
import { VOTING_NOTICE } from "@subrosa/core/poll/reasons";
import { acted, showSent } from "../../account/delivered.ts";
import { partOf, SESSION_OPTIONS, withSession } from "../../account/session.ts";
import type { Command } from "../../command.ts";
import { badArguments, Failure } from "../../failure.ts";
import { findPoll } from "../../find-poll.ts";
import { RELAY_OPTION } from "../../publish.ts";

export const pollVote: Command = {
  operands: "<poll> <choice...>",
  options: [RELAY_OPTION, ...SESSION_OPTIONS],
  examples: ["subrosa poll vote note1… tea --account alice --passphrase-file passphrase.txt"],
  run: (given, tools) =>
    withSession(given, tools, "poll vote", async (opened) => {
      const [name, ...choices] = given.operands;
      const named = given.relays();
      const { poll, event, relays } = await findPoll(
        name!,
        named.length === 0 ? opened.relays : named,
        opened.network,
        tools,
      );
      const ids = choices.map((choice) => optionOf(poll, choice));
      const polls = partOf(opened, "polls");
      const { answer: id, sent } = await acted(opened, given, tools, async () => {
        await polls.learn(event, relays);
        const voted = await polls.vote(poll.id, ids);
        if (!voted.ok) throw new Failure("refused", NO_VOTE[voted.reason], { reason: voted.reason });
        return voted.id;
      });
      tools.screen.note(VOTING_NOTICE);
      showSent({ type: "ballot", poll: poll.id, id, choices: ids }, "Voted.", sent, tools);
    }),
};

/** By its id, or by its words. */
function optionOf({ options }: Poll, choice: string): string {
  const found = options.find(({ id }) => id === choice) ?? options.find(({ label }) => label === choice);
  if (found === undefined) throw badArguments("This is not among the poll's options.");
  return found.id;
}
