/** outbox resend: tries the relays that refused it again. */
import { IGNORED_DELIVERY } from "@subrosa/client/session/delivery";
import { sentOf, showSent } from "../../account/delivered.ts";
import { patiently, SESSION_OPTIONS, withSession } from "../../account/session.ts";
import type { Command } from "../../command.ts";
import { Failure } from "../../failure.ts";
import { readEventId } from "../../given.ts";

export const outboxResend: Command = {
  operands: "<event>",
  options: SESSION_OPTIONS,
  examples: ["subrosa outbox resend note1… --account alice --passphrase-file passphrase.txt"],
  run: (given, tools) =>
    withSession(given, tools, "outbox resend", async ({ session }) => {
      const id = readEventId(given.operand(0));
      const ignored = await session.outbox.resend(id);
      if (ignored !== undefined) throw new Failure("refused", IGNORED_DELIVERY[ignored], { reason: ignored });
      await patiently(given, tools, (signal) => session.settled(signal));
      const delivery = session.outbox.deliveries.current.get(id);
      showSent({ type: "resent", id }, "Tried again.", sentOf(delivery === undefined ? [] : [delivery]), tools);
    }),
};
