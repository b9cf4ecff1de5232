/** list show: whom you follow, have muted or have blocked. */
import { partOf, SESSION_OPTIONS, withSession } from "../../account/session.ts";
import type { Command } from "../../command.ts";
import { Failure } from "../../failure.ts";
import { npubOf } from "../../names.ts";
import { oneLine } from "../../printable.ts";
import { LIST_NAMES, listName } from "./lists.ts";

export const listShow: Command = {
  operands: "<list>",
  options: SESSION_OPTIONS,
  examples: ["subrosa list show blocked --account alice --passphrase-file passphrase.txt"],
  run: (given, tools) =>
    withSession(given, tools, "list show", async (opened) => {
      const lists = partOf(opened, "lists");
      const name = listName(given.operand(0));
      if (!(await lists.open(name))) throw new Failure("refused", "Your signer did not open the private part.");
      const { entries } = lists.current(name);
      for (const { tag, isPrivate } of entries) {
        const [what = "", value = ""] = tag;
        const shown = what === "p" ? npubOf(value as never) : `${oneLine(what)}: ${oneLine(value)}`;
        tools.screen.result(
          { type: "list_entry", list: name, what, value, private: isPrivate },
          `${shown}${isPrivate ? "" : "  (public)"}`,
        );
      }
      if (entries.length === 0) tools.screen.note(`Nobody is on it. Lists are ${LIST_NAMES}.`);
    }),
};
