/**
 * channel await: waits until all of it is so, for scripts; --timeout ends it with the exit code 124. A channel need not be
 * here yet: an invitation to it may still be on its way.
 */
import type { ChannelView } from "@subrosa/client/session/channel-view";
import { partOf, SESSION_OPTIONS, withSession } from "../../account/session.ts";
import type { Command, Tools } from "../../command.ts";
import { badArguments, Failure } from "../../failure.ts";
import { find } from "../../find.ts";
import { type Given, readPerson } from "../../given.ts";
import { until } from "../../watch.ts";
import { viewResult } from "./show-channel.ts";

export const channelAwait: Command = {
  operands: "<channel>",
  options: [
    { flags: "--text <text>", about: "somebody said exactly this" },
    { flags: "--name <text>", about: "it is called so" },
    { flags: "--owner <person>", about: "this is the owner" },
    { flags: "--moved <number>", about: "it has moved so often, or more" },
    { flags: "--invited", about: "there is an invitation to it" },
    { flags: "--offered", about: "its ownership is offered to you" },
    { flags: "--writable", about: "you may write" },
    ...SESSION_OPTIONS,
  ],
  examples: ["subrosa channel await garden --writable --timeout 60 --account alice --passphrase-file passphrase.txt"],
  run: (given, tools) =>
    withSession(given, tools, "channel await", async (opened) => {
      const channels = partOf(opened, "channels");
      const conditions = conditionsOf(given, tools);
      if (conditions.length === 0) throw badArguments("Say what to wait for; see --help.");
      const known = (): ChannelView | undefined => {
        try {
          return channels.channel(find(channels.list.current, given.operand(0), "channel")).current;
        } catch (error) {
          if (error instanceof Failure && error.code === "not-found") return undefined;
          throw error;
        }
      };
      await until(channels.list, tools, () => known() !== undefined);
      const { id } = known()!;
      const isSo = (view: ChannelView | undefined): boolean =>
        view !== undefined && conditions.every((each) => each(view));
      tools.screen.result(viewResult((await until(channels.channel(id), tools, isSo))!), "It is so.");
    }),
};

type Condition = (view: ChannelView) => boolean;

function conditionsOf(given: Given, { curve }: Tools): Condition[] {
  const [text, name, owner] = [given.text("text"), given.text("name"), given.text("owner")];
  const [person, moved] = [owner === undefined ? undefined : readPerson(owner, curve), given.integer("moved")];
  const all: (Condition | false)[] = [
    text !== undefined && ((view) => view.entries.some((entry) => entry.text === text)),
    name !== undefined && ((view) => view.metadata.name === name),
    person !== undefined && ((view) => view.owner === person),
    moved !== undefined && ((view) => view.moved >= moved),
    given.has("invited") && ((view) => view.invitations.length > 0),
    given.has("offered") && ((view) => view.offer !== undefined),
    given.has("writable") && ((view) => view.mayWrite),
  ];
  return all.filter((each) => each !== false);
}
