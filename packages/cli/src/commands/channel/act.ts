/** What the commands that change a channel have in common: it is found, the act is durable, and what it sent is said. */
import { IGNORED_CHANNEL, type IgnoredChannel } from "@subrosa/client/session/channel-reason";
import type { Channels } from "@subrosa/client/session/channels";
import type { EventId } from "@subrosa/core/bytes";
import { acted, showSent } from "../../account/delivered.ts";
import { partOf, SESSION_OPTIONS, withSession } from "../../account/session.ts";
import type { Command, Tools } from "../../command.ts";
import { Failure } from "../../failure.ts";
import { find } from "../../find.ts";
import type { Given } from "../../given.ts";
import type { Option } from "../../option.ts";

export interface ChannelAct {
  readonly name: string;
  /** After the channel. */
  readonly operands?: string;
  readonly options?: readonly Option[];
  readonly examples: readonly string[];
  readonly sentence: string;
  readonly act: (channels: Channels, id: EventId, given: Given, tools: Tools) => Promise<IgnoredChannel | undefined>;
}

export function channelAct(channelAct: ChannelAct): Command {
  const { name, operands = "", options = [], examples, sentence, act } = channelAct;
  return {
    operands: `<channel> ${operands}`.trim(),
    options: [...options, ...SESSION_OPTIONS],
    examples,
    run: (given, tools) =>
      withSession(given, tools, `channel ${name}`, async (opened) => {
        const channels = partOf(opened, "channels");
        const id = find(channels.list.current, given.operand(0), "channel");
        const run = async (): Promise<void> => {
          const ignored = await act(channels, id, given, tools);
          if (ignored !== undefined) throw channelRefusal(ignored);
        };
        const { sent } = await acted(opened, given, tools, run);
        showSent({ type: `channel_${name}`, channel: id }, sentence, sent, tools);
      }),
  };
}

export function channelRefusal(reason: IgnoredChannel): Failure {
  return new Failure("refused", IGNORED_CHANNEL[reason], { reason });
}
