/** dm messages: private messages (NIP-17) with some people, or with all, oldest first. */
import { SESSION_OPTIONS, withSession } from "../../account/session.ts";
import type { Command } from "../../command.ts";
import { followed } from "../../watch.ts";
import { messagesOf, readPeople, showDirect } from "./show-dm.ts";

export const dmMessages: Command = {
  operands: "[people]",
  options: [
    { flags: "-w, --watch", about: "stay, and show what comes" },
    { flags: "--open", about: "let the signer open what waits; he may ask you" },
    ...SESSION_OPTIONS,
  ],
  examples: ["subrosa dm messages --account alice --passphrase-file passphrase.txt"],
  run: (given, tools) =>
    withSession(given, tools, "dm messages", async ({ session }) => {
      const { screen, signal } = tools;
      const people = given.operands[0] === undefined ? undefined : readPeople(given.operands[0], tools);
      if (given.has("open")) {
        await session.direct.open({
          signal,
          onProgress: ({ done, all }) => screen.progress(`${done} of ${all} opened`),
        });
      }
      const waiting = session.direct.waiting.current;
      if (waiting > 0) screen.note(`${waiting} wait to be opened by your signer: --open`);
      await followed(session.direct.messages, given, tools, {
        items: (all) => messagesOf(all, people),
        idOf: ({ id }) => id,
        show: (message) => showDirect(message, session.me, screen),
      });
    }),
};
