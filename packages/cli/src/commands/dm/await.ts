/** dm await: waits for a private message with exactly this text, for scripts; --timeout ends it with the exit code 124. */
import { SESSION_OPTIONS, withSession } from "../../account/session.ts";
import type { Command } from "../../command.ts";
import { until } from "../../watch.ts";
import { messagesOf, readPeople, showDirect } from "./show-dm.ts";

export const dmAwait: Command = {
  operands: "<people>",
  options: [{ flags: "--text <text>", about: "exactly this" }, ...SESSION_OPTIONS],
  examples: [
    "subrosa dm await npub1… --text 'See you at noon' --timeout 60 --account alice --passphrase-file passphrase.txt",
  ],
  run: (given, tools) =>
    withSession(given, tools, "dm await", async ({ session }) => {
      const people = readPeople(given.operand(0), tools);
      const text = given.required("text");
      const all = await until(session.direct.messages, tools, (messages) =>
        messagesOf(messages, people).some((each) => each.text === text),
      );
      showDirect(messagesOf(all, people).find((each) => each.text === text)!, session.me, tools.screen);
    }),
};
