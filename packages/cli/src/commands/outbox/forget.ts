/** outbox forget: gives up on something that waits or was refused. */
import { IGNORED_DELIVERY } from "@subrosa/client/session/delivery";
import { SESSION_OPTIONS, withSession } from "../../account/session.ts";
import type { Command } from "../../command.ts";
import { Failure } from "../../failure.ts";
import { readEventId } from "../../given.ts";

export const outboxForget: Command = {
  operands: "<event>",
  options: SESSION_OPTIONS,
  examples: ["subrosa outbox forget note1… --account alice --passphrase-file passphrase.txt"],
  run: (given, tools) =>
    withSession(given, tools, "outbox forget", async ({ session }) => {
      const id = readEventId(given.operand(0));
      const ignored = await session.outbox.forget(id);
      if (ignored !== undefined) throw new Failure("refused", IGNORED_DELIVERY[ignored], { reason: ignored });
      tools.screen.result({ type: "forgotten", id }, "Forgotten.");
    }),
};
