/** Drafts: what was begun and not sent, by the name of its conversation. Nobody else hears of them. */
import type { Draft } from "@subrosa/client/session/drafts";
import { SESSION_OPTIONS, withSession } from "../../account/session.ts";
import type { Command } from "../../command.ts";
import { Failure } from "../../failure.ts";
import { wholeInput } from "../../input.ts";
import { dateOf } from "../../names.ts";
import { oneLine } from "../../printable.ts";
import type { Screen } from "../../screen.ts";

export const draftKeep: Command = {
  operands: "<place> <text>",
  options: SESSION_OPTIONS,
  examples: ["subrosa draft keep friends 'Dear all' --account alice --passphrase-file passphrase.txt"],
  run: (given, tools) =>
    withSession(given, tools, "draft keep", async ({ session }) => {
      const place = given.operand(0);
      const text = given.operand(1) === "-" ? await wholeInput(tools.host) : given.operand(1);
      await session.drafts.keep(place, text);
      tools.screen.result({ type: "draft_kept", place }, "Kept.");
    }),
};

export const draftShow: Command = {
  operands: "[place]",
  options: SESSION_OPTIONS,
  examples: ["subrosa draft show --account alice --passphrase-file passphrase.txt"],
  run: (given, tools) =>
    withSession(given, tools, "draft show", async ({ session }) => {
      const place = given.operands[0];
      if (place === undefined) {
        const all = [...session.drafts.all.current.values()].sort((a, b) => a.at - b.at);
        for (const draft of all) show(draft, tools.screen);
        return;
      }
      const draft = session.drafts.of(place);
      if (draft === undefined) throw new Failure("not-found", "There is no draft for this.");
      show(draft, tools.screen);
    }),
};

export const draftDrop: Command = {
  operands: "<place>",
  options: SESSION_OPTIONS,
  examples: ["subrosa draft drop friends --account alice --passphrase-file passphrase.txt"],
  run: (given, tools) =>
    withSession(given, tools, "draft drop", async ({ session }) => {
      await session.drafts.drop(given.operand(0));
      tools.screen.result({ type: "draft_dropped", place: given.operand(0) }, "Dropped.");
    }),
};

function show({ place, text, at }: Draft, screen: Screen): void {
  screen.result({ type: "draft", place, text, at }, `${dateOf(at)}  ${oneLine(place)}: ${oneLine(text)}`);
}
