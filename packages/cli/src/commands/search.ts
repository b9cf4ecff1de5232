/** search: messages of all conversations on this device, by the beginnings of their words, the newest first. */
import { SESSION_OPTIONS, withSession } from "../account/session.ts";
import type { Command } from "../command.ts";
import { dateOf, npubOf } from "../names.ts";
import { oneLine } from "../printable.ts";

export const search: Command = {
  operands: "<words...>",
  options: [{ flags: "-n, --limit <number>", about: "as many at most (50)" }, ...SESSION_OPTIONS],
  examples: ["subrosa search 'good mor' --account alice --passphrase-file passphrase.txt"],
  run: (given, tools) =>
    withSession(given, tools, "search", async ({ session }) => {
      const limit = given.integer("limit", { min: 1, max: 10_000 }) ?? 50;
      const found = await session.finder.find({ text: given.operands.join(" "), limit });
      for (const { id, at, author, text, kind, conversation, title } of found) {
        const who = author === session.me ? "me" : npubOf(author).slice(0, 16);
        tools.screen.result(
          { type: "found", id, at, by: author, text, kind, conversation, title },
          `${dateOf(at)}  ${oneLine(title)}  ${who}: ${oneLine(text)}`,
        );
      }
      if (found.length === 0) tools.screen.note("Nothing was found.");
    }),
};
