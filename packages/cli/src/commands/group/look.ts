/** What the commands that only look at a group have in common. */
import type { GroupView } from "@subrosa/client/session/group-view";
import type { Groups } from "@subrosa/client/session/groups";
import type { Live } from "@subrosa/client/session/live";
import type { EventId } from "@subrosa/core/bytes";
import { partOf, SESSION_OPTIONS, withSession } from "../../account/session.ts";
import type { Command, Tools } from "../../command.ts";
import { find } from "../../find.ts";
import type { Given } from "../../given.ts";
import type { Option } from "../../option.ts";

export interface GroupLook {
  readonly name: string;
  readonly options?: readonly Option[];
  readonly examples: readonly string[];
  readonly look: (
    live: Live<GroupView | undefined>,
    id: EventId,
    given: Given,
    tools: Tools,
    groups: Groups,
  ) => Promise<void>;
}

export const WATCH: Option = { flags: "-w, --watch", about: "stay, and show what comes" };

export function groupLook({ name, options = [], examples, look }: GroupLook): Command {
  return {
    operands: "<group>",
    options: [...options, ...SESSION_OPTIONS],
    examples,
    run: (given, tools) =>
      withSession(given, tools, `group ${name}`, async (opened) => {
        const groups = partOf(opened, "groups");
        const id = find(groups.list.current, given.operand(0), "group");
        await look(groups.group(id), id, given, tools, groups);
      }),
  };
}
