/** poll tally: counts from what relays hold and nothing else, by whoever wants to; needs no account, and asks as nobody. */
import { judgeInPlace } from "@subrosa/client/session/judge";
import { PollCount, recount } from "@subrosa/client/session/poll-count";
import type { BallotReason } from "@subrosa/core/poll/ballot";
import type { Poll } from "@subrosa/core/poll/poll";
import { BALLOT_SENTENCES } from "@subrosa/core/poll/reasons";
import type { Tally } from "@subrosa/core/poll/tally";
import type { Command, Tools } from "../../command.ts";
import { findPoll } from "../../find-poll.ts";
import { openNetwork } from "../../network.ts";
import { oneLine } from "../../printable.ts";
import { RELAY_OPTION } from "../../publish.ts";

export const pollTally: Command = {
  operands: "<poll>",
  options: [RELAY_OPTION, { flags: "-w, --watch", about: "stay, and count what comes" }],
  examples: ["subrosa poll tally note1… --relay ws://127.0.0.1:7777"],
  async run(given, tools) {
    const { host, curve, signal, screen } = tools;
    const { clock } = host;
    using network = openNetwork(tools);
    const { poll, relays } = await findPoll(given.operand(0), given.relays(), network, tools);
    const counting = { poll, relays, network, judge: judgeInPlace(curve, clock), clock };
    if (!given.has("watch")) {
      const { tally, refused } = await recount(counting, {
        signal,
        onProgress: (done, all) => screen.progress(`${done} of ${all} ballots checked`),
      });
      signal.throwIfAborted();
      showTally(poll, tally, refused, tools);
      return;
    }
    using count = new PollCount(counting);
    for await (const { tally, refused, checking } of count.standing.values(signal)) {
      if (checking > 0) continue;
      screen.clear();
      showTally(poll, tally, refused, tools);
    }
  },
};

function showTally(poll: Poll, tally: Tally, refused: ReadonlyMap<BallotReason, number>, { screen }: Tools): void {
  const { votes, voters, superseded, rejected } = tally;
  const rows = poll.options.map(({ id, label }) => ({ id, label, votes: votes.get(id) ?? 0 }));
  const lines = screen.table(rows.map((row) => [String(row.votes), oneLine(row.label)]));
  screen.result(
    {
      type: "tally",
      poll: poll.id,
      question: poll.question,
      options: rows,
      voters,
      counted: tally.counted.length,
      superseded: superseded.length,
      rejected: rejected.length,
      refused: Object.fromEntries(refused),
    },
    [oneLine(poll.question), "strong"],
    ...lines,
    `${voters} voted`,
    ...[...refused].map(([reason, count]) => `${count} not counted: ${BALLOT_SENTENCES[reason]}`),
  );
}
