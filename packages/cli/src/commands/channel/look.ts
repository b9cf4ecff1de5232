/** What the commands that only look at a channel have in common. */
import type { ChannelView } from "@subrosa/client/session/channel-view";
import type { Live } from "@subrosa/client/session/live";
import type { EventId } from "@subrosa/core/bytes";
import { partOf, SESSION_OPTIONS, withSession } from "../../account/session.ts";
import type { Command, Tools } from "../../command.ts";
import { find } from "../../find.ts";
import type { Given } from "../../given.ts";
import type { Option } from "../../option.ts";

export interface ChannelLook {
  readonly name: string;
  readonly options?: readonly Option[];
  readonly examples: readonly string[];
  readonly look: (live: Live<ChannelView | undefined>, id: EventId, given: Given, tools: Tools) => Promise<void>;
}

export function channelLook({ name, options = [], examples, look }: ChannelLook): Command {
  return {
    operands: "<channel>",
    options: [...options, ...SESSION_OPTIONS],
    examples,
    run: (given, tools) =>
      withSession(given, tools, `channel ${name}`, async (opened) => {
        const channels = partOf(opened, "channels");
        const id = find(channels.list.current, given.operand(0), "channel");
        await look(channels.channel(id), id, given, tools);
      }),
  };
}
